import Foundation
import OfferBridgeKit

extension OfferLedgerContract {
  static let settleChecks: [ContractCheck<LedgerUnderTest>] = [
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
      let replica = try await trial.issued(id).replicas[0].state
      try trial.expect("the replica, after silence", replica, is: .unknown)
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

    .init("bury.isTerminalAndListed") { trial in
      for (name, isUnknown) in [("a", false), ("b", true)] {
        let id = try await trial.issue(trial.plan(name, to: CustomerID(name)))
        try await trial.settled(try await trial.claimOne(), .buried(reason: "spent", isUnknown: isUnknown))
        let record = try await trial.record(id)
        try trial.expect("the message", record.messages[0].state, is: .buried(reason: "spent"))
        try trial.expect("why", record.messages[0].lastFailure, is: "spent")
        let replica = record.issuedOffer.replicas[0].state
        try trial.expect("the replica", replica, is: isUnknown ? .unknown : .rejected(reason: "spent"))
      }
      try await trial.issue(trial.plan("c", to: "c"))
      try await trial.settled(try await trial.claimOne(), .rejected(reason: "no"))
      trial.wait(.days(400))
      try trial.expect("what is left", try await trial.claim().claims, is: [])
      let buried = try await trial.list(.messagesIn(.buried)).messages
      try trial.expect("those buried", buried.map(\.message.variant), is: ["a", "b"])
      let rejected = try await trial.list(.messagesIn(.rejected)).messages
      try trial.expect("those rejected", rejected.map(\.message.variant), is: ["c"])
      try trial.expect("those that wait", try await trial.list(.messagesIn(.waiting)).entries, is: [])
      let audit = try await trial.audit()
      try trial.expect("buried", audit.messagesBuried, is: 2)
      try trial.expect("rejected", audit.messagesRejected, is: 1)
      try trial.expect("open", audit.messagesOpen, is: 0)
    },

    .init("release.keepsAttemptCount") { trial in
      let id = try await trial.issue(trial.plan("a-1"))
      let due = trial.time.now
      trial.wait(.seconds(5))
      let first = try await trial.claimOne()
      try await trial.settled(first, .released)
      let record = try await trial.record(id)
      try trial.expect("the message, due as it was", record.messages[0].state, is: .waiting(due: due))
      try trial.expect("its attempts", record.messages[0].attempts, is: 1)
      try trial.expect("the replica", record.issuedOffer.replicas[0].state, is: .unknown)
      let second = try await trial.claimOne()
      try trial.expect("the attempt", second.attempt, is: 2)
      try trial.expect("the bytes", second.message, is: first.message)
      try trial.expect("the first worker", try await trial.settle(first, .released), is: .lostLease)
    },

    .init("extend.prolongs") { trial in
      let start = trial.time.now
      try await trial.issue(trial.plan("a-1"))
      let claim = try await trial.claimOne(for: .seconds(60))
      trial.wait(.seconds(30))
      func until(_ seconds: Double) -> ExtendAnswer {
        .extended(Lease(message: claim.message.key, fence: claim.lease.fence, until: start + seconds))
      }
      try trial.expect("by 60 seconds", try await trial.extend(claim, by: .seconds(60)), is: until(90))
      try trial.expect("by one, never shorter", try await trial.extend(claim, by: .seconds(1)), is: until(90))
      trial.wait(.milliseconds(59_999))
      try trial.expect("while it is held", try await trial.claim().claims, is: [])
      trial.wait(.seconds(10))
      try trial.expect("after its end", try await trial.extend(claim, by: .seconds(60)), is: until(159.999))
      try trial.expect("while it is held again", try await trial.claim().nextDue, is: start + 159.999)
      trial.wait(.seconds(60))
      try trial.expect("the attempt after it", try await trial.claimOne().attempt, is: 2)
    },

    .init("extend.lostAfterReclaim") { trial in
      let id = try await trial.issue(trial.plan("a-1"))
      let old = try await trial.claimOne()
      trial.wait(.seconds(60))
      let new = try await trial.claimOne()
      let before = try await trial.record(id)
      try trial.expect("the old worker", try await trial.extend(old, by: .hours(9)), is: .lostLease)
      try trial.expect("the record", try await trial.record(id), is: before)
      try await trial.settled(new, .retry(after: .zero, failure: "busy", isUnknown: false))
      try trial.expect("the old worker, later", try await trial.extend(old, by: .hours(9)), is: .lostLease)
      try trial.expect(
        "the new one, settled",
        try await trial.extend(new, by: .hours(9)),
        is: .alreadySettled
      )
      try trial.expect("the attempt", try await trial.claimOne().attempt, is: 3)
    },

    .init("redrive.sameKeyKeepsBytes") { trial in
      let id = try await trial.issue(trial.plan("a-1"))
      let first = try await trial.claimOne()
      try trial.expect("while it is open", try await trial.redrive(first.message), is: .alreadyOpen)
      try await trial.settled(first, .buried(reason: "spent", isUnknown: true))
      trial.wait(.days(3))
      let key = first.message.key
      try trial.expect("once it is buried", try await trial.redrive(first.message), is: .redriven(key))
      try trial.expect("a repeat", try await trial.redrive(first.message), is: .alreadyOpen)
      let record = try await trial.message(about: id)
      try trial.expect("the message", record.state, is: .waiting(due: trial.time.now))
      try trial.expect("its redrives", record.redrives.map(\.reason), is: ["contract"])
      try trial.expect("the attempts spent", record.redrives.map(\.attempts), is: [1])
      try trial.expect("where it had ended", record.redrives.map(\.state), is: [.buried(reason: "spent")])
      let second = try await trial.claimOne()
      try trial.expect("key and bytes", second.message, is: first.message)
      try trial.expect("the attempt, counted anew", second.attempt, is: 1)
      try trial.expect("the old lease", try await trial.settle(first, .accepted(nil)), is: .lostLease)
      try await trial.settled(second, .accepted(nil))
      try trial.expect("once accepted", try await trial.redrive(first.message), is: .refused(.accepted(nil)))
      let unknown = try await trial.ledger.redrive(
        MessageRedrive(.derive("nothing"), mode: .sameKey, reason: "contract"),
        tenant: trial.tenant
      )
      try trial.expect("what is not there", unknown, is: .unknownMessage)
      try trial.expect("attempts in all", try await trial.audit().attempts, is: 2)
    },

    .init("redrive.newGenerationNewKey") { trial in
      let id = try await trial.issue(trial.plan("a-1"))
      let first = try await trial.claimOne()
      try await trial.settled(first, .rejected(reason: "no"))
      trial.wait(.hours(1))
      let next = first.message.reissued(in: trial.tenant, at: trial.time.now)
      trial.steps.note("16 operators re-issue it at once")
      let command = MessageRedrive(first.message.key, mode: .newGeneration, reason: "contract")
      let answers = try await atOnce(16) { _ in try await trial.ledger.redrive(command, tenant: trial.tenant)
      }
      try trial.expect("re-issues", answers.count { $0 == .redriven(next.key) }, is: 1)
      try trial.expect("the others", answers.count { $0 == .superseded(by: next.key) }, is: 15)
      try trial.expect("the old one", try await trial.redrive(first.message), is: .superseded(by: next.key))
      let claim = try await trial.claimOne()
      try trial.expect("the message", claim.message, is: next)
      try trial.expect("its attempt", claim.attempt, is: 1)
      try await trial.settled(claim, .accepted("W2"))
      let record = try await trial.record(id)
      try trial.expect(
        "the messages",
        record.messages.map(\.state),
        is: [.rejected(reason: "no"), .accepted("W2")]
      )
      try trial.expect("the next of each", record.messages.map(\.nextGeneration), is: [next.key, nil])
      try trial.expect("the replica", record.issuedOffer.replicas[0].state, is: .accepted("W2"))
    },

    .init("terminal.neverLeaves") { trial in
      for (index, end) in LedgerTrial.ends.enumerated() {
        let name = "a-\(index)"
        let id = try await trial.issue(trial.plan(name, to: CustomerID(name)))
        let claim = try await trial.claimOne()
        try await trial.settled(claim, end)
        // One that waits when its issued offer is closed is withdrawn.
        try await trial.close(id)
        let before = try await trial.record(id)
        try trial.expect("the end", before.messages[0].state.isFinal, seen: before.messages[0].state)
        for outcome in LedgerTrial.outcomes {
          try trial.expect("a settlement", try await trial.settle(claim, outcome), is: .alreadySettled)
        }
        try trial.expect("a prolonging", try await trial.extend(claim, by: .hours(1)), is: .alreadySettled)
        let version = try await trial.snapshot(name, of: CustomerID(name)).triggerVersion
        let again = trial.plan(name, to: CustomerID(name), version: version)
        try trial.expect(
          "the plan again",
          try await trial.commit(again),
          is: .committed([.replayed, .replayed])
        )
        let redriven = try await trial.redrive(claim.message)
        switch before.messages[0].state {
        case .accepted, .withdrawn:
          try trial.expect("a redrive", redriven, is: .refused(before.messages[0].state))
        default:
          let closure = try trial.steps.unwrap("a closure", before.issuedOffer.closure)
          try trial.expect("a redrive", redriven, is: .offerClosed(closure))
        }
        trial.wait(.days(100))
        try trial.expect("what is handed out", try await trial.claim().claims, is: [])
        try trial.expect("the record", try await trial.record(id), is: before)
      }
      let audit = try await trial.audit()
      try trial.expect("open", audit.messagesOpen, is: 0)
      try trial.expect("withdrawn", audit.messagesWithdrawn, is: 2)
    },
  ]
}

extension LedgerTrial {
  /// One outcome of each kind.
  static let outcomes: [Settlement.Outcome] = [
    .accepted("W7"), .rejected(reason: "other"), .retry(after: .zero, failure: "other", isUnknown: true),
    .buried(reason: "other", isUnknown: true), .released,
  ]

  /// The outcomes, each with its own words.
  fileprivate static let ends: [Settlement.Outcome] = [
    .accepted("W1"), .rejected(reason: "no"), .buried(reason: "spent", isUnknown: false),
    .retry(after: .hours(1), failure: "busy", isUnknown: false), .released,
  ]
}
