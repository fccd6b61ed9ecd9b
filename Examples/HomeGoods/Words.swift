import Foundation
import OfferBridgeKit

// How the story says what the bridge answers. Answers are values; each host finds its own words for them.

extension MessageRecord {
  /// What came of the last attempt: "accepted as W1".
  var words: String {
    switch state {
    case .accepted(let reference): "accepted" + (reference.map { " as \($0)" } ?? "")
    case .rejected(let reason), .buried(let reason): "given up, \(reason)"
    case .waiting, .leased: lastFailure ?? "not tried yet"
    }
  }
}

extension Replica.State {
  /// Where the replica stands: "accepted as W1".
  var words: String {
    switch self {
    case .notSent(let reason): "not sent, \(reason)"
    case .pending: "on its way"
    case .accepted(let reference): "accepted" + (reference.map { " as \($0)" } ?? "")
    case .rejected(let reason): "rejected, \(reason)"
    case .unknown: "there or not, an answer was lost"
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
      "discrepant (\(reasons.map(\.rawValue).joined(separator: ", "))) on \(id.words)"
    case .parked(let reason): "parked, \(reason.rawValue)"
    case .duplicate: "a duplicate"
    case .conflict: "a conflict"
    }
  }
}

extension DerivedKey {
  /// Enough of its 43 characters to find it again in this story.
  var words: String { "\(description.prefix(8))…" }
}

extension RedemptionTally {
  /// What was redeemed so far: "1 redeemed, 1 reversed, 800 minor units".
  var words: String { "\(count) redeemed, \(reversed) reversed, \(minorUnits) minor units" }
}

extension RedemptionTime {
  /// When it happened: a moment, or a day where no more is told.
  var words: String {
    switch self {
    case .moment(let moment): moment.words
    case .day(let day, let zone): "\(day) in \(zone.identifier)"
    }
  }
}

extension Date {
  /// The moment in UTC, with milliseconds: retries are spread by fractions of a second.
  var words: String { formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)) }
}
