import Foundation
import OfferBridgeKit

extension OfferLedgerContract {
  static let trailChecks: [ContractCheck<LedgerUnderTest>] = [
    .init("trail.tellsEveryChangeOnce") { trial in
      for seed in 1...4 {
        let tenant = LedgerTrial(trial, tenant: TenantID("tenant \(seed)"))
        var operations = RandomOperations(seed: UInt64(seed))
        for number in 1...120 {
          try await operations.next(on: tenant)
          if number.isMultiple(of: 30) { try await tenant.compareTrail() }
        }
        tenant.steps.note("120 operations of seed \(seed), the trail compared after each 30")
      }
    },

    .init("trail.tellsOfEachStep") { trial in
      let limit = CampaignLimit.total(1)
      let id = try await trial.issue(trial.plan("a-1", limits: [limit]))
      try trial.expect(
        "what a commit tells",
        try await trial.words(),
        is: [
          "commit offer → issued", "commit message → waiting, replica notSent → pending",
        ]
      )
      try await trial.commit(trial.plan("a-2", limits: [limit]))
      try await trial.settled(
        try await trial.claimOne(),
        .retry(after: .seconds(1), failure: "busy", isUnknown: true)
      )
      try trial.expect(
        "what a refusal, a claim and a retry tell",
        try await trial.words(after: 2),
        is: [
          "commit step → refused", "claim message waiting → leased",
          "settle message leased → waiting, replica pending → unknown",
        ]
      )
      trial.wait(.seconds(2))
      let lapsing = try await trial.claimOne()
      trial.wait(.hours(1))
      let claim = try await trial.claimOne()
      try trial.expect(
        "a lease that ran out",
        try await trial.settle(lapsing, .accepted(nil)),
        is: .lostLease
      )
      try await trial.settled(claim, .rejected(reason: "no"))
      try await trial.redrive(try await trial.message(about: id).message)
      try trial.expect(
        "what a lapsed lease, a rejection and a redrive tell",
        try await trial.words(after: 5),
        is: [
          "claim message waiting → leased", "claim message leased → leased",
          "settle message leased → rejected, replica unknown → rejected",
          "redrive message rejected → waiting, replica rejected → pending",
        ]
      )
      let redemption = trial.redemption("r-1", of: .issuedOffer(id))
      try await trial.reconcile(redemption)
      try trial.expect(
        "what a proof tells",
        try await trial.words(after: 9),
        is: [
          "reconcile event → applied", "reconcile replica pending → accepted",
          "reconcile message waiting → accepted",
        ]
      )
      try await trial.reconcile(trial.reversal("v-1", of: "r-1"))
      trial.wait(.seconds(1))
      try await trial.close(id, as: .revoked, .givenBack)
      try trial.expect(
        "what a reversal and a closing tell",
        try await trial.words(after: 12),
        is: [
          "reconcile event → applied", "close offer issued → revoked", "close limitUses held → givenBack",
        ]
      )
    },

    .init("trail.repeatTellsNothing") { trial in
      let plan = trial.plan("a-1")
      let id = try await trial.issue(plan)
      let claim = try await trial.claimOne()
      try await trial.settled(claim, .accepted("W1"))
      let redemption = trial.redemption("r-1", of: .replica("W1"))
      try await trial.reconcile(redemption)
      let other = try await trial.issue(trial.plan("a-2"))
      try await trial.close(other)
      let before = try await trial.trail()
      try await trial.commit(plan)
      let version = try await trial.snapshot("a-1").triggerVersion
      try await trial.commit(trial.plan("a-1", version: version))
      try await trial.commit(trial.plan("a-1", version: version, saying: "else"))
      try await trial.settle(claim, .accepted("W1"))
      try await trial.extend(claim, by: .hours(1))
      try await trial.reconcile(redemption)
      try await trial.reconcile(trial.redemption("r-1", of: .replica("W1"), 9))
      try await trial.close(other)
      try await trial.close(id, as: .expired)
      try await trial.redrive(claim.message)
      _ = try await trial.record(id)
      try await trial.audit()
      try trial.expect("the trail after repeats of everything", try await trial.trail(), is: before)
    },

    .init("trail.isAppendOnly") { trial in
      var operations = RandomOperations(seed: 11)
      var known: [TrailEntry] = []
      for number in 1...90 {
        try await operations.next(on: trial)
        guard number.isMultiple(of: 15) else { continue }
        let now = try await trial.trail()
        try trial.expect("what was told before", Array(now.prefix(known.count)), is: known)
        known = now
      }
      trial.steps.note("90 operations, the trail read after each 15")
      try trial.expect("something was told", known.count > 90, seen: known.count)
    },

    .init("trail.isChained") { trial in
      var operations = RandomOperations(seed: 12)
      for _ in 1...60 { try await operations.next(on: trial) }
      trial.steps.note("60 operations")
      let entries = try await trial.trail()
      var verification = TrailVerification(of: trial.tenant)
      for entry in entries {
        verification.add(line: entry.line)
        let isCommitted = entry.personal?.commitment == entry.commitment
        try trial.expect("a commitment of what is personal", isCommitted, seen: entry.line)
      }
      let anchor = TrailAnchor(count: entries.count, hash: entries.last?.hash ?? .derive("none"))
      try trial.expect("the verification", verification.finding, is: .whole(anchor, erased: 0))
    },

    .init("trail.pagesAndScopes") { trial in
      let id = try await trial.issue(trial.plan("a-1", to: "ada"))
      let bobs = try await trial.issue(trial.plan("b-1", to: "bob"))
      try await trial.settled(try await trial.claim(1).claims[0], .accepted("W1"))
      try await trial.reconcile(trial.redemption("r-1", of: .issuedOffer(bobs)))
      try await trial.reconcile(trial.redemption("r-2", of: .replica("W1")))
      try await trial.close(bobs)
      let all = try await trial.trail()
      try trial.expect("the numbers", all.map(\.sequence), is: Array(1...max(1, all.count)))
      for limit in [1, 2, 3, 1000] {
        try trial.expect("pages of \(limit)", try await trial.trail(limit: limit), is: all)
      }
      for after in [1, 3, all.count, all.count + 5] {
        let rest = try await trial.trail(after: after)
        try trial.expect("what comes after \(after)", rest, is: Array(all.dropFirst(after)))
      }
      for (id, customer) in [(id, CustomerID("ada")), (bobs, "bob")] {
        let ofOffer = all.filter { $0.fact.issuedOffer == id }
        try trial.expect("of an issued offer", try await trial.trail(.issuedOffer(id), limit: 2), is: ofOffer)
        let ofCustomer = all.filter { $0.personal?.customer == customer }
        try trial.expect(
          "of a customer",
          try await trial.trail(.customer(customer), limit: 2),
          is: ofCustomer
        )
      }
      try trial.expect("of nobody", try await trial.trail(.customer("nobody")), is: [])
      try trial.expect("of nothing", try await trial.trail(.issuedOffer(.derive("none"))), is: [])
    },

    .init("trail.findsWhomOnlyStepsAreToldOf") { trial in
      let limit = CampaignLimit.total(1)
      try await trial.issue(trial.plan("a-1", to: "ada", limits: [limit]))
      try await trial.commit(trial.plan("b-1", to: "bob", limits: [limit]))
      let event = PlanNode(key: .derive("contract event"), content: .event(name: "seen"))
      try await trial.commit(trial.plan("c-1", of: "carol", nodes: [event]))
      let all = try await trial.trail()
      for (customer, words) in [("bob", "commit step → refused"), ("carol", "commit step → raised")] {
        let told = try await trial.trail(.customer(CustomerID(customer)))
        try trial.expect("what is told of \(customer)", told.map(\.change), is: [words])
        let theirs = all.filter { $0.personal?.customer?.rawValue == customer }
        try trial.expect("those of the whole trail", told, is: theirs)
      }
      try trial.expect("of nobody", try await trial.trail(.customer("nobody")), is: [])
    },

    .init("trail.tenantsAreApart") { trial in
      let other = LedgerTrial(trial, tenant: "other")
      try trial.expect("of a tenant that did nothing", try await other.trail(), is: [])
      let id = try await trial.issue(trial.plan("a-1"))
      let ours = try await trial.trail()
      try trial.expect("what the other sees", try await other.trail(), is: [])
      try trial.expect("of our issued offer", try await other.trail(.issuedOffer(id)), is: [])
      try trial.expect("of our customer", try await other.trail(.customer("ada")), is: [])
      try await other.issue(other.plan("a-1"))
      try trial.expect("what we see of theirs", try await trial.trail(), is: ours)
      let theirs = try await other.trail()
      try trial.expect("facts of the same plan", theirs.map(\.fact), is: ours.map(\.fact))
      let shared = Set(ours.map(\.hash)).intersection(theirs.map(\.hash))
      try trial.expect("digests in common", shared, is: [])
    },

    .init("trail.reopenGoesOn") { trial in
      guard trial.subject.reopen != nil else { throw NotClaimed() }
      var operations = RandomOperations(seed: 13)
      for _ in 1...60 { try await operations.next(on: trial) }
      trial.steps.note("60 operations")
      let before = try await trial.trail()
      let later = try await trial.reopened()
      let after = try await later.trail()
      try later.expect("what was told before", Array(after.prefix(before.count)), is: before)
      for _ in 1...30 { try await operations.next(on: later) }
      later.steps.note("30 operations")
      let end = try await later.trail()
      try later.expect("what was told until then", Array(end.prefix(after.count)), is: after)
      try await later.compareTrail()
    },
  ]
}
