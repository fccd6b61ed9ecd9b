import Foundation
import OfferBridgeKit

extension OfferLedgerContract {
  static let reconcileChecks =
    eventChecks + reversalChecks + partChecks + noticeChecks + permutationChecks + closureChecks

  static let eventChecks: [ContractCheck<LedgerUnderTest>] = [
    .init("reconcile.appliesOnce") { trial in
      let id = try await trial.delivered("a-1", redeemable: .times(4), faceValue: .euros(10))
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
      // In the order in which they are folded, by their own times and then by their ids.
      let earlier = trial.redemption("r-3", of: .issuedOffer(id), after: .minutes(30))
      let asLate = trial.redemption("r-0", of: .issuedOffer(id), after: .hours(2))
      for event in [earlier, asLate] { try await trial.reconcile(event) }
      let events = try await trial.record(id).events.map(\.event)
      try trial.expect("the events", events, is: [earlier, first, asLate, second])
      // A reference that two issued offers have is that of the first one.
      let mine = try await trial.issue(trial.plan("b-1", to: "bob"))
      try await trial.settled(try await trial.claimOne(), .accepted("W twice"))
      try await trial.issue(trial.plan("c-1", to: "cleo"))
      try await trial.settled(try await trial.claimOne(), .accepted("W twice"))
      let twice = trial.redemption("r-4", of: .replica("W twice"), after: .seconds(1))
      try trial.expect("by a reference of two", try await trial.reconcile(twice), is: .applied(to: mine))
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
      // Names are bytes, also that of a redemption which is reversed.
      for (name, waits) in [
        ("\u{e9}", RedemptionMatch.parked(.reversalBeforeRedemption)), ("e\u{301}", .conflict),
      ] {
        let reversal = trial.reversal("v-1", of: name)
        try trial.expect("a reversal of r-\u{e9}", try await trial.reconcile(reversal), is: waits)
      }
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

      // Proven goes before closed; and what is proven is not redriven, though it reads as it ended.
      let fourth = try await trial.issue(trial.plan("b-1", to: "bob", redeemable: .times(2)))
      let busy = try await trial.claimOne()
      try await trial.reconcile(trial.redemption("r-4", of: .issuedOffer(fourth), after: .seconds(-1)))
      let state = try await trial.message(about: fourth).state
      try trial.expect("while a worker holds it", state, is: .leased(until: busy.lease.until))
      try await trial.close(fourth)
      try await trial.settled(busy, .retry(after: .zero, failure: "busy", isUnknown: false))
      try trial.expect("proven and closed", try await trial.message(about: fourth).state, is: .accepted(nil))
      let fifth = try await trial.issue(trial.plan("b-2", to: "bob"))
      let spent = try await trial.claimOne()
      try await trial.settled(spent, .buried(reason: "spent", isUnknown: true))
      try await trial.reconcile(trial.redemption("r-5", of: .issuedOffer(fifth)))
      let ended = try await trial.message(about: fifth).state
      try trial.expect("as it ended", ended, is: .buried(reason: "spent"))
      try trial.expect("a redrive", try await trial.redrive(spent.message), is: .refused(.accepted(nil)))
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
      // In the order in which they were known to be hers, and not in that of their receipt.
      let hers = try await trial.list(.events(of: "ada")).events.map(\.event.id.id)
      try trial.expect("those of the customer", hers, is: ["r-3", "r-1"])
    },

    .init("reconcile.whatASourceReportedIsListed") { trial in
      let id = try await trial.issue(trial.plan("a-1", redeemable: .unlimited))
      var received: [ExternalEvent] = []
      // Later ones first, of several customers and of nobody, and more than a page has.
      for number in 0..<9 {
        received.append(
          trial.redemption("r-\(number)", of: .issuedOffer(id), after: .minutes(20 - number))
        )
        received.append(
          trial.redemption("s-\(number)", of: .customer("bob", replica: "TEN"), after: .seconds(number))
        )
      }
      received.append(trial.reversal("v-1", of: "r-3", after: .hours(1)))
      received.append(trial.reversal("v-2", of: "r-99", after: .hours(1)))
      let other = trial.redemption("r-2", of: .issuedOffer(id), from: "till")
      for event in received { try await trial.reconcile(event) }
      try await trial.reconcile(other)
      for event in received.prefix(3) {
        try trial.expect("a repeat", try await trial.reconcile(event), is: .duplicate)
      }
      let listed = try await trial.list(.reported(by: "wallet")).events
      try trial.expect("what the wallet reported", listed.map(\.event), is: received)
      for record in listed {
        try trial.expect("its match", record.match, is: try await trial.match(record.event))
      }
      let others = try await trial.list(.reported(by: "till")).events.map(\.event)
      try trial.expect("what another source reported", others, is: [other])
      try trial.expect("of nobody", try await trial.list(.reported(by: "nobody")).entries, is: [])
    },
  ]
}

extension LedgerTrial {
  /// Issues an offer, and has its message accepted under the reference "W" and its name.
  @discardableResult
  func delivered(
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
}
