import Foundation
import OfferBridgeKit

extension OfferLedgerContract {
  static let redriveChecks: [ContractCheck<LedgerUnderTest>] = [
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
      try trial.expect("why it had failed", record.lastFailure, is: "spent")
      try trial.expect("the replica", try await trial.replica(of: id), is: .unknown)
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

      // It stands where it stood, but never before one that is on its way.
      for name in ["b-1", "b-2", "b-3"] { try await trial.issue(trial.plan(name, to: "bob")) }
      let refused = try await trial.claimOne()
      try await trial.settled(refused, .rejected(reason: "no"))
      _ = try await trial.claimOne()
      try await trial.redrive(refused.message)
      try trial.expect("its replica", try await trial.replica(of: LedgerTrial.id("b-1")), is: .pending)
      try trial.expect("beside one on its way", try await trial.claim().claims, is: [])
      trial.wait(.seconds(60))
      let again = try await trial.claimOne()
      try trial.expect("its lease having run out", again.message.variant, is: "b-2")
      try await trial.settled(again, .retry(after: .zero, failure: "busy", isUnknown: false))
      for name in ["b-1", "b-2", "b-3"] {
        let claim = try await trial.claimOne()
        try trial.expect("in their order", claim.message.variant, is: name)
        try await trial.settled(claim, .accepted(nil))
      }
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

      // A next generation waits behind what waits already, and what the one before left in doubt stays so.
      let second = try await trial.issue(trial.plan("b-1", to: "bob"))
      try await trial.issue(trial.plan("b-2", to: "bob"))
      let silent = try await trial.claimOne()
      try await trial.settled(silent, .buried(reason: "spent", isUnknown: true))
      try await trial.redrive(silent.message, .newGeneration)
      try trial.expect("the replica", try await trial.replica(of: second), is: .unknown)
      let ahead = try await trial.claimOne()
      try trial.expect("before it", ahead.message.variant, is: "b-2")
      try await trial.settled(ahead, .accepted(nil))
      try await trial.settled(try await trial.claimOne(), .rejected(reason: "no"))
      try trial.expect("the replica", try await trial.replica(of: second), is: .unknown)
    },

    .init("terminal.neverLeaves") { trial in
      let replicas: [Replica.State] = [
        .accepted("W1"), .rejected(reason: "no"), .rejected(reason: "spent"), .notSent(.offerClosed),
        .unknown, .notSent(.offerClosed),
      ]
      for (index, end) in LedgerTrial.ends.enumerated() {
        let name = "a-\(index)"
        let id = try await trial.issue(trial.plan(name, to: CustomerID(name)))
        let claim = try await trial.claimOne()
        try await trial.settled(claim, end)
        // One that waits when its issued offer is closed is withdrawn.
        try await trial.close(id)
        let before = try await trial.record(id)
        try trial.expect("the end", before.messages[0].state.isFinal, seen: before.messages[0].state)
        try trial.expect("the replica", before.issuedOffer.replicas.map(\.state), is: [replicas[index]])
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
      try trial.expect("withdrawn", audit.messagesWithdrawn, is: 3)
    },
  ]
}
