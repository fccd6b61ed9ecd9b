import Foundation
import OfferBridgeKit

extension OfferLedgerContract {
  static let issueChecks: [ContractCheck<LedgerUnderTest>] = [
    .init("issue.createsIssuanceAndMessageTogether") { trial in
      let id = try await trial.issue(trial.plan("a-1", expiresAt: trial.time.now + 86_400))
      let record = try await trial.record(id)
      try trial.expect("the issued offer's moments", record.issuedOffer.issuedAt, is: trial.time.now)
      try trial.expect("its end", record.issuedOffer.expiresAt, is: trial.time.now + 86_400)
      try trial.expect("messages about it", record.messages.count, is: 1)
      try trial.expect("its message", record.messages[0].state, is: .waiting(due: trial.time.now))
      try trial.expect("its replica", record.issuedOffer.replicas.map(\.state), is: [.pending])
      try trial.expect("what is sent", try await trial.claimOne().message, is: record.messages[0].message)
      // Whoever reads at the same time sees both or none.
      trial.steps.note("commit 32 plans while 8 readers look for each of them")
      let torn = try await atOnce(40) { number in
        if number < 32 { return try await trial.ledger.commit(trial.plan("b-\(number)")).isWritten ? 0 : 1 }
        var torn = 0
        for plan in 0..<32 {
          let record = try await trial.ledger.record(of: LedgerTrial.id("b-\(plan)"), tenant: trial.tenant)
          if let record, record.messages.count != 1 { torn += 1 }
        }
        return torn
      }
      try trial.expect("issued offers seen without their message", torn.reduce(0, +), is: 0)
      try trial.expect("messages", try await trial.audit().messages, is: 33)
      // What a message is about need not be there.
      let nothing = trial.offer("nothing", to: "cleo")
      let answer = try await trial.commit(trial.reminder("lone", of: nothing))
      try trial.expect("a message about what is not there", answer, is: .committed([.written]))
      let none = try await trial.ledger.record(of: nothing.id, tenant: trial.tenant)
      try trial.expect("what it is about", none, is: nil)
      try trial.expect(
        "those of its customer",
        try await trial.list(.messages(of: "cleo")).messages.count,
        is: 1
      )
    },

    .init("issue.replayReturnsSameIssuance") { trial in
      let id = try await trial.issue(trial.plan("a-1", limits: [.perCustomer(1)]))
      let issued = try await trial.record(id)
      try trial.expect("the same plan again", try await trial.commit(trial.plan("a-1")), is: .stale)
      trial.wait(.days(40))
      let snapshot = try await trial.snapshot("a-1")
      try trial.expect("the trigger's customer", snapshot.trigger?.customer, is: "ada")
      try trial.expect(
        "what was decided",
        snapshot.decided.map(\.outcome),
        is: [.issued(issued.issuedOffer), .queued("wallet")]
      )
      try trial.expect("the nodes' parents", snapshot.decided.map(\.parent), is: [nil, id])
      try trial.expect("the customer's issued offers", snapshot.issuedOffers, is: [issued.issuedOffer])
      let again = trial.plan("a-1", limits: [.perCustomer(1)], version: snapshot.triggerVersion)
      try trial.expect(
        "planned again",
        try await trial.commit(again),
        is: .committed([.replayed, .replayed])
      )
      try trial.expect("the record", try await trial.record(id), is: issued)
      try trial.expect("issued offers", try await trial.audit().issued, is: 1)
      // Nothing came of it, so that the version is as it was; a withheld step counts for nothing either.
      let reason = PlanNode(key: .derive("reason"), content: .withheld(id, "wallet", .notHeard))
      let more = trial.plan("a-1", version: snapshot.triggerVersion, nodes: again.nodes + [reason])
      for (plan, answers) in [
        (again, [.replayed, .replayed]), (more, [.replayed, .replayed, .written]),
        (again, [.replayed, .replayed]),
      ] as [(JourneyPlan, [NodeAnswer])] {
        try trial.expect("once more", try await trial.commit(plan), is: .committed(answers))
      }
      let version = try await trial.snapshot("a-1").triggerVersion
      try trial.expect("the version", version, is: snapshot.triggerVersion)
      // Issued offers are told in the order of their commits, and only those that were asked for.
      let planned = trial.plan("a-2")
      trial.wait(.seconds(1))
      try await trial.issue(trial.plan("a-3"))
      try await trial.issue(planned)
      let all = try await trial.snapshot("a-1").issuedOffers
      try trial.expect("issued offers", all.map(\.trigger.id), is: ["a-1", "a-3", "a-2"])
      let others = SnapshotQuery(
        tenant: trial.tenant,
        customer: "ada",
        trigger: TriggerID(.action, "a-1"),
        offers: ["other"]
      )
      try trial.expect("those of another root", try await trial.ledger.snapshot(others).issuedOffers, is: [])
    },

    .init("issue.sameKeyOtherFingerprintConflicts") { trial in
      let id = try await trial.issue(trial.plan("a-1"))
      let before = try await trial.record(id)
      for version in 0...1 {
        let other = trial.plan("a-1", version: version, saying: "something else")
        try trial.expect("other content", try await trial.commit(other), is: .conflict)
        let theirs = trial.plan("a-1", to: "bob", version: version)
        try trial.expect("another customer", try await trial.commit(theirs), is: .conflict)
      }
      try trial.expect("the record", try await trial.record(id), is: before)
      // A trigger that nothing came of is known by its content too.
      try await trial.commit(trial.plan("a-2", nodes: []))
      for length in [.zero, trial.subject.refusalRetention - .milliseconds(1)] {
        trial.wait(length)
        let other = trial.plan("a-2", version: 1, saying: "something else", nodes: [])
        try trial.expect("other content", try await trial.commit(other), is: .conflict)
      }
      let host = TriggerRecord(id: TriggerID(.hostEvent, "a-1"), customer: "bob", fingerprint: .derive("f"))
      let plan = JourneyPlan(
        tenant: trial.tenant,
        trigger: host,
        plannedAt: trial.time.now,
        triggerVersion: 0,
        nodes: []
      )
      try trial.expect("a host event of that id", try await trial.commit(plan), is: .committed([]))
      try trial.expect("issued offers", try await trial.audit().issued, is: 1)
    },

    .init("issue.concurrentSameKeyOneWinner") { trial in
      trial.steps.note("64 racers commit one plan, 16 others another content under the same trigger")
      let answers = try await atOnce(80) { racer in
        try await trial.ledger.commit(trial.plan("a-1", saying: racer < 64 ? "" : "else"))
      }
      let winners = answers.indices.filter { answers[$0].isWritten }
      try trial.expect("winners", winners.count, is: 1)
      for (racer, answer) in answers.enumerated() where racer != winners[0] {
        let isSame = (racer < 64) == (winners[0] < 64)
        try trial.expect("racer \(racer)", answer, is: isSame ? .stale : .conflict)
      }
      let audit = try await trial.audit()
      try trial.expect("issued offers", audit.issued, is: 1)
      try trial.expect("messages", audit.messages, is: 1)
    },

    .init("issue.unknownCommitThenRetryIsReplay") { trial in
      let limit = CampaignLimit.total(2)
      trial.steps.note("commit a-1 and a-2 together, and the answer is lost")
      let plans = ["a-1", "a-2", "a-3"].map { trial.plan($0, limits: [limit]) }
      _ = try await trial.ledger.commit(Array(plans[..<2]))
      trial.wait(.seconds(10))
      trial.steps.note("commit them again, with a-3")
      let answers = try await trial.ledger.commit(plans)
      let refused = CommitAnswer.committed([.refused(limit), .parentNotWritten])
      try trial.expect("the answers", answers, is: [.stale, .stale, refused])
      for name in ["a-1", "a-2"] {
        let version = try await trial.snapshot(name).triggerVersion
        let again = try await trial.commit(trial.plan(name, limits: [limit], version: version))
        try trial.expect("read and planned again", again, is: .committed([.replayed, .replayed]))
      }
      let audit = try await trial.audit()
      try trial.expect("issued offers", audit.issued, is: 2)
      try trial.expect("messages", audit.messages, is: 2)
      let old = trial.plan("a-4")
      trial.wait(JourneyPlan.longestAge)
      try trial.expect(
        "a plan of 60 seconds",
        try await trial.commit(old),
        is: .committed([.written, .written])
      )
      let older = trial.plan("a-5")
      trial.wait(JourneyPlan.longestAge + .milliseconds(1))
      try trial.expect("an older one", try await trial.commit(older), is: .stale)
      try trial.expect("an empty batch", try await trial.ledger.commit([JourneyPlan]()), is: [])
    },

    .init("issue.bytesRoundTripExactly") { trial in
      var chance = Seeded(11)
      let large = (0..<131_072).flatMap { _ in withUnsafeBytes(of: chance.next().littleEndian, Array.init) }
      let payloads: [(String, [UInt8])] = [
        ("all 256 values", Array(0...255)), ("none at all", []), ("1 MiB", large),
        (
          "JSON that another encoder would write otherwise",
          Array("{\"b\": 1.0, \"a\":\"\\u00e9/\"} \r\n".utf8)
        ),
      ]
      for (index, (name, bytes)) in payloads.enumerated() {
        let id = try await trial.issue(trial.plan("p-\(index)", payload: bytes))
        for attempt in 1...2 {
          let claim = try await trial.claimOne()
          try trial.expect("\(name), attempt \(attempt)", claim.message.payload == bytes, seen: "other bytes")
          try await trial.settled(
            claim,
            attempt == 1 ? .retry(after: .zero, failure: "busy", isUnknown: false) : .rejected(reason: "no")
          )
        }
        let message = try await trial.message(about: id).message
        try trial.expect("\(name), in the record", message.payload == bytes, seen: "other bytes")
        try await trial.redrive(message, .newGeneration)
        let next = try await trial.claimOne()
        try trial.expect("\(name), re-issued", next.message.payload == bytes, seen: "other bytes")
        try await trial.settled(next, .accepted(nil))
      }
      // Names are bytes too: these are five customers.
      let customers: [CustomerID] = [
        "\u{e9}", "e\u{301}", "O'Brien; -- \"%_\\", CustomerID(String(repeating: "x", count: 256)), " Ada",
      ]
      for (index, customer) in customers.enumerated() {
        let id = try await trial.issue(trial.plan("n-\(index)", to: customer, limits: [.perCustomer(1)]))
        try trial.expect("the customer", try await trial.issued(id).customer, is: customer)
        try trial.expect(
          "their issued offers",
          try await trial.list(.issuedOffers(of: customer)).entries.count,
          is: 1
        )
      }
      try await trial.audit()
    },

    .init("issue.tenantsAreSeparate") { trial in
      let other = LedgerTrial(trial, tenant: "other")
      let limit = CampaignLimit.total(1)
      let id = try await trial.issue(trial.plan("a-1", limits: [limit]))
      let nobody = try await other.ledger.record(of: id, tenant: "other")
      try trial.expect("what the other tenant sees", nobody, is: nil)
      try trial.expect("what it lists", try await other.list(.messages(of: "ada")).entries, is: [])
      try trial.expect("what it is handed out", try await other.claim().claims, is: [])
      try trial.expect("what it knows of the trigger", try await other.snapshot("a-1").trigger, is: nil)
      try trial.expect("what it closes", try await other.close(id), is: .unknownOffer)
      let message = try await trial.message(about: id).message
      try trial.expect("what it redrives", try await other.redrive(message), is: .unknownMessage)

      // The same ids, the same keys, other content.
      let theirs = other.plan("a-1", limits: [limit], saying: "theirs", payload: [7])
      try trial.expect("the same ids", try await other.issue(theirs), is: id)
      let claim = try await trial.claimOne()
      try trial.expect("whose bytes", claim.message, is: message)
      let untouched = try await other.message(about: id)
      try await trial.settled(claim, .accepted("W1"))
      try trial.expect("their message", try await other.message(about: id), is: untouched)
      try trial.expect(
        "their settlement by our lease",
        try await other.settle(claim, .accepted(nil)),
        is: .lostLease
      )
      try trial.expect(
        "their prolonging by our lease",
        try await other.extend(claim, by: .hours(1)),
        is: .lostLease
      )

      let ours = trial.redemption("r-1", of: .replica("W1"))
      try trial.expect("our redemption", try await trial.reconcile(ours), is: .applied(to: id))
      let same = try await other.ledger.match(of: ours.id, tenant: "other")
      try trial.expect("what they know of it", same, is: nil)
      try trial.expect("under our reference", try await other.reconcile(ours), is: .parked(.unknownOffer))
      try await trial.close(id)
      try trial.expect("their issued offer", try await other.issued(id).closure, is: nil)
      for tenant in [trial, other] {
        let audit = try await tenant.audit()
        try trial.expect("issued by \(tenant.tenant)", audit.issued, is: 1)
        try trial.expect("received by \(tenant.tenant)", audit.received, is: 1)
      }
    },
  ]
}
