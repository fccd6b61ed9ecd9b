import Foundation
import OfferBridgeKit

extension OfferLedgerContract {
  static let leaseChecks: [ContractCheck<LedgerUnderTest>] = [
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
      let strange = PageMark(rawValue: "no mark of this ledger")
      let query = PageQuery(tenant: trial.tenant, listing: .messagesIn(.buried), after: strange)
      let page = try await trial.ledger.page(query)
      try trial.expect("behind a mark that was never given", page.entries, is: [])
      try trial.expect("a page after it", page.next, is: nil)
      try await trial.expectDoubtStays()
    },

    .init("release.onceHandedKeepsItsAttempt") { trial in
      let id = try await trial.issue(trial.plan("a-1"))
      let due = trial.time.now
      trial.wait(.seconds(5))
      let first = try await trial.claimOne()
      try await trial.settled(first, .released(wasHanded: true))
      let record = try await trial.record(id)
      try trial.expect("the message, due as it was", record.messages[0].state, is: .waiting(due: due))
      try trial.expect("its attempts", record.messages[0].attempts, is: 1)
      try trial.expect("the replica", record.issuedOffer.replicas[0].state, is: .unknown)
      let second = try await trial.claimOne()
      try trial.expect("the attempt", second.attempt, is: 2)
      try trial.expect("the bytes", second.message, is: first.message)
      let again = try await trial.settle(first, .released(wasHanded: true))
      try trial.expect("the first worker", again, is: .lostLease)
    },

    .init("release.beforeItWasHandedGivesTheAttemptBack") { trial in
      let id = try await trial.issue(trial.plan("a-1"))
      let before = try await trial.record(id)
      let unhanded = Settlement.Outcome.released(wasHanded: false)
      for seconds in [5, 10] {
        trial.wait(.seconds(5))
        let claim = try await trial.claimOne()
        try trial.expect("the attempt, after \(seconds) seconds", claim.attempt, is: 1)
        try trial.expect("its first", claim.firstAttemptedAt, is: trial.time.now)
        try await trial.settled(claim, unhanded)
        try trial.expect("the record, as before the claim", try await trial.record(id), is: before)
        try trial.expect("once more", try await trial.settle(claim, unhanded), is: .alreadySettled)
      }
      try trial.expect("the attempts in all", try await trial.audit().attempts, is: 0)
      // What an attempt before it left in doubt stays so, and so does its moment.
      let first = trial.time.now
      let silence = Settlement.Outcome.retry(after: .zero, failure: "silence", isUnknown: true)
      try await trial.settled(try await trial.claimOne(), silence)
      trial.wait(.seconds(5))
      try await trial.settled(try await trial.claimOne(), unhanded)
      try trial.expect("its attempts", try await trial.message(about: id).attempts, is: 1)
      try trial.expect("the replica", try await trial.replica(of: id), is: .unknown)
      // A worker that ended without a word had begun its attempt.
      _ = try await trial.claimOne()
      trial.wait(.seconds(60))
      try await trial.settled(try await trial.claimOne(), unhanded)
      let last = try await trial.claimOne()
      try trial.expect("the attempt after two that were begun", last.attempt, is: 3)
      try trial.expect("the first that may have arrived", last.firstAttemptedAt, is: first)
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
  ]
}

extension LedgerTrial {
  /// Buries messages where others left their replica in doubt, or may still bring it.
  fileprivate func expectDoubtStays() async throws {
    let spent = Settlement.Outcome.buried(reason: "spent", isUnknown: false)
    let first = try await issue(plan("d", to: "d"))
    try await settled(try await claimOne(), .retry(after: .zero, failure: "silence", isUnknown: true))
    try await settled(try await claimOne(), spent)
    try expect("the replica, buried after silence", try await replica(of: first), is: .unknown)
    let issued = try await issued(first)
    for (number, outcome) in [spent, .rejected(reason: "no")].enumerated() {
      try await issue(reminder("d-\(number)", of: issued))
      try expect("the replica, with a message more", try await replica(of: first), is: .unknown)
      try await settled(try await claimOne(), outcome)
      try expect("the replica, after that one", try await replica(of: first), is: .unknown)
    }

    let second = try await issue(plan("e", to: "e"))
    try await issue(reminder("e-1", of: try await self.issued(second)))
    try await settled(try await claimOne(), .rejected(reason: "no"))
    try expect("the replica, one message open", try await replica(of: second), is: .pending)
    try await settled(try await claimOne(), spent)
    let last = Replica.State.rejected(reason: "spent")
    try expect("the replica, none open", try await replica(of: second), is: last)
    try await issue(reminder("e-2", of: try await self.issued(second)))
    try expect("the replica, one open again", try await replica(of: second), is: .pending)
  }
}
