import Foundation
import OfferBridgeKit

extension OfferLedgerContract {
  static let reconcileChecks: [ContractCheck<LedgerUnderTest>] = [
    .init("reconcile.appliesOnce") { trial in
      let id = try await trial.delivered("a-1", redeemable: .times(2), faceValue: .euros(10))
      let first = trial.redemption("r-1", of: .issuedOffer(id), after: .hours(1), 4)
      try trial.expect("the answer", try await trial.reconcile(first), is: .applied(to: id))
      try trial.expect("how it stands", try await trial.match(first), is: .applied(to: id))
      let tally = RedemptionTally(count: 1, reversed: 0, amount: .euros(4))
      try trial.expect("the tally", try await trial.issued(id).redeemed, is: tally)
      let second = trial.redemption("r-2", of: .replica("W a-1"), after: .hours(2), 6)
      try trial.expect("by the reference", try await trial.reconcile(second), is: .applied(to: id))
      let record = try await trial.record(id)
      try trial.expect("the events", record.events.map(\.event), is: [first, second])
      try trial.expect("the tally", record.issuedOffer.redeemed.amount, is: .euros(10))
      try trial.expect("those of the customer", try await trial.list(.events(of: "ada")).events.count, is: 2)
      let audit = try await trial.audit()
      try trial.expect("applied", audit.applied, is: 2)
      try trial.expect("received", audit.received, is: 2)
    },

    .init("reconcile.duplicateIsDuplicate") { trial in
      let id = try await trial.delivered("a-1", redeemable: .times(9))
      let event = trial.redemption("r-1", of: .issuedOffer(id), 4)
      trial.steps.note("16 report \(event.words) at once")
      let answers = try await atOnce(16) { _ in
        try await trial.ledger.reconcile([event, event], tenant: trial.tenant)
      }
      try trial.expect("applied", answers.joined().count { $0 == .applied(to: id) }, is: 1)
      try trial.expect("duplicates", answers.joined().count { $0 == .duplicate }, is: 31)
      trial.wait(.days(900))
      try trial.expect("years later", try await trial.reconcile(event), is: .duplicate)
      let tally = RedemptionTally(count: 1, reversed: 0, amount: .euros(4))
      try trial.expect("the tally", try await trial.issued(id).redeemed, is: tally)
      let audit = try await trial.audit()
      try trial.expect("received", audit.received, is: 33)
      try trial.expect("duplicates", audit.duplicates, is: 32)
    },

    .init("reconcile.sameIdOtherContentConflicts") { trial in
      let id = try await trial.delivered("a-1", redeemable: .times(9))
      let other = try await trial.delivered("a-2")
      let event = trial.redemption("r-1", of: .issuedOffer(id), 4)
      try trial.expect("the first", try await trial.reconcile(event), is: .applied(to: id))
      let others = [
        trial.redemption("r-1", of: .issuedOffer(id), 5), trial.redemption("r-1", of: .issuedOffer(id)),
        trial.redemption("r-1", of: .issuedOffer(id), after: .milliseconds(1), 4),
        trial.redemption("r-1", of: .issuedOffer(other), 4), trial.reversal("r-1", of: "r-1"),
      ]
      for event in others { try trial.expect("another", try await trial.reconcile(event), is: .conflict) }
      try trial.expect("how it stands", try await trial.match(event), is: .applied(to: id))
      let tally = RedemptionTally(count: 1, reversed: 0, amount: .euros(4))
      try trial.expect("the tally", try await trial.issued(id).redeemed, is: tally)
      try trial.expect("of another", try await trial.issued(other).redeemed, is: .none)
      // Another source has names of its own.
      let theirs = trial.redemption("r-1", of: .issuedOffer(id), 5, from: "till")
      let expected = RedemptionMatch.discrepant([.unconfirmedReplica], on: id)
      try trial.expect("from another source", try await trial.reconcile(theirs), is: expected)
      try trial.expect("conflicts", try await trial.audit().conflicts, is: 5)
    },

    .init("reconcile.beforeAckStopsRetries") { trial in
      let id = try await trial.issue(trial.plan("a-1"))
      let claim = try await trial.claimOne()
      try await trial.settled(claim, .retry(after: .seconds(30), failure: "silence", isUnknown: true))
      let event = trial.redemption("r-1", of: .issuedOffer(id), after: .seconds(1))
      try trial.expect("the redemption", try await trial.reconcile(event), is: .applied(to: id))
      let record = try await trial.record(id)
      try trial.expect("the replica", record.issuedOffer.replicas[0].state, is: .accepted(nil))
      try trial.expect("the message", record.messages[0].state, is: .accepted(nil))
      trial.wait(.hours(1))
      let rest = try await trial.claim()
      try trial.expect("what is sent", rest.claims, is: [])
      try trial.expect("when to come back", rest.nextDue, is: nil)

      // One that a worker holds: its settlement stands, and it is not tried again.
      let second = try await trial.issue(trial.plan("a-2"))
      let held = try await trial.claimOne()
      try await trial.reconcile(trial.redemption("r-2", of: .issuedOffer(second)))
      try await trial.settled(held, .retry(after: .zero, failure: "silence", isUnknown: true))
      try trial.expect("what is sent", try await trial.claim().claims, is: [])

      // Evidence that turns out to be discrepant is none.
      let third = try await trial.issue(trial.plan("a-3"))
      let early = trial.redemption("r-3", of: .issuedOffer(third), after: .hours(-1))
      let found = RedemptionMatch.discrepant([.beforeIssue, .unconfirmedReplica], on: third)
      try trial.expect("one before the issue", try await trial.reconcile(early), is: found)
      try trial.expect("what is sent", try await trial.claimOne().message.variant, is: "a-3")
      try await trial.audit()
    },

    .init("reconcile.unknownIssuanceParksThenFolds") { trial in
      let byID = trial.redemption("r-1", of: .issuedOffer(LedgerTrial.id("a-1")), after: .seconds(1))
      let byReference = trial.redemption("r-2", of: .replica("W a-1"), after: .seconds(2))
      let byName = trial.redemption("r-3", of: .customer("ada", replica: "TEN"), after: .seconds(3))
      let all = [byID, byReference, byName]
      for event in all {
        try trial.expect("the answer", try await trial.reconcile(event), is: .parked(.unknownOffer))
      }
      let parked = try await trial.list(.parkedEvents).events.map(\.event.id.id)
      try trial.expect("what is parked", parked, is: ["r-1", "r-2", "r-3"])
      try trial.expect("parked", try await trial.audit().parked, is: 3)
      let id = try await trial.issue(trial.plan("a-1", redeemable: .times(3)))
      try trial.expect("the first", try await trial.match(byID), is: .applied(to: id))
      try trial.expect("the second", try await trial.match(byReference), is: .parked(.unknownOffer))
      try trial.expect("the third", try await trial.match(byName), is: .applied(to: id))
      // The first of them proved the replica, so that nothing is sent; a twin's acknowledgement tells the reference.
      try trial.expect("what is sent", try await trial.claim().claims, is: [])
      let late = trial.redemption("r-4", of: .replica("W b"), after: .seconds(4))
      try trial.expect("by a reference", try await trial.reconcile(late), is: .parked(.unknownOffer))
      let other = try await trial.delivered("b", to: "bob")
      try trial.expect("once it is learnt", try await trial.match(late), is: .applied(to: other))
      try trial.expect("the tally", try await trial.issued(other).redeemed.count, is: 1)
      try trial.expect("parked", try await trial.audit().parked, is: 1)
      try trial.expect("a repeat", try await trial.reconcile(byID), is: .duplicate)
      let nobody = try await trial.ledger.match(
        of: ExternalEventID(source: "wallet", id: "r-9"),
        tenant: trial.tenant
      )
      try trial.expect("one that was never received", nobody, is: nil)
    },

    .init("reconcile.reversalFirst") { trial in
      let reversal = trial.reversal("v-1", of: "r-1", after: .hours(2))
      let waits = RedemptionMatch.parked(.reversalBeforeRedemption)
      try trial.expect("before anything", try await trial.reconcile(reversal), is: waits)
      let id = try await trial.delivered("a-1")
      try trial.expect("before its redemption", try await trial.match(reversal), is: waits)
      let redemption = trial.redemption("r-1", of: .issuedOffer(id), after: .hours(1), 4)
      try trial.expect("its redemption", try await trial.reconcile(redemption), is: .applied(to: id))
      try trial.expect("the reversal then", try await trial.match(reversal), is: .applied(to: id))
      let tally = RedemptionTally(count: 0, reversed: 1, amount: .euros(0))
      try trial.expect("the tally", try await trial.issued(id).redeemed, is: tally)
      // Both wait when the redemption itself does.
      let early = [
        trial.reversal("v-2", of: "r-2"), trial.redemption("r-2", of: .issuedOffer(LedgerTrial.id("b"))),
      ]
      let answers = try await trial.ledger.reconcile(early, tenant: trial.tenant)
      trial.steps.note("reconcile a reversal and its redemption of what is not issued → \(answers)")
      try trial.expect("the answers", answers, is: [waits, .parked(.unknownOffer)])
      let other = try await trial.issue(trial.plan("b", to: "bob"))
      for event in early {
        try trial.expect(event.id.id, try await trial.match(event), is: .applied(to: other))
      }
      try await trial.audit()
    },

    .init("reconcile.reversalTwiceCountsOnce") { trial in
      let id = try await trial.delivered("a-1", redeemable: .times(4))
      for number in 1...3 {
        try await trial.reconcile(trial.redemption("r-\(number)", of: .issuedOffer(id), 2))
      }
      for number in 1...3 {
        let reversal = trial.reversal("v-\(number)", of: "r-\(number)", after: .hours(1))
        try trial.expect("a reversal", try await trial.reconcile(reversal), is: .applied(to: id))
        try trial.expect("a repeat", try await trial.reconcile(reversal), is: .duplicate)
        let other = trial.reversal("w-\(number)", of: "r-\(number)", after: .hours(2))
        let twice = RedemptionMatch.discrepant([.alreadyReversed], on: id)
        try trial.expect("another", try await trial.reconcile(other), is: twice)
      }
      let tally = RedemptionTally(count: 0, reversed: 3, amount: .euros(0))
      try trial.expect("the tally", try await trial.issued(id).redeemed, is: tally)
      try await trial.audit()
    },

    .init("reconcile.neverBelowZeroAndAboveFaceIsFlagged") { trial in
      let id = try await trial.delivered("a-1", redeemable: .times(2), faceValue: .euros(10))
      func redeem(_ id: String, _ euros: Int64, after length: Duration) async throws -> RedemptionMatch {
        try await trial.reconcile(
          trial.redemption(id, of: .issuedOffer(LedgerTrial.id("a-1")), after: length, euros)
        )
      }
      let over = RedemptionMatch.discrepant([.overLimit], on: id)
      try trial.expect("6 of 10", try await redeem("r-1", 6, after: .hours(1)), is: .applied(to: id))
      try trial.expect("6 more", try await redeem("r-2", 6, after: .hours(2)), is: over)
      try trial.expect("a third time", try await redeem("r-3", 0, after: .hours(3)), is: over)
      var tally = RedemptionTally(count: 3, reversed: 0, amount: .euros(12))
      try trial.expect("the tally", try await trial.issued(id).redeemed, is: tally)
      for (number, redemption) in ["r-1", "r-2", "r-3", "r-1", "r-3"].enumerated() {
        try await trial.reconcile(trial.reversal("v-\(number)", of: redemption, after: .hours(4)))
      }
      tally = RedemptionTally(count: 0, reversed: 3, amount: .euros(0))
      try trial.expect("the tally", try await trial.issued(id).redeemed, is: tally)
      try await trial.reconcile(trial.reversal("v-9", of: "nothing", after: .hours(5)))
      try trial.expect("the tally", try await trial.issued(id).redeemed, is: tally)
      let audit = try await trial.audit()
      try trial.expect("received", audit.received, is: 9)
      try trial.expect("parked", audit.parked, is: 1)
    },

    .init("reconcile.allPermutationsAgree") { trial in
      // After the issuance: an acknowledgement, three redemptions and two reversals.
      try await trial.expectAllOrdersAgree(["ack", "r-1", "r-2", "r-3", "v-1", "v-2"])
      // The issuance among them, and nothing is acknowledged.
      try await trial.expectAllOrdersAgree(["issue", "r-1", "r-3", "v-1", "v-2"])
    },

    .init("reconcile.afterCloseIsReported") { trial in
      let limit = CampaignLimit.total(1)
      let id = try await trial.delivered("a-1", limits: [limit], redeemable: .times(3))
      trial.wait(.hours(1))
      let closed = try await trial.close(id, .givenBack)
      let closure = try trial.steps.unwrap("a closure", try await trial.issued(id).closure)
      try trial.expect("the closing", closed, is: .closed(closure))
      try trial.expect("its moment", closure.closedAt, is: trial.time.now)
      try trial.expect(
        "a repeat",
        try await trial.close(id, as: .expired, .kept),
        is: .alreadyClosed(closure)
      )
      let late = trial.redemption("r-1", of: .issuedOffer(id), after: .seconds(1))
      let expected = RedemptionMatch.discrepant([.afterClosure], on: id)
      try trial.expect("after it", try await trial.reconcile(late), is: expected)
      let early = trial.redemption("r-2", of: .issuedOffer(id), after: .seconds(-1))
      try trial.expect("before it", try await trial.reconcile(early), is: .applied(to: id))
      try trial.expect("the tally", try await trial.issued(id).redeemed.count, is: 2)
      // The limit use was given back once, and no redemption takes it again.
      let second = try await trial.issue(trial.plan("a-2", limits: [limit], expiresAt: trial.time.now + 60))
      let over = try await trial.commit(trial.plan("a-3", limits: [limit]))
      try trial.expect("one more", over, is: .committed([.refused(limit), .parentNotWritten]))
      try trial.expect(
        "too early",
        try await trial.close(second, as: .expired),
        is: .notOver(until: trial.time.now + 60)
      )
      try await trial.settled(try await trial.claimOne(), .accepted("W2"))
      trial.wait(.seconds(60))
      let expired = trial.redemption("r-3", of: .issuedOffer(second))
      let afterExpiry = RedemptionMatch.discrepant([.afterExpiry], on: second)
      try trial.expect("when it is over", try await trial.reconcile(expired), is: afterExpiry)
      try trial.expect("what is used up", try await trial.close(second, as: .expired), is: .usedUp)
      try trial.expect("what is not there", try await trial.close(LedgerTrial.id("z")), is: .unknownOffer)
      try await trial.audit()
    },
  ]
}

