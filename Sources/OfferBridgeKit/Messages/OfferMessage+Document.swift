extension OfferMessage: LedgerDocument {
  /// The message as one line of JSON.
  public func json() throws -> String {
    try CanonicalJSON.document { json in
      try write(content.value, to: &json)
      write(envelope.value, to: &json)
    }
  }

  private func write(_ content: Content, to json: inout CanonicalJSON) throws {
    json.field("key", content.key)
    json.field("customer", content.customer)
    try json.field("languages", encodingIfPresent: content.languages)
    if let issuedOffer = content.issuedOffer { json.field("issuedOffer", issuedOffer) }
    if let text = String(validating: content.payload.bytes, as: UTF8.self) {
      json.field("payload", text)
    } else {
      try json.field("payload", encoding: content.payload)
    }
    try json.field("createdAt", content.createdAt)
    json.field("cause") { json in
      switch content.cause {
      case .trigger(let trigger): json.field("trigger") { json in json.field("_0", trigger) }
      case .issuance(let key): json.field("issuance") { json in json.field("_0", key) }
      case .event(let key): json.field("event") { json in json.field("_0", key) }
      }
    }
    json.field("generation", content.generation)
    if let trigger = content.trigger { json.field("trigger", trigger) }
  }

  private func write(_ envelope: Envelope, to json: inout CanonicalJSON) {
    json.field("provider", envelope.provider)
    json.field("campaign", envelope.campaign)
    json.field("variant", envelope.variant)
    if let replica = envelope.replica { json.field("replica", replica) }
    json.field("purpose", envelope.purpose.rawValue)
    if let rule = envelope.rule { json.field("rule", rule.description) }
  }
}
