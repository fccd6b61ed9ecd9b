import Foundation
import OfferBridgeKit

extension ForgettingLedgerContract {
  static let mergeChecks: [ContractCheck<LedgerUnderTest>] = [
    .init("merge.makesOneOfTwo") { trial in
      _ = try trial.people
      let plans = [("p-1", "phone"), ("a-1", "ada"), ("p-2", "phone")].map { name, customer in
        trial.plan(name, to: CustomerID(customer), redeemable: .times(9))
      }
      for plan in plans { try await trial.issue(plan) }
      for (id, customer) in [("r-1", "phone"), ("r-2", "ada")] {
        try await trial.reconcile(trial.redemption(id, of: .customer(CustomerID(customer), replica: "TEN")))
      }
      let before = try await trial.list(.messages(of: "phone")).messages
      let what = try await trial.merged("phone", into: "ada")
      try trial.expect("who survives", what.survivor, is: "ada")
      try trial.expect("what moved", [what.issuedOffers, what.messages, what.events], is: [2, 2, 1])
      for id: CustomerID in ["phone", "ada"] {
        try trial.expect("issued offers of \(id)", try await trial.names(of: id), is: ["p-1", "a-1", "p-2"])
        let messages = try await trial.list(.messages(of: id)).messages
        try trial.expect("messages of \(id)", messages.map(\.message.key), is: plans.map { $0.nodes[1].key })
        let moved = messages.filter { $0.message.customer == "phone" }
        try trial.expect("the bytes and ids they had", moved, is: before)
        let events = try await trial.list(.events(of: id)).events.map(\.event.id.id)
        try trial.expect("events of \(id)", events, is: ["r-2", "r-1"])
        let trail = try await trial.trail(.customer(id))
        try trial.expect("their trail", trail.count, is: try await trial.trail().count)
      }
      let offers = try await trial.list(.issuedOffers(of: "ada")).issuedOffers
      try trial.expect("whose they were", offers.map(\.customer), is: ["phone", "ada", "phone"])
      try trial.expect("ids", offers.map(\.id), is: plans.map { $0.nodes[0].key })
      try await trial.audit()
    },

    .init("merge.limitsAreAdded") { trial in
      _ = try trial.people
      let windows: [LimitWindow] = [.lifetime, .calendar(.day, in: .gmt), .rolling(.hours(1))]
      for (number, window) in windows.enumerated() {
        let limit = CampaignLimit.perCustomer(3, in: window)
        let (phone, ada) = (CustomerID("phone-\(number)"), CustomerID("ada-\(number)"))
        var issued: [IssuedOffer.ID] = []
        for (name, id) in [("p1", phone), ("p2", phone), ("a1", ada), ("a2", ada)] {
          issued.append(try await trial.issue(trial.plan("\(name)-\(number)", to: id, limits: [limit])))
        }
        let exceeded = try await trial.merged(phone, into: ada).exceeded
        try trial.expect("limits above which they stand", exceeded.map(\.limit), is: [limit])
        try trial.expect("how far", exceeded.map(\.used), is: [4])
        try trial.expect("whose counter", exceeded.map(\.counter.customer), is: [ada])
        let refused = CommitAnswer.committed([.refused(limit), .parentNotWritten])
        func next(_ name: String, _ id: CustomerID) async throws -> CommitAnswer {
          let plan = trial.plan("\(name)-\(number)", to: id, limits: [limit])
          return try await trial.commit(plan.decided(for: id == ada ? nil : ada))
        }
        try trial.expect("one more of ada", try await next("a3", ada), is: refused)
        try trial.expect("one more of the telephone", try await next("p3", phone), is: refused)
        let audit = try await trial.audit()
        try trial.expect("limits exceeded", audit.limitsExceeded, is: 1)
        let uses = try await trial.record(issued[0]).limitUses.map(\.counter.customer)
        try trial.expect("the counter of what the telephone was issued", uses, is: [ada])
        for id in [issued[0], issued[2]] { try await trial.close(id, as: .revoked, .givenBack) }
        try trial.expect("once two are given back", try await next("p4", phone).isWritten, is: true)
        try trial.expect("and one more", try await next("a4", ada), is: refused)
        try trial.expect("limits exceeded", try await trial.audit().limitsExceeded, is: 0)
      }
    },

    .init("merge.eventsOfEitherFold") { trial in
      _ = try trial.people
      let id = try await trial.delivered("p-1", to: "phone", redeemable: .times(9))
      let byAda = RedemptionDetails(customer: "ada", lines: [])
      let first = trial.event("r-1", .redemption(.issuedOffer(id), amount: nil, byAda))
      let other = RedemptionMatch.discrepant([.otherCustomer], on: id)
      try trial.expect("by another customer", try await trial.reconcile(first), is: other)
      let waiting = trial.redemption("r-2", of: .customer("ada", replica: "TEN"))
      try trial.expect("of nothing", try await trial.reconcile(waiting), is: .parked(.unknownOffer))
      try await trial.merged("phone", into: "ada")
      try trial.expect("by themselves", try await trial.match(first), is: .applied(to: id))
      try trial.expect("what waited", try await trial.match(waiting), is: .applied(to: id))
      try trial.expect("once more", try await trial.reconcile(first), is: .duplicate)
      let later: [ExternalEvent] = [
        trial.redemption("r-3", of: .customer("ada", replica: "TEN")),
        trial.redemption("r-4", of: .customer("phone", replica: "TEN")),
        trial.redemption("r-5", of: .replica("W p-1")),
        trial.reversal("v-5", of: "r-5"),
        trial.notice("n-1", .revoked, of: .customer("phone", replica: "TEN")),
      ]
      for event in later {
        try trial.expect(event.id.id, try await trial.reconcile(event), is: .applied(to: id))
      }
      let stranger = RedemptionDetails(customer: "bob", lines: [])
      let strange = trial.event(
        "r-6",
        .redemption(.issuedOffer(id), amount: nil, stranger),
        after: .minutes(-1)
      )
      try trial.expect("by a stranger", try await trial.reconcile(strange), is: other)
      try trial.expect("redeemed", try await trial.issued(id).redeemed.count, is: 5)
      try await trial.audit()
    },

    .init("merge.refusalsChangeNothing") { trial in
      _ = try trial.people
      try await trial.issue(trial.plan("p-1", to: "phone"))
      try await trial.merged("phone", into: "ada")
      try await trial.refuses("phone", into: "ada", .alreadyMerged(into: "ada"))
      try await trial.refuses("phone", into: "bob", .alreadyMerged(into: "ada"))
      try await trial.refuses("ada", into: "phone", .circle(survivor: "ada"))
      try await trial.refuses("ada", into: "ada", .circle(survivor: "ada"))
      let chain = try await trial.merged("tablet", into: "phone")
      try trial.expect("who survives", chain.survivor, is: "ada")
      try trial.expect("who survives", try await trial.merged("ada", into: "carol").survivor, is: "carol")
      for id: CustomerID in ["phone", "tablet", "ada"] {
        try await trial.refuses(id, into: "bob", .alreadyMerged(into: "carol"))
        try trial.expect("issued offers of \(id)", try await trial.names(of: id), is: ["p-1"])
      }
      try await trial.refuses("carol", into: "tablet", .circle(survivor: "carol"))
    },

    .init("merge.snapshotTellsTheIdentity") { trial in
      _ = try trial.people
      let old = trial.plan("p-1", to: "phone")
      try await trial.issue(old)
      try trial.expect("before", try await trial.snapshot("p-1", of: "phone").identity, is: nil)
      let late = trial.plan("p-2", to: "phone")
      try await trial.merged("phone", into: "ada")
      let identity = CustomerIdentity(survivor: "ada", formerIDs: ["phone"])
      for id: CustomerID in ["phone", "ada"] {
        let snapshot = try await trial.snapshot("p-1", of: id)
        try trial.expect("the identity of \(id)", snapshot.identity, is: identity)
        try trial.expect("their issued offers", snapshot.issuedOffers.map(\.trigger.id), is: ["p-1"])
        try trial.expect("the trigger", snapshot.trigger, is: old.trigger)
      }
      try trial.expect("of somebody else", try await trial.snapshot("p-1", of: "bob").identity, is: nil)
      try trial.expect("a plan made before", try await trial.commit(late), is: .stale)
      let again = trial.plan("p-1", to: "phone", version: 1).decided(for: "ada")
      try trial.expect(
        "the old action",
        try await trial.commit(again),
        is: .committed([.replayed, .replayed])
      )
      let renamed = trial.plan("p-1", to: "ada")
      try trial.expect("the same by the other id", try await trial.commit(renamed), is: .stale)
      let strange = trial.plan("p-1", to: "bob")
      try trial.expect("the same by a stranger", try await trial.commit(strange), is: .conflict)
      try await trial.issue(trial.plan("p-3", to: "phone").decided(for: "ada"))
      try trial.expect("all of theirs", try await trial.names(of: "ada"), is: ["p-1", "p-3"])
    },

    .init("merge.trailTellsIt") { trial in
      _ = try trial.people
      try await trial.delivered("p-1", to: "phone")
      let before = try await trial.trail()
      try await trial.merged("phone", into: "ada")
      try await trial.merge("phone", into: "ada")
      let after = try await trial.trail()
      try trial.expect("what was told", Array(after.prefix(before.count)), is: before)
      let told = try trial.steps.unwrap("one entry more", after.count == before.count + 1 ? after.last : nil)
      try trial.expect("its cause", told.fact.cause, is: .merge)
      try trial.expect("its subject", told.fact.subject, is: .customer)
      try trial.expect("what it tells", told.fact.to, is: .merged)
      try trial.expect("into whom", told.personal?.customer, is: "ada")
      try trial.expect("who", told.personal?.formerly, is: "phone")
      try await trial.merged("ada", into: "carol")
      try trial.expect("later", Array(try await trial.trail().prefix(after.count)), is: after)
      try await trial.verifyTrail()
    },

    .init("merge.keepsTenantsApart") { trial in
      _ = try trial.people
      let other = LedgerTrial(trial, tenant: "other")
      for tenant in [trial, other] { try await tenant.issue(tenant.plan("p-1", to: "phone")) }
      try await trial.merged("phone", into: "ada")
      try trial.expect("another tenant's ada", try await other.names(of: "ada"), is: [])
      try trial.expect("their telephone", try await other.names(of: "phone"), is: ["p-1"])
      try trial.expect("their identity", try await other.snapshot("p-1", of: "phone").identity, is: nil)
      try await other.issue(other.plan("p-2", to: "phone"))
      try await other.audit()
    },
  ]
}

extension LedgerTrial {
  /// Asks for a merge that is not done: nothing is told of it.
  func refuses(
    _ customer: CustomerID,
    into survivor: CustomerID,
    _ expected: MergeAnswer
  ) async throws {
    let before = try await trail().count
    try expect("\(customer) into \(survivor)", try await merge(customer, into: survivor), is: expected)
    try expect("entries of the trail", try await trail().count, is: before)
  }
}