extension LedgerTrial {
  /// Issues an offer, and has its message accepted under the reference "W" and its name.
  fileprivate func delivered(
    _ name: String,
    to customer: CustomerID = "ada",
    limits: [CampaignLimit] = [],
    redeemable: RedemptionLimit = .once,
    faceValue: Money? = nil
  ) async throws -> IssuedOffer.ID {
    let plan = plan(name, to: customer, limits: limits, redeemable: redeemable, faceValue: faceValue)
    let id = try await issue(plan)
    try await settled(try await claimOne(), .accepted(ReplicaReference("W \(name)")))
    return id
  }

  /// Where everything stands that one permutation was about.
  private struct Standing: Equatable {
    let tally: RedemptionTally
    let replica: String
    let message: MessageState.Name?
    let matches: [String]
  }

  /// Does the steps in every order, each order for a customer of its own, and then once more from behind.
  fileprivate func expectAllOrdersAgree(_ names: [String]) async throws {
    var first: (order: [String], standing: Standing)?
    for (number, order) in names.permutations.enumerated() {
      let standing = try await standing(after: order, named: "\(names.count)-\(number)")
      guard let first else {
        first = (order, standing)
        continue
      }
      guard standing != first.standing else { continue }
      throw steps.violation(
        expected:
          "\(order.joined(separator: ", ")) ends as \(first.order.joined(separator: ", ")): \(first.standing)",
        seen: "\(standing)"
      )
    }
    steps.note("all orders of \(names.joined(separator: ", ")), each step twice, end in the same state")
    try await audit()
  }

