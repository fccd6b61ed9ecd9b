import Foundation
import OfferBridgeKit

extension OfferLedgerContract {
  static let limitChecks = counterChecks + overLimitChecks + refusalChecks

  static let counterChecks: [ContractCheck<LedgerUnderTest>] = [
    .init("commit.limitExactAtBoundary") { trial in
      func plan(_ name: String, _ limits: [CampaignLimit], worth value: Money? = nil) -> JourneyPlan {
        trial.plan(name, to: CustomerID("c-\(name)"), limits: limits, faceValue: value)
      }
      func first(_ name: String, _ limits: [CampaignLimit], worth value: Money? = nil) async throws
        -> NodeAnswer
      {
        try await first(of: plan(name, limits, worth: value))
      }
      func first(of plan: JourneyPlan) async throws -> NodeAnswer {
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

      // All of it at the moment of the plan, whenever it is committed.
      let late = CampaignLimit.total(1, of: .group("late"), in: .rolling(.seconds(50)))
      let used = plan("l-1", [late])
      trial.wait(.seconds(20))
      try trial.expect("a use of 20 seconds ago", try await first(of: used), is: .written)
      trial.wait(.seconds(30) - .milliseconds(1))
      let within = plan("l-2", [late])
      trial.wait(.seconds(10))
      try trial.expect("planned within 50", try await first(of: within), is: .refused(late))
      try trial.expect("50 after its plan", try await first("l-3", [late]), is: .written)
      let other = CampaignLimit.total(1, of: .group("other"), in: .rolling(.seconds(50)))
      let earlier = plan("l-4", [other])
      trial.wait(.seconds(5))
      try trial.expect("one that was planned later", try await first("l-5", [other]), is: .written)
      try trial.expect("before one planned earlier", try await first(of: earlier), is: .refused(other))
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
      // One counter named twice with two amounts: each cap by its own, and the first of them is used.
      let (three, five) = (
        CampaignLimit.total(.euros(10), each: .euros(3), of: .group("two")),
        CampaignLimit.total(.euros(7), each: .euros(5), of: .group("two"))
      )
      let twice = try await trial.issue(trial.plan("t-1", to: "t", limits: [three, five]))
      let uses = try await trial.record(twice).limitUses.map(\.limit)
      try trial.expect("the limits of the record", uses, is: [three, five])
      let above = try await trial.commit(trial.plan("t-2", to: "t", limits: [three, five]))
      try trial.expect("3 and 5 of 7", above, is: .committed([.refused(five), .parentNotWritten]))
      let seven = CampaignLimit.total(.euros(10), each: .euros(7), of: .group("two"))
      try await trial.issue(trial.plan("t-3", to: "t", limits: [seven]))
      try await trial.audit()
    },
  ]
}
