import Foundation
import OfferBridgeKit

extension OfferLedgerContract {
  static let settleChecks = completeChecks + leaseChecks + redriveChecks

  static let completeChecks: [ContractCheck<LedgerUnderTest>] = [
    .init("complete.happy") { trial in
      let id = try await trial.issue(trial.plan("a-1"))
      try await trial.settled(try await trial.claimOne(), .accepted("W1"))
      let record = try await trial.record(id)
      try trial.expect("the message", record.messages[0].state, is: .accepted("W1"))
      try trial.expect("its attempts", record.messages[0].attempts, is: 1)
      try trial.expect("the replica", record.issuedOffer.replicas[0].state, is: .accepted("W1"))
      let rest = try await trial.claim()
      try trial.expect("what is left", rest.claims, is: [])
      try trial.expect("when to come back", rest.nextDue, is: nil)
      let audit = try await trial.audit()
      try trial.expect("accepted", audit.messagesAccepted, is: 1)
      try trial.expect("open", audit.messagesOpen, is: 0)
      // Why an attempt before it failed is kept.
      let second = try await trial.issue(trial.plan("a-2"))
      try await trial.settled(
        try await trial.claimOne(),
        .retry(after: .zero, failure: "busy", isUnknown: true)
      )
      try await trial.settled(try await trial.claimOne(), .accepted(nil))
      try trial.expect("why not at first", try await trial.message(about: second).lastFailure, is: "busy")
      // The first acceptance stays, whatever comes of further messages about it.
      let issued = try await trial.issued(second)
      let others: [Settlement.Outcome] = [
        .accepted("W2"), .rejected(reason: "no"), .buried(reason: "spent", isUnknown: true),
        .released(wasHanded: true), .released(wasHanded: false),
      ]
      for (number, outcome) in others.enumerated() {
        try await trial.issue(trial.reminder("m-\(number)", of: issued))
        try trial.expect("the replica", try await trial.replica(of: second), is: .accepted(nil))
        try await trial.settled(try await trial.claimOne(), outcome)
        try trial.expect("the replica", try await trial.replica(of: second), is: .accepted(nil))
      }
    },

    .init("complete.twiceSameFenceIsAlreadySettled") { trial in
      let id = try await trial.issue(trial.plan("a-1"))
      let claim = try await trial.claimOne()
      try await trial.settled(claim, .accepted("W1"))
      let before = try await trial.record(id)
      for outcome in LedgerTrial.outcomes {
        try trial.expect("once more", try await trial.settle(claim, outcome), is: .alreadySettled)
      }
      try trial.expect("a prolonging", try await trial.extend(claim, by: .hours(1)), is: .alreadySettled)
      try trial.expect("the record", try await trial.record(id), is: before)
      // Also where the first one let it wait.
      try await trial.issue(trial.plan("a-2"))
      let second = try await trial.claimOne()
      let retry = Settlement.Outcome.retry(after: .seconds(9), failure: "busy", isUnknown: false)
      try await trial.settled(second, retry)
      let due = try await trial.message(about: LedgerTrial.id("a-2"))
      trial.wait(.seconds(3))
      try trial.expect("once more", try await trial.settle(second, retry), is: .alreadySettled)
      try trial.expect("the message", try await trial.message(about: LedgerTrial.id("a-2")), is: due)
    },

    .init("complete.staleFenceIsLostLease") { trial in
      let id = try await trial.issue(trial.plan("a-1"))
      let old = try await trial.claimOne()
      trial.wait(.seconds(61))
      let new = try await trial.claimOne()
      let before = try await trial.record(id)
      try trial.expect("the old worker", try await trial.settle(old, .accepted("W9")), is: .lostLease)
      try trial.expect("the record", try await trial.record(id), is: before)
      try await trial.settled(new, .retry(after: .hours(1), failure: "busy", isUnknown: false))
      try trial.expect("the old worker, later", try await trial.settle(old, .accepted("W9")), is: .lostLease)
      trial.wait(.hours(1))
      try await trial.settled(try await trial.claimOne(), .rejected(reason: "no"))
      try trial.expect("at the end", try await trial.settle(old, .accepted("W9")), is: .lostLease)
      try trial.expect("the message", try await trial.message(about: id).state, is: .rejected(reason: "no"))
      // By the fence alone: what a worker believes of the lease's end is of no account.
      let unknown = Lease(message: .derive("nothing"), fence: 1, until: .distantFuture)
      let answers = try await trial.ledger.settle(
        [Settlement(lease: unknown, outcome: .accepted(nil))],
        tenant: trial.tenant
      )
      try trial.expect("a message that is not there", answers, is: [.lostLease])
    },

    .init("complete.afterExpiryButUnclaimedStillWins") { trial in
      let id = try await trial.issue(trial.plan("a-1"))
      let claim = try await trial.claimOne()
      trial.wait(.hours(5))
      try await trial.settled(claim, .accepted("W1"))
      try trial.expect("the message", try await trial.message(about: id).state, is: .accepted("W1"))
      try trial.expect("what is left", try await trial.claim().claims, is: [])
    },

    .init("reschedule.notVisibleEarly") { trial in
      let id = try await trial.issue(trial.plan("a-1"))
      try await trial.settled(
        try await trial.claimOne(),
        .retry(after: .milliseconds(90_001), failure: "busy", isUnknown: false)
      )
      let due = Date(milliseconds: trial.time.now.milliseconds + 90_001)
      let record = try await trial.record(id)
      try trial.expect("the message", record.messages[0].state, is: .waiting(due: due))
      try trial.expect("why", record.messages[0].lastFailure, is: "busy")
      try trial.expect("the replica, after a clear no", record.issuedOffer.replicas[0].state, is: .pending)
      trial.wait(.seconds(90))
      try trial.expect("a millisecond early", try await trial.claim().claims, is: [])
      trial.wait(.milliseconds(1))
      let second = try await trial.claimOne()
      try await trial.settled(second, .retry(after: .seconds(1), failure: "silence", isUnknown: true))
      try trial.expect("the replica, after silence", try await trial.replica(of: id), is: .unknown)
      trial.wait(.seconds(1))
      let third = try await trial.claimOne()
      try await trial.settled(third, .retry(after: .seconds(1), failure: "busy", isUnknown: false))
      try trial.expect("the replica, after a no", try await trial.replica(of: id), is: .unknown)
      trial.wait(.seconds(1))
      try await trial.settled(try await trial.claimOne(), .rejected(reason: "no"))
      try trial.expect("the replica, refused", try await trial.replica(of: id), is: .rejected(reason: "no"))
    },

    .init("reschedule.staleFenceChangesNothing") { trial in
      let id = try await trial.issue(trial.plan("a-1"))
      let old = try await trial.claimOne()
      trial.wait(.seconds(60))
      let new = try await trial.claimOne()
      let before = try await trial.record(id)
      for outcome in LedgerTrial.outcomes {
        try trial.expect("the old worker", try await trial.settle(old, outcome), is: .lostLease)
      }
      try trial.expect("the record", try await trial.record(id), is: before)
      try trial.expect("what is handed out", try await trial.claim().claims, is: [])
      try await trial.settled(new, .accepted(nil))
      for outcome in LedgerTrial.outcomes {
        try trial.expect("the old worker", try await trial.settle(old, outcome), is: .lostLease)
      }
      try trial.expect("the message", try await trial.message(about: id).state, is: .accepted(nil))
    },
  ]
}

extension LedgerTrial {
  /// One outcome of each kind.
  static let outcomes: [Settlement.Outcome] = [
    .accepted("W7"), .rejected(reason: "other"), .retry(after: .zero, failure: "other", isUnknown: true),
    .buried(reason: "other", isUnknown: true), .released(wasHanded: true),
    .released(wasHanded: false),
  ]

  /// The outcomes, each with its own words.
  static let ends: [Settlement.Outcome] = [
    .accepted("W1"), .rejected(reason: "no"), .buried(reason: "spent", isUnknown: false),
    .retry(after: .hours(1), failure: "busy", isUnknown: false), .released(wasHanded: true),
    .released(wasHanded: false),
  ]
}
