import Foundation
import OfferBridgeKit

// The answers print themselves; where the story wants them shorter, it finds its own words.

extension MessageRecord {
  /// What came of the last attempt: "accepted as W1".
  var words: String {
    switch state {
    case .accepted(let reference): "accepted" + (reference.map { " as \($0)" } ?? "")
    case .rejected(let reason), .buried(let reason): "given up, \(reason)"
    case .withdrawn: "withdrawn, the offer was closed"
    case .waiting, .leased: lastFailure ?? "not tried yet"
    }
  }
}

extension RedemptionReference {
  /// What was redeemed, as the wallet names it.
  var words: String {
    switch self {
    case .issuedOffer(let id): "issued offer \(id.words)"
    case .replica(let reference): "card \(reference)"
    case .customer(let customer, let replica): "\(replica) by \(customer)"
    }
  }
}

extension RedemptionMatch {
  /// What became of a redemption: "applied to …".
  var words: String {
    switch self {
    case .applied(let id): "applied to \(id.words)"
    case .discrepant(let reasons, let id):
      "discrepant (\(reasons.map(\.description).joined(separator: ", "))) on \(id.words)"
    case .parked, .duplicate, .conflict: description
    }
  }
}

extension DerivedKey {
  /// Enough of its 43 characters to find it again in this story.
  var words: String { "\(description.prefix(8))…" }
}

extension Date {
  /// The moment in UTC, with milliseconds: retries are spread by fractions of a second.
  var words: String { formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)) }
}
