extension IssuedOffer: LedgerDocument {
  /// The issued offer as one line of JSON.
  public func json() throws -> String {
    try CanonicalJSON.document { json in
      json.field("id", id)
      json.field("customer", customer)
      json.field("trigger", trigger)
      try json.field("issuedAt", issuedAt)
      if let expiresAt { try json.field("expiresAt", expiresAt) }
      try json.field("code", encodingIfPresent: issuedCode)
      try write(terms.value, to: &json)
      try json.field("replicas", replicas) { json, replica in try replica.write(to: &json) }
      json.field("redeemed", object: redeemed.write)
      try json.field("closure", encodingIfPresent: closure)
      try json.field("ended", encodingIfPresent: ended)
      if !overLimits.isEmpty { try json.field("overLimits", encoding: overLimits) }
    }
  }

  private func write(_ terms: Terms, to json: inout CanonicalJSON) throws {
    json.field("offer", terms.offer)
    json.field("revision", terms.revision)
    json.field("campaign", terms.campaign)
    json.field("heard", terms.heard)
    switch terms.redeemable {
    case .once: json.field("redeemable") { json in json.field("once") { _ in } }
    case .times, .unlimited: try json.field("redeemable", encoding: terms.redeemable)
    }
    json.field("faceValue", terms.faceValue)
    if let reversal = terms.reversal { json.field("reversal", reversal.rawValue) }
    if let rule = terms.rule { json.field("rule", rule.description) }
    try json.field("warning", encodingIfPresent: terms.warning)
    if let onExpiry = terms.onExpiry { json.field("onExpiry", onExpiry.rawValue) }
  }
}

extension Replica {
  fileprivate func write(to json: inout CanonicalJSON) throws {
    json.field("provider", provider)
    json.field("name", name)
    switch state {
    case .pending: json.field("state") { json in json.field("pending") { _ in } }
    case .accepted(let reference):
      json.field("state") { json in
        json.field("accepted") { json in if let reference { json.field("_0", reference) } }
      }
    case .notSent, .rejected, .unknown, .recalled: try json.field("state", encoding: state)
    }
  }
}

extension RedemptionTally {
  fileprivate func write(to json: inout CanonicalJSON) {
    json.field("count", count)
    json.field("reversed", reversed)
    json.field("amount", amount)
  }
}
