import Foundation
package import OfferBridgeKit

// What a step looks for by more than one name, as one column holds it: of two, the texts are the same exactly where the
// names are. A value as it encodes itself would not do, for the order of its parts is nobody's promise.

extension ExternalEventID {
  /// Both names.
  package var column: String { [source.rawValue, id].column }
}

extension EventClue {
  /// What it is, and its names.
  package var column: String {
    switch self {
    case .customer(let customer): ["customer", customer.rawValue].column
    case .issuedOffer(let id): ["issued offer", id.description].column
    case .replica(let reference, let provider): ["replica", provider.rawValue, reference.rawValue].column
    case .event(let id): ["event", id.source.rawValue, id.id].column
    }
  }
}

extension LimitCounter {
  /// Its subject and its period, and the customer whose it is.
  package var column: String {
    ([subject, period] + (customer.map { [$0.rawValue] } ?? [])).column
  }

  /// Reads what ``column`` wrote, by what the library decodes; `nil` of another text.
  package init?(column text: String) {
    struct Names: Encodable {
      let subject: String
      let period: String
      let customer: String?
    }
    let parts = [String](column: text)
    guard parts.count == 2 || parts.count == 3 else { return nil }
    let names = Names(subject: parts[0], period: parts[1], customer: parts.count > 2 ? parts[2] : nil)
    guard let data = try? JSONEncoder().encode(names),
      let counter = try? JSONDecoder().decode(LimitCounter.self, from: data)
    else { return nil }
    self = counter
  }
}

extension RedemptionMatch {
  /// The word by which it is listed; a repeat is not kept.
  package var stands: String {
    switch self {
    case .applied: "applied"
    case .discrepant: "discrepant"
    case .parked, .duplicate, .conflict: "parked"
    }
  }
}

extension MessageRow.Stage {
  /// Puts together what columns hold; `nil` of a word that is no state.
  package init?(column name: String, said: String?, until: Int64?) {
    let said = said.map { String(column: $0) }
    switch name {
    case "waiting": self = .waiting
    case "leased": self = .leased(until: until ?? 0)
    case "accepted": self = .accepted(said.map { ReplicaReference($0) })
    case "confirmed": self = .confirmed
    case "rejected": self = .rejected(said ?? "")
    case "buried": self = .buried(said ?? "")
    case "withdrawn": self = .withdrawn
    default: return nil
    }
  }

  /// The state's word.
  package var column: String {
    switch self {
    case .waiting: "waiting"
    case .leased: "leased"
    case .accepted: "accepted"
    case .confirmed: "confirmed"
    case .rejected: "rejected"
    case .buried: "buried"
    case .withdrawn: "withdrawn"
    }
  }

  /// The reference of an acceptance, the reason of an end in vain, or `nil`.
  package var saidColumn: String? {
    switch self {
    case .accepted(let reference): reference?.rawValue.column
    case .rejected(let reason), .buried(let reason): reason.column
    case .waiting, .leased, .confirmed, .withdrawn: nil
    }
  }

  /// When its lease ends, or `nil`.
  package var untilColumn: Int64? { if case .leased(let until) = self { until } else { nil } }
}