  private func standing(after order: [String], named name: String) async throws -> Standing {
    let customer = CustomerID(name)
    let plan = plan(name, to: customer, redeemable: .times(2), faceValue: .euros(10))
    let id = Self.id(name)
    let reference = ReplicaReference(name)
    let events = [
      "r-1": redemption("r-1 \(name)", of: .issuedOffer(id), after: .hours(1), 6),
      "r-2": redemption("r-2 \(name)", of: .replica(reference), after: .hours(2), 6),
      "r-3": redemption("r-3 \(name)", of: .customer(customer, replica: "TEN"), after: .hours(3), 1),
      "v-1": reversal("v-1 \(name)", of: "r-1 \(name)", after: .hours(4)),
      "v-2": reversal("v-2 \(name)", of: "r-1 \(name)", after: .hours(-4)),
    ]
    func issue() async throws -> Lease? {
      _ = try await ledger.commit(plan)
      let query = ClaimQuery(tenant: tenant, provider: "wallet", limit: 1, lease: .hours(1))
      return try await ledger.claim(query).claims.first?.lease
    }
    var lease = order.contains("issue") ? nil : try await issue()
    for step in order + order.reversed() {
      if let event = events[step] {
        _ = try await ledger.reconcile([event], tenant: tenant)
      } else if step == "issue" {
        lease = try await issue() ?? lease
      } else if let lease {
        _ = try await ledger.settle([Settlement(lease: lease, outcome: .accepted(reference))], tenant: tenant)
      }
    }
    let record = try await record(id)
    var matches: [String] = []
    for step in order.sorted() {
      if let event = events[step] { matches.append("\(step) \(try await match(event))") }
    }
    return Standing(
      tally: record.issuedOffer.redeemed,
      replica: record.issuedOffer.replicas[0].state.description.replacing(name, with: "W"),
      // What nobody acknowledged may be on its way, or was never sent.
      message: order.contains("ack") ? record.messages.first?.state.name : nil,
      matches: matches
    )
  }
}

extension [String] {
  /// Every order of the elements.
  fileprivate var permutations: [[String]] {
    guard let first else { return [[]] }
    return Array(dropFirst()).permutations.flatMap { rest in
      (0...rest.count).map { place in
        var order = rest
        order.insert(first, at: place)
        return order
      }
    }
  }
}
