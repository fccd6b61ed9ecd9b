public import Foundation

/// Something that is not settled: what it is, since when, and what to do about it.
public struct OpenMatter: Sendable, Hashable, CustomStringConvertible {
  /// What is not settled.
  public enum Subject: Sendable, Hashable {
    /// What an external system reported: it waits for its other half, or something about it is not as it should be.
    case event(RedemptionRecord)
    /// A message: it is on its way, or ended in vain.
    case message(MessageRecord)
  }

  /// What is not settled.
  public let subject: Subject
  /// Since when: of an event since it was received, of a message since it was committed; the ledger's time.
  public let since: Date

  init(_ record: RedemptionRecord) {
    subject = .event(record)
    since = record.receivedAt
  }

  init(_ record: MessageRecord) {
    subject = .message(record)
    since = record.message.createdAt
  }

  /// What to do about it, a sentence or two for the support desk.
  public var advice: String {
    switch subject {
    case .event(let record): record.match.advice(on: record.event)
    case .message(let record): record.state.advice
    }
  }

  /// Such as "since 2026-01-01T00:00:00Z: redemption r-1 from wallet is parked: unknown offer".
  public var description: String {
    let what =
      switch subject {
      case .event(let record): "\(record.event.title) is \(record.match)"
      case .message(let record):
        "message \(record.message.key) to \(record.message.provider) is \(record.state.name.rawValue)"
      }
    return "since \(since.rfc3339): \(what)"
  }
}

extension ExternalEvent {
  /// Such as "redemption r-1 from wallet".
  fileprivate var title: String {
    let kind =
      switch content {
      case .redemption: "redemption"
      case .reversal: "reversal"
      case .notice(let kind, _): "notice (\(kind.rawValue))"
      }
    return "\(kind) \(id.id) from \(id.source)"
  }
}

extension RedemptionMatch {
  fileprivate func advice(on event: ExternalEvent) -> String {
    switch self {
    case .parked(.unknownOffer):
      "It folds by itself once what it names is issued, or acknowledged with that reference. Where it stays, compare the "
        + "name with ours: another case, another environment or another tenant is the usual cause."
    case .parked(.reversalBeforeRedemption):
      if case .reversal(let redemption, _) = event.content {
        "It folds by itself once \(redemption) arrives. Where it stays, ask for that again, or compare a statement."
      } else {
        "It folds by itself once its redemption arrives."
      }
    case .discrepant(let reasons, _): reasons.map(\.advice).joined(separator: " ")
    case .applied, .duplicate, .conflict: "Nothing need be done."
    }
  }
}

extension RedemptionDiscrepancy {
  /// What to do about it; it counts in any case.
  var advice: String {
    switch self {
    case .beforeIssue: "Compare the clocks: it is from before the issue by more than the tolerance."
    case .afterExpiry: "Recall the replica when it ends, or let the offer end later."
    case .afterClosure: "Recall the replica, so that it is not redeemed again."
    case .overLimit: "Find out why the external system let it pass; close the offer, with a recall."
    case .otherCustomer: "Find out whether two ids are one customer."
    case .otherCurrency: "Ask for the amount in the currency of the offer."
    case .unconfirmedReplica:
      "Ask the external system for the replica under its key; it is settled once it answers."
    case .alreadyReversed, .moreThanLeft, .unknownLine:
      "Compare the reversal with the external system's own record; more than was redeemed is never given back."
    }
  }
}

extension MessageState {
  fileprivate var advice: String {
    switch self {
    case .waiting(let due): "It is tried again at \(due.rfc3339). Where that goes on, see its last failure."
    case .leased(let until): "A worker has it until \(until.rfc3339); then it is due again."
    case .buried: "Ask the external system whether it has it. Mend what failed, and redrive it under its key."
    case .rejected: "Mend what the external system refused, and redrive it under a new key."
    case .accepted, .withdrawn: "Nothing need be done."
    }
  }
}
