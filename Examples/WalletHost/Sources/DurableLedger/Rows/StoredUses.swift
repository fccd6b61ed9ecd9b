package import OfferBridgeKit

/// What a row took from limits, as its column holds it until somebody asks: most steps do not.
package struct StoredUses {
  private enum Form {
    case uses([LimitUse])
    case column(String)
  }

  private let form: Form

  package init(_ uses: [LimitUse]) { form = .uses(uses) }

  /// Takes what ``column`` gave.
  package init(column: String?) { form = column.map { .column($0) } ?? .uses([]) }

  /// The uses.
  package var uses: [LimitUse] {
    get throws {
      switch form {
      case .uses(let uses): uses
      case .column(let text): try DocumentDecoder().value(text)
      }
    }
  }

  /// The uses as JSON, or `nil` where there are none.
  package var column: String? {
    get throws {
      switch form {
      case .uses([]): nil
      case .uses(let uses): try DocumentWriter.list(of: uses) { try $0.write($1) }
      case .column(let text): text
      }
    }
  }
}

// By hand, for a commit writes several: each has its whole limit. A test holds them to what they encode as.
extension DocumentWriter {
  fileprivate mutating func write(_ use: LimitUse) throws {
    write(word: "{\"limit\":")
    try write(use.limit)
    write(word: ",\"counter\":{\"subject\":")
    write(use.counter.subject)
    if let customer = use.counter.customer {
      write(word: ",\"customer\":")
      write(customer.rawValue)
    }
    write(word: ",\"period\":")
    write(use.counter.period)
    write(word: "},\"amount\":")
    write(use.amount)
    write(word: "}")
  }

  private mutating func write(_ limit: CampaignLimit) throws {
    // Those of money are the longest, and the fewest.
    guard limit.currency == nil, limit.each == nil, limit.policy == .refuse else {
      return try write(encoding: limit)
    }
    write(word: "{\"cap\":")
    write(limit.cap)
    write(word: ",\"scope\":")
    if limit.scope == .campaign { write(word: "{\"campaign\":{}}") } else { try write(encoding: limit.scope) }
    write(word: ",\"isPerCustomer\":")
    if limit.isPerCustomer { write(word: "true") } else { write(word: "false") }
    write(word: ",\"window\":")
    if limit.window == .lifetime {
      write(word: "{\"lifetime\":{}}")
    } else {
      try write(encoding: limit.window)
    }
    write(word: "}")
  }
}
