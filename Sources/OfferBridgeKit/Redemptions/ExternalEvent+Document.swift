extension ExternalEvent: LedgerDocument {
  /// The event as one line of JSON.
  public func json() throws -> String {
    try CanonicalJSON.document { json in
      json.field("id") { json in
        json.field("source", id.source)
        json.field("id", id.id)
      }
      try json.field("content", object: content.write)
      switch time {
      case .moment(let moment):
        try json.field("time") { json in
          try json.field("moment") { json in try json.field("_0", moment) }
        }
      case .day: try json.field("time", encoding: time)
      }
    }
  }
}

extension ExternalEvent.Content {
  fileprivate func write(to json: inout CanonicalJSON) throws {
    switch self {
    case .redemption(let reference, let amount, let details):
      try json.field("redemption") { json in
        json.field("_0", object: reference.write)
        json.field("amount", amount)
        try json.field("_2", encodingIfPresent: details)
      }
    case .reversal(let redemption, let part):
      try json.field("reversal") { json in
        json.field("of", redemption)
        try json.field("_1", encodingIfPresent: part)
      }
    case .notice(let kind, let reference):
      json.field("notice") { json in
        json.field("_0", kind.rawValue)
        json.field("of", object: reference.write)
      }
    }
  }
}

extension RedemptionReference {
  fileprivate func write(to json: inout CanonicalJSON) {
    switch self {
    case .issuedOffer(let id): json.field("issuedOffer") { json in json.field("_0", id) }
    case .replica(let reference): json.field("replica") { json in json.field("_0", reference) }
    case .customer(let customer, let replica):
      json.field("customer") { json in
        json.field("_0", customer)
        json.field("replica", replica)
      }
    }
  }
}

extension RedemptionMatch: LedgerDocument {
  /// The match as one line of JSON.
  public func json() throws -> String {
    try CanonicalJSON.document { json in
      switch self {
      case .applied(let id): json.field("applied") { json in json.field("to", id) }
      case .discrepant(let reasons, let id):
        try json.field("discrepant") { json in
          try json.field("_0", encoding: reasons)
          json.field("on", id)
        }
      case .parked(let reason): json.field("parked") { json in json.field("_0", reason.rawValue) }
      case .duplicate: json.field("duplicate") { _ in }
      case .conflict: json.field("conflict") { _ in }
      }
    }
  }
}
