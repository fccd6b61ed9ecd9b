import Foundation
import OfferBridgeKit

extension OfferLedgerContract {
  static let wholeChecks: [ContractCheck<LedgerUnderTest>] = [
    .init("audit.sumsMatchAfterRandomOps") { trial in
      for seed in 1...6 {
        let tenant = LedgerTrial(trial, tenant: TenantID("tenant \(seed)"))
        var operations = RandomOperations(seed: UInt64(seed))
        for number in 1...150 {
          try await operations.next(on: tenant)
          if number.isMultiple(of: 15) {
            try await operations.compare(with: try await tenant.audit(), tenant)
          }
        }
        tenant.steps.note("150 operations of seed \(seed), an audit after each 15")
      }
    },

    .init("durability.reopenSeesEverything") { trial in
      guard trial.subject.reopen != nil else { throw NotClaimed() }
      let limit = CampaignLimit.total(2)
      let sent = try await trial.issue(trial.plan("sent", limits: [limit], redeemable: .times(3)))
      try await trial.settled(try await trial.claimOne(), .accepted("W1"))
      let redemption = trial.redemption("r-1", of: .replica("W1"), 3)
      try trial.expect("a redemption", try await trial.reconcile(redemption), is: .applied(to: sent))
      let waits = trial.reversal("v-2", of: "r-2")
      try await trial.reconcile(waits)
      let buried = try await trial.issue(
        trial.plan("buried", to: "bob", limits: [limit], payload: Array(0...255))
      )
      try await trial.settled(try await trial.claimOne(), .buried(reason: "spent", isUnknown: true))
      let refused = CommitAnswer.committed([.refused(limit), .parentNotWritten])
      try trial.expect("a third", try await trial.commit(trial.plan("refused", limits: [limit])), is: refused)
      let closed = try await trial.issue(trial.plan("closed", to: "cleo"))
      try await trial.close(closed)
      let retried = try await trial.issue(trial.plan("retried", to: "dora"))
      try await trial.settled(
        try await trial.claimOne(),
        .retry(after: .hours(2), failure: "busy", isUnknown: false)
      )
      let held = try await trial.issue(trial.plan("held", to: "eve"))
      let lease = try await trial.claimOne()
      var before: [IssuedOfferRecord] = []
      for id in [sent, buried, closed, retried] { before.append(try await trial.record(id)) }
      let audit = try await trial.audit()

      let later = try await trial.reopened()
      for record in before {
        try later.expect("a record", try await later.record(record.issuedOffer.id), is: record)
      }
      // Of what was held when it was closed, a ledger may say that it is in doubt.
      try later.expect("the audit", try await later.audit().leavingDoubtOpen, is: audit.leavingDoubtOpen)
      // What was decided and received is known.
      let version = try await later.snapshot("sent").triggerVersion
      let again = later.plan("sent", limits: [limit], version: version)
      try later.expect("a plan again", try await later.commit(again), is: .committed([.replayed, .replayed]))
      let other = later.plan("sent", version: version, saying: "else")
      try later.expect("another content", try await later.commit(other), is: .conflict)
      let asked = later.plan(
        "refused",
        limits: [limit],
        version: try await later.snapshot("refused").triggerVersion
      )
      try later.expect("the refusal", try await later.commit(asked), is: refused)
      try later.expect("the limit", try await later.commit(later.plan("new", limits: [limit])), is: refused)
      try later.expect("the event again", try await later.reconcile(redemption), is: .duplicate)
      let changed = later.redemption("r-1", of: .replica("W1"), 4)
      try later.expect("another event", try await later.reconcile(changed), is: .conflict)
      let awaited = later.redemption("r-2", of: .replica("W1"))
      try later.expect("what was waited for", try await later.reconcile(awaited), is: .applied(to: sent))
      try later.expect("what waited", try await later.match(waits), is: .applied(to: sent))
      // What was held is handed out again, and counts on.
      later.wait(.minutes(5))
      let second = try await later.claimOne()
      try later.expect("what was held", second.message, is: lease.message)
      try later.expect("its attempt", second.attempt, is: 2)
      try later.expect("a higher fence", second.lease.fence > lease.lease.fence, seen: second.lease.fence)
      try later.expect("the old worker", try await later.settle(lease, .accepted(nil)), is: .lostLease)
      try await later.settled(second, .accepted(nil))
      try later.expect("its replica", try await later.issued(held).replicas[0].state, is: .accepted(nil))
      try await later.audit()
    },

    .init("crash.beforeAndAfterEveryCall") { trial in
      let whole = CrashStory(trial, named: "whole", failing: -1, .beforeTheCall)
      let expected = try await whole.tell()
      let calls = whole.ledger.calls
      trial.steps.note("a story of \(calls) calls, without a crash")
      for call in 0..<calls {
        for side in FailingLedger.Side.allCases {
          let story = CrashStory(trial, named: "\(call) \(side)", failing: call, side)
          let seen = try await story.tell()
          try trial.expect("the end, with call \(call) failing \(side)", seen, is: expected)
          try await story.trial.audit()
        }
      }
    },

    .init("clock.onlyLedgerClockMatters") { trial in
      try trial.expect("the ledger's time", try await trial.snapshot("a-1").now, is: trial.time.now)
      let start = trial.time.now
      let plan = trial.plan("a-1", expiresAt: start + 3600)
      let id = try await trial.issue(plan)
      try await trial.settled(
        try await trial.claimOne(),
        .retry(after: .minutes(5), failure: "busy", isUnknown: false)
      )
      // A worker whose clock is an hour fast, or a century.
      for seconds in [3600, 3_000_000_000] {
        let answer = try await trial.claim(dueBy: start + Double(seconds))
        try trial.expect("what a fast worker is given", answer.claims, is: [])
        try trial.expect("the time it is told", answer.now, is: start)
        try trial.expect("when to come back", answer.nextDue, is: start + 300)
      }
      trial.wait(.minutes(5))
      // One that is slow gets what was due by its own time, for a lease of the ledger's.
      try trial.expect("what a slow worker is given", try await trial.claim(dueBy: start).claims, is: [])
      let claim = try await trial.claim(1, dueBy: start + 300).claims
      try trial.expect("by the moment", claim.map(\.lease.until), is: [start + 360])
      let forged = Lease(message: claim[0].lease.message, fence: claim[0].lease.fence, until: .distantPast)
      let prolonged = try await trial.ledger.extend([forged], by: .minutes(3), tenant: trial.tenant)
      let until = Lease(message: forged.message, fence: forged.fence, until: start + 480)
      try trial.expect("a lease that looks old", prolonged, is: [.extended(until)])
      // What events say of the time moves nothing.
      try await trial.reconcile(
        trial.redemption("r-1", of: .customer("ada", replica: "none"), after: .days(900))
      )
      try trial.expect(
        "an early end",
        try await trial.close(id, as: .expired),
        is: .notOver(until: start + 3600)
      )
      try trial.expect("while it is held", try await trial.claim(dueBy: .distantFuture).claims, is: [])
      // A plan is as old as the ledger says; one from its future is no older.
      trial.wait(.hours(1))
      try trial.expect("a plan of an hour ago", try await trial.commit(plan), is: .stale)
      guard case .closed(let closure) = try await trial.close(id, as: .expired) else {
        throw trial.steps.violation(expected: "closed, when its time is over", seen: "not closed")
      }
      try trial.expect("the moment of the closing", closure.closedAt, is: start + 3900)
      let record = TriggerRecord(id: TriggerID(.action, "ahead"), customer: "ada", fingerprint: .derive("f"))
      let ahead = JourneyPlan(
        tenant: trial.tenant,
        trigger: record,
        plannedAt: trial.time.now + 3600,
        triggerVersion: 0,
        nodes: []
      )
      try trial.expect("a plan from its future", try await trial.commit(ahead), is: .committed([]))
      let late = trial.plan("a-2")
      trial.wait(.seconds(30))
      try await trial.issue(late)
      let message = try await trial.message(about: late.nodes[0].key)
      try trial.expect(
        "a message is due when it is committed",
        message.state,
        is: .waiting(due: start + 3930)
      )
      // Lengths are cut to whole milliseconds, and end with the year 9999.
      let short = try await trial.claimOne(for: .microseconds(1_900))
      func after(_ milliseconds: Int64) -> Date {
        Date(milliseconds: trial.time.now.milliseconds + milliseconds)
      }
      try trial.expect("the end of 1.9 milliseconds", short.lease.until, is: after(1))
      try await trial.settled(short, .retry(after: .microseconds(2_900), failure: "busy", isUnknown: false))
      let wait = try await trial.message(about: late.nodes[0].key).state
      try trial.expect("a wait of 2.9 milliseconds", wait, is: .waiting(due: after(2)))
      trial.wait(.milliseconds(2))
      let longest = try await trial.claimOne(for: .seconds(Int64.max)).lease.until
      try trial.expect("the end of the longest lease", longest, is: Date(milliseconds: .max))
    },

    .init("cancel.midCallLeavesNoPartialState") { trial in
      let limit = CampaignLimit.total(1000)
      trial.steps.note("48 times: commit two plans, and be cancelled before, while or after")
      for round in 0..<48 {
        let plans = ["a", "b"].map {
          trial.plan("\(round)-\($0)", to: CustomerID("\(round)"), limits: [limit])
        }
        let redemption = trial.redemption("r-\(round)", of: .issuedOffer(plans[0].nodes[0].key))
        await withTaskGroup(of: Void.self) { group in
          group.addTask {
            // Whatever it throws: the outcome is unknown.
            _ = try? await trial.ledger.commit(plans)
            _ = try? await trial.ledger.reconcile([redemption], tenant: trial.tenant)
          }
          for _ in 0..<(round % 6) { await Task.yield() }
          group.cancelAll()
        }
        for plan in plans {
          let record = try await trial.ledger.record(of: plan.nodes[0].key, tenant: trial.tenant)
          if let record { try trial.expect("messages of what was issued", record.messages.count, is: 1) }
          let trigger = plan.trigger.id.id
          let snapshot = try await trial.snapshot(trigger, of: plan.trigger.customer)
          try trial.expect("decided", snapshot.decided.count, is: record == nil ? 0 : 2)
        }
      }
      trial.steps.note("commit all of it again")
      for round in 0..<48 {
        for name in ["a", "b"] {
          let customer = CustomerID("\(round)")
          let version = try await trial.snapshot("\(round)-\(name)", of: customer).triggerVersion
          _ = try await trial.ledger.commit(
            trial.plan("\(round)-\(name)", to: customer, limits: [limit], version: version)
          )
        }
        let redemption = trial.redemption("r-\(round)", of: .issuedOffer(LedgerTrial.id("\(round)-a")))
        _ = try await trial.ledger.reconcile([redemption], tenant: trial.tenant)
      }
      let audit = try await trial.audit()
      try trial.expect("issued offers", audit.issued, is: 96)
      try trial.expect("messages", audit.messages, is: 96)
      try trial.expect("redemptions that count", audit.applied + audit.discrepant, is: 48)
    },
  ]
}

extension LedgerAudit {
  /// The sums with replicas that are pending and unknown as one.
  fileprivate var leavingDoubtOpen: LedgerAudit {
    var audit = self
    audit.replicasUnknown += audit.replicasPending
    audit.replicasPending = 0
    return audit
  }
}
