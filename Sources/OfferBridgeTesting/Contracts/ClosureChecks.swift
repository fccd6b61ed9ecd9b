import Foundation
import OfferBridgeKit

extension OfferLedgerContract {
  static let closureChecks: [ContractCheck<LedgerUnderTest>] = [
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
      try await trial.expectClosingFoldsAnew()
      try await trial.expectRecallsWhereItMayBe()
      try await trial.expectRecallsToTakeOut()
    }
  ]
}

extension LedgerTrial {
  /// What counted on an issued offer counts as after its closing, where it is.
  fileprivate func expectClosingFoldsAnew() async throws {
    let id = try await delivered("f-1", to: "fay", redeemable: .times(3))
    let ahead = redemption("f-1", of: .issuedOffer(id), after: .hours(1))
    try expect("in an hour", try await reconcile(ahead), is: .applied(to: id))
    try await close(id)
    let after = RedemptionMatch.discrepant([.afterClosure], on: id)
    try expect("what was to come, once it is closed", try await match(ahead), is: after)

    // What would wait again is withdrawn, and a later proof does not change that.
    let held = try await issue(plan("f-2", to: "fay", redeemable: .times(3)))
    let claim = try await claimOne()
    try await close(held)
    try await settled(claim, .retry(after: .zero, failure: "busy", isUnknown: false))
    try expect("what would wait again", try await message(about: held).state, is: .withdrawn)
    try expect("its replica", try await replica(of: held), is: .notSent(.offerClosed))
    let proof = redemption("f-2", of: .issuedOffer(held), after: .seconds(-1))
    try expect("a redemption from before", try await reconcile(proof), is: .applied(to: held))
    try expect("what is proven later", try await message(about: held).state, is: .withdrawn)
    try expect("its replica", try await replica(of: held), is: .accepted(nil))
  }

  /// Closes issued offers whose replicas may be in the external system, and others.
  fileprivate func expectRecallsWhereItMayBe() async throws {
    let ends: [(String, Settlement.Outcome?, Bool)] = [
      ("waits", nil, false), ("held", nil, true), ("accepted", .accepted(nil), true),
      ("rejected", .rejected(reason: "no"), false),
      ("buried", .buried(reason: "spent", isUnknown: false), false),
      ("silent", .buried(reason: "spent", isUnknown: true), true),
      ("released", .released(wasHanded: true), true), ("given back", .released(wasHanded: false), false),
      ("busy", .retry(after: .hours(9), failure: "busy", isUnknown: false), false),
    ]
    for (name, outcome, isRecalled) in ends {
      let id = try await issue(plan(name, to: CustomerID(name)))
      let claim = name == "waits" ? nil : try await claimOne()
      if let claim, let outcome { try await settled(claim, outcome) }
      let recall = message(about: try await issued(id), .recall)
      for _ in 0...1 {
        try await close(id, recalls: [recall])
        let purposes = try await record(id).messages.map(\.message.purpose)
        try expect("the messages about \(name)", purposes, is: isRecalled ? [.issue, .recall] : [.issue])
      }
      let next = try await self.claim().claims
      try expect("what leaves", next.map(\.message), is: isRecalled && name != "held" ? [recall] : [])
      for claim in next { try await settled(claim, .accepted(nil)) }
      if let claim, name == "held" {
        try await settled(claim, .accepted(nil))
        try await settled(try await claimOne(), .accepted(nil))
      }
    }
    let silent = try await issue(silentPlan("never", to: "never"))
    try await close(silent, recalls: [message(about: try await issued(silent), .recall)])
    try expect("messages about what was never sent", try await record(silent).messages, is: [])
    try await audit()
  }

  /// Asks a replica back after its issued offer was closed, and once more after a refusal.
  fileprivate func expectRecallsToTakeOut() async throws {
    let id = try await delivered("g-1", to: "gus", redeemable: .times(3))
    try await close(id)
    try expect("what leaves", try await claim().claims, is: [])
    let recall = message(about: try await issued(id), .recall)
    try await close(id, recalls: [recall])
    let first = try await claimOne()
    try expect("what leaves, once it is asked back", first.message, is: recall)
    try await settled(first, .rejected(reason: "busy"))
    try expect("the replica, for all that", try await replica(of: id), is: .accepted("W g-1"))
    try expect("a redrive of the recall", try await redrive(recall), is: .redriven(recall.key))
    try await settled(try await claimOne(), .accepted("R"))
    try expect("the replica", try await replica(of: id), is: .recalled)
    let odd = redemption("g-1", of: .replica("R"))
    try expect("a recall's reference", try await reconcile(odd), is: .parked(.unknownOffer))
  }
}
