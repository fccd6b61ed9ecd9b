import Foundation
import OfferBridgeKit

extension ForgettingLedgerContract {
  /// What is on its way, what races, what ends and what outlives a process.
  static let mergedWorkChecks: [ContractCheck<LedgerUnderTest>] = [
    .init("merge.lanesAreOne") { trial in
      _ = try trial.people
      for (name, customer) in [("p-1", "phone"), ("a-1", "ada"), ("p-2", "phone"), ("a-2", "ada")] {
        try await trial.issue(trial.plan(name, to: CustomerID(customer)))
      }
      try await trial.merged("phone", into: "ada")
      let first = try await trial.claimOne()
      try trial.expect("the first", first.message.variant, is: "p-1")
      try trial.expect("while it is on its way", try await trial.claim().claims, is: [])
      try await trial.settled(first, .retry(after: .seconds(5), failure: "busy", isUnknown: false))
      try trial.expect("while it waits", try await trial.claim().claims, is: [])
      trial.wait(.seconds(5))
      try trial.expect(
        "in the order of their commits",
        try await trial.sent(),
        is: ["p-1", "a-1", "p-2", "a-2"]
      )
      // What is on its way goes on, and what is earlier waits behind it.
      try await trial.issue(trial.plan("x-1", to: "tablet"))
      try await trial.issue(trial.plan("a-3"))
      let claims = try await trial.claim().claims
      for claim in claims where claim.message.variant == "x-1" {
        try await trial.settled(claim, .retry(after: .zero, failure: "busy", isUnknown: false))
      }
      try await trial.merged("tablet", into: "ada")
      try trial.expect("behind what is on its way", try await trial.claim().claims, is: [])
      for claim in claims where claim.message.variant == "a-3" {
        try await trial.settled(claim, .accepted(nil))
      }
      try trial.expect("afterwards", try await trial.sent(), is: ["x-1"])
      try await trial.audit()
    },

    .init("merge.busyWhileBothAreHeld") { trial in
      _ = try trial.people
      try await trial.issue(trial.plan("p-0", to: "phone"))
      let refused = try await trial.claimOne()
      try await trial.settled(refused, .rejected(reason: "full"))
      try await trial.issue(trial.plan("p-1", to: "phone", through: ["wallet", "mail"]))
      try await trial.issue(trial.plan("a-1", through: ["wallet", "mail"]))
      let claims = try await trial.claim().claims
      let letters = try await trial.claim(from: "mail", for: .seconds(90)).claims
      // An earlier one that is sent after all, behind what is on its way.
      try await trial.redrive(refused.message)
      try trial.expect("messages on their way", claims.count + letters.count, is: 4)
      for claim in claims + letters where claim.message.variant == "a-1" {
        try await trial.extend(claim, by: .hours(1))
      }
      let before = try await trial.trail()
      // At one provider until the first of the two leases ends; of two providers, until neither is in two hands.
      for until in [letters[0].lease.until, claims[0].lease.until] {
        try trial.expect(
          "in two hands",
          try await trial.merge("phone", into: "ada"),
          is: .busy(until: until)
        )
        try trial.expect("the trail", try await trial.trail().prefix(before.count), is: before[...])
        try trial.expect("ada's offers", try await trial.names(of: "ada"), is: ["a-1"])
        if until == letters[0].lease.until {
          for letter in letters { try await trial.settled(letter, .accepted(nil)) }
        }
      }
      trial.wait(.seconds(60))
      // The telephone's lease has run out: it may have arrived, and waits its turn.
      try await trial.merged("phone", into: "ada")
      try trial.expect("what may be there", try await trial.replica(of: LedgerTrial.id("p-1")), is: .unknown)
      try trial.expect("behind what is on its way", try await trial.claim().claims, is: [])
      for claim in claims {
        let isHeld = claim.message.variant == "a-1"
        try trial.expect(
          "the worker of \(claim.message.variant)",
          try await trial.settle(claim, .accepted(nil)),
          is: isHeld ? .settled : .alreadySettled
        )
      }
      try trial.expect("afterwards", try await trial.sent(), is: ["p-0", "p-1"])
      try await trial.audit()
    },

    .init("merge.limitHoldsUnderRacers") { trial in
      let people = try trial.people
      let limit = CampaignLimit.perCustomer(4)
      let ids = (0..<4).map { CustomerID("c-\($0)") }
      trial.steps.note("32 racers issue to four customers under \(limit), who are merged meanwhile")
      let written = try await atOnce(32) { racer in
        var written = 0
        for number in 0..<8 {
          let (id, name) = (ids[(racer + number) % 4], "\(racer)-\(number)")
          for _ in 0..<64 {
            let identity = try await trial.snapshot(name, of: id).identity
            let survivor = identity.flatMap { $0.survivor == id ? nil : $0.survivor }
            let plan = trial.plan(name, to: id, limits: [limit]).decided(for: survivor)
            let answer = try await people.commit(plan)
            if answer == .stale { continue }
            if answer.isWritten { written += 1 }
            break
          }
          if racer == 0, (2..<5).contains(number) {
            _ = try await people.merge(ids[number - 1], into: ids[0], tenant: trial.tenant)
          }
        }
        return written
      }
      let count = written.reduce(0, +)
      try trial.expect("no more than each alone had", (4...16).contains(count), seen: count)
      let last = trial.plan("last", to: ids[3], limits: [limit]).decided(for: ids[0])
      let refused = CommitAnswer.committed([.refused(limit), .parentNotWritten])
      try trial.expect("one more", try await trial.commit(last), is: refused)
      let audit = try await trial.audit()
      try trial.expect("issued offers", audit.issued, is: count)
      try trial.expect("limits exceeded", audit.limitsExceeded, is: count > 4 ? 1 : 0)
      try trial.expect("issued offers of one", try await trial.names(of: ids[3]).count, is: count)
    },

    .init("merge.bothAreForgotten") { trial in
      _ = try trial.people
      try await trial.delivered("phone:action", to: "phone:1")
      try await trial.delivered("ada:action", to: "ada:1")
      try await trial.merged("phone:1", into: "ada:1")
      try trial.expect("issued offers", try await trial.forgotten("phone:1").issuedOffers, is: 2)
      let left = try await trial.everything().split(separator: "\n").first { line in
        line.contains("phone:") || line.contains("ada:")
      }
      try trial.expect("what is left of a person", left ?? "", is: "")
      for id: CustomerID in ["phone:1", "ada:1"] {
        try trial.expect("\(id)", try await trial.forget(id), is: .unknownCustomer)
        try trial.expect("their identity", try await trial.snapshot("x", of: id).identity, is: nil)
      }
      // Nobody has the name that stands there now.
      let page = try await trial.list(.messagesIn(.accepted))
      let tombstone = try trial.steps.unwrap("a message", page.messages.first).message.customer
      try trial.expect("a name", try await trial.merge(tombstone, into: "eve"), is: .forgotten(tombstone))
      try trial.expect("a name", try await trial.merge("eve", into: tombstone), is: .forgotten(tombstone))
      try await trial.issue(trial.plan("n-1", to: "phone:1"))
      try trial.expect("apart again", try await trial.names(of: "ada:1"), is: [])
      try await trial.verifyTrail()
      try await trial.audit()
    },

    .init("people.reopenSeesThem") { trial in
      _ = try trial.people
      let limit = CampaignLimit.perCustomer(1)
      let plan = trial.plan("p-1", to: "phone", limits: [limit])
      try await trial.issue(plan)
      try await trial.issue(trial.plan("a-1", limits: [limit]))
      let event = trial.redemption("r-1", of: .customer("eve", replica: "TEN"))
      try await trial.issue(trial.plan("e-1", to: "eve"))
      try await trial.reconcile(event)
      try await trial.merged("phone", into: "ada")
      try await trial.forgotten("eve")
      let (before, sums) = (try await trial.trail(), try await trial.audit())
      let later = try await trial.reopened()
      try later.expect("the trail", try await later.trail(), is: before)
      try later.expect("the sums", try await later.audit(), is: sums)
      try later.expect(
        "the merge again",
        try await later.merge("phone", into: "ada"),
        is: .alreadyMerged(into: "ada")
      )
      try later.expect("offers of both", try await later.names(of: "phone"), is: ["p-1", "a-1"])
      let more = later.plan("p-2", to: "phone", limits: [limit]).decided(for: "ada")
      let refused = CommitAnswer.committed([.refused(limit), .parentNotWritten])
      try later.expect("one more", try await later.commit(more), is: refused)
      try later.expect("one lane", try await later.sent(), is: ["p-1", "a-1"])
      try later.expect("whoever was forgotten", try await later.forget("eve"), is: .unknownCustomer)
      try later.expect("what they redeemed", try await later.reconcile(event), is: .duplicate)
    },
  ]
}
