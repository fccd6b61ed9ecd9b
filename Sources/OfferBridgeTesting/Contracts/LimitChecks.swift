import Foundation
import OfferBridgeKit

extension OfferLedgerContract {
  static let limitChecks: [ContractCheck<LedgerUnderTest>] = [
    .init("commit.limitExactAtBoundary") { trial in
      func first(_ name: String, _ limits: [CampaignLimit], worth value: Money? = nil) async throws
        -> NodeAnswer
      {
        let plan = trial.plan(name, to: CustomerID("c-\(name)"), limits: limits, faceValue: value)
        guard case .committed(let answers) = try await trial.commit(plan) else {
          throw trial.steps.violation(expected: "an answer for each node", seen: "none")
        }
        return answers[0]
      }
      let three = CampaignLimit.total(3)
      for number in 1...3 {
        try trial.expect("use \(number)", try await first("t-\(number)", [three]), is: .written)
      }
      try trial.expect("one more", try await first("t-4", [three]), is: .refused(three))

      let budget = CampaignLimit.total(.euros(10), of: .programme)
      try trial.expect("4 euros", try await first("m-1", [budget], worth: .euros(4)), is: .written)
      try trial.expect("7 more", try await first("m-2", [budget], worth: .euros(7)), is: .refused(budget))
      try trial.expect("6 more", try await first("m-3", [budget], worth: .euros(6)), is: .written)
      try trial.expect("1 more", try await first("m-4", [budget], worth: .euros(1)), is: .refused(budget))

      let twice = [CampaignLimit.total(2, of: .group("g")), .total(9, of: .group("g"))]
      for number in 1...2 {
        try trial.expect("a counter named twice", try await first("g-\(number)", twice), is: .written)
      }
      try trial.expect("one more", try await first("g-3", twice), is: .refused(twice[0]))

      let daily = CampaignLimit.total(1, of: .offer, in: .calendar(.day, in: .gmt))
      trial.wait(.hours(24) - .milliseconds(1))
      try trial.expect("late that day", try await first("d-1", [daily]), is: .written)
      try trial.expect("one more", try await first("d-2", [daily]), is: .refused(daily))
      trial.wait(.milliseconds(1))
      try trial.expect("the day after", try await first("d-3", [daily]), is: .written)

      let rolling = CampaignLimit.total(1, of: .group("r"), in: .rolling(.minutes(10)))
      try trial.expect("one in 10 minutes", try await first("r-1", [rolling]), is: .written)
      trial.wait(.minutes(10) - .milliseconds(1))
      try trial.expect("before they have passed", try await first("r-2", [rolling]), is: .refused(rolling))
      trial.wait(.milliseconds(1))
      try trial.expect("when they have", try await first("r-3", [rolling]), is: .written)
      try await trial.audit()
    },

    .init("commit.limitHoldsUnder64Racers") { trial in
      let limits = [CampaignLimit.total(100), .perCustomer(2)]
      trial.steps.note("64 racers commit 4 plans each, under \(limits[0]) and \(limits[1])")
      let written = try await atOnce(64) { racer in
        var written = 0
        for number in 0..<4 {
          let plan = trial.plan("\(racer)-\(number)", to: CustomerID("c-\(racer)"), limits: limits)
          if try await trial.ledger.commit(plan).isWritten { written += 1 }
        }
        return written
      }
      try trial.expect("uses in all", written.reduce(0, +), is: 100)
      try trial.expect("at most 2 of one customer", written.allSatisfy { $0 <= 2 }, seen: written)
      let audit = try await trial.audit()
      try trial.expect("issued offers", audit.issued, is: 100)
      try trial.expect("messages", audit.messages, is: 100)
    },

    .init("issue.multiCounterAllOrNothing") { trial in
      let (wide, narrow) = (CampaignLimit.total(4), CampaignLimit.perCustomer(1))
      try await trial.issue(trial.plan("a-1", limits: [wide, narrow]))
      for (name, limits) in [("a-2", [wide, narrow]), ("a-3", [narrow, wide])] {
        let answer = try await trial.commit(trial.plan(name, limits: limits))
        try trial.expect("ada once more", answer, is: .committed([.refused(narrow), .parentNotWritten]))
      }
      for name in ["b", "c", "d"] {
        try await trial.issue(trial.plan(name, to: CustomerID(name), limits: [narrow, wide]))
      }
      let last = try await trial.commit(trial.plan("e", to: "e", limits: [narrow, wide]))
      try trial.expect("one more", last, is: .committed([.refused(wide), .parentNotWritten]))
      // In both orders at once: nobody waits in a circle, and nobody uses one of the two.
      let (many, few) = (
        CampaignLimit.total(20, of: .group("many")), CampaignLimit.total(10, of: .group("few"))
      )
      trial.steps.note("32 racers use two limits, half of them in the other order")
      let written = try await atOnce(32) { racer in
        let limits = racer.isMultiple(of: 2) ? [many, few] : [few, many]
        return try await trial.ledger.commit(trial.plan("r-\(racer)", to: "r", limits: limits)).isWritten
      }
      try trial.expect("uses of both", written.count { $0 }, is: 10)
      for number in 1...10 { try await trial.issue(trial.plan("m-\(number)", to: "m", limits: [many])) }
      let over = try await trial.commit(trial.plan("m-11", to: "m", limits: [many]))
      try trial.expect("the 21st", over, is: .committed([.refused(many), .parentNotWritten]))
      try await trial.audit()
    },

    .init("issue.refusalWritesNothingButDecision") { trial in
      let limit = CampaignLimit.total(1)
      try await trial.issue(trial.plan("before", limits: [limit]))
      func node(_ name: String, under parent: Int? = nil, choice: Int? = nil, limited: Bool = false)
        -> PlanNode
      {
        let offer = trial.offer(name)
        return PlanNode(
          key: offer.id,
          parent: parent,
          choice: choice,
          campaign: CampaignID(name),
          limits: limited ? trial.uses([limit], to: "ada") : [],
          content: .issuance(offer)
        )
      }
      let event = PlanNode(key: .derive("event"), parent: 0, content: .event(name: "issued"))
      let told = trial.message(about: trial.offer("refused"))
      let message = PlanNode(key: told.key, parent: 1, campaign: "to-wallet", content: .message(told))
      let nodes = [
        node("refused", limited: true), event, message, node("sibling"),
        node("first", choice: 7, limited: true),
        node("under first", under: 4), node("second", choice: 7), node("third", choice: 7),
      ]
      let answer = try await trial.commit(trial.plan("a-1", nodes: nodes))
      let expected: [NodeAnswer] = [
        .refused(limit), .parentNotWritten, .parentNotWritten, .written, .refused(limit), .parentNotWritten,
        .written, .outranked(by: 6),
      ]
      try trial.expect("the nodes", answer, is: .committed(expected))
      let issued = try await trial.list(.issuedOffers(of: "ada")).issuedOffers
      try trial.expect("issued", issued.map(\.id), is: ["before", "sibling", "second"].map(LedgerTrial.id))
      try trial.expect("messages", try await trial.list(.messages(of: "ada")).messages.count, is: 1)
      let decided = try await trial.snapshot("a-1").decided
      try trial.expect("decided", decided.map(\.key), is: [0, 3, 4, 6].map { nodes[$0].key })
      try trial.expect("the refusal", decided.first?.outcome, is: .refused(limit))
      try trial.expect("issued offers", try await trial.audit().issued, is: 3)
    },

    .init("issue.refusalIsSticky") { trial in
      let limit = CampaignLimit.total(1)
      let first = try await trial.issue(trial.plan("a-1", limits: [limit]))
      let refused = CommitAnswer.committed([.refused(limit), .parentNotWritten])
      try trial.expect("a second", try await trial.commit(trial.plan("a-2", limits: [limit])), is: refused)
      try await trial.close(first, .givenBack)
      try trial.expect("once there is room again", try await trial.again("a-2", limit), is: refused)
      trial.wait(trial.subject.refusalRetention - .milliseconds(1))
      try trial.expect("just before its end", try await trial.again("a-2", limit), is: refused)
      try trial.expect(
        "decided",
        try await trial.snapshot("a-2").decided.map(\.outcome),
        is: [.refused(limit)]
      )
      trial.wait(.milliseconds(2))
      try trial.expect("decided, when it is over", try await trial.snapshot("a-2").decided, is: [])
      try trial.expect(
        "asked anew",
        try await trial.again("a-2", limit),
        is: .committed([.written, .written])
      )
      try trial.expect("another", try await trial.commit(trial.plan("a-3", limits: [limit])), is: refused)
      try await trial.audit()
    },
  ]
}

extension LedgerTrial {
  /// Reads, plans anew and commits, as the bridge does for a repeated action.
  fileprivate func again(_ name: String, _ limit: CampaignLimit) async throws -> CommitAnswer {
    let version = try await snapshot(name).triggerVersion
    return try await commit(plan(name, limits: [limit], version: version))
  }
}
