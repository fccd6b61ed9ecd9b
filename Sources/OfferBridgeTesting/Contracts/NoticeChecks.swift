import Foundation
import OfferBridgeKit

extension OfferLedgerContract {
  static let noticeChecks: [ContractCheck<LedgerUnderTest>] = [
    .init("reconcile.noticesEndAndReinstate") { trial in
      let id = try await trial.delivered("a-1", redeemable: .times(9))
      let (mine, applied) = (RedemptionReference.issuedOffer(id), RedemptionMatch.applied(to: id))
      let first = trial.redemption("r-1", of: mine, after: .hours(1))
      let second = trial.redemption("r-2", of: mine, after: .hours(4))
      for event in [first, second] { try trial.expect("r", try await trial.reconcile(event), is: applied) }
      let revoked = trial.notice("n-1", .revoked, of: .replica("W a-1"), after: .hours(2))
      try trial.expect("revoked", try await trial.reconcile(revoked), is: applied)
      try trial.expect("a repeat", try await trial.reconcile(revoked), is: .duplicate)
      try trial.expect("its end", try await trial.issued(id).ended, is: trial.end(.revoked, by: revoked))
      try trial.expect("redeemed before", try await trial.match(first), is: applied)
      let late = RedemptionMatch.discrepant([.afterClosure], on: id)
      try trial.expect("redeemed after", try await trial.match(second), is: late)
      try trial.expect("the tally", try await trial.issued(id).redeemed.count, is: 2)
      let reinstated = trial.notice("n-2", .reinstated, of: mine, after: .hours(3))
      try trial.expect("reinstated", try await trial.reconcile(reinstated), is: applied)
      try trial.expect("its end", try await trial.issued(id).ended, is: nil)
      try trial.expect("redeemed after both", try await trial.match(second), is: applied)
      let expired = trial.notice("n-3", .expired, of: mine, after: .hours(5))
      let again = trial.notice("n-4", .revoked, of: mine, after: .hours(6))
      for event in [again, expired] {
        try trial.expect("an end", try await trial.reconcile(event), is: applied)
      }
      try trial.expect(
        "the first end",
        try await trial.issued(id).ended,
        is: trial.end(.expired, by: expired)
      )
      let third = trial.redemption("r-3", of: mine, after: .hours(7))
      let over = RedemptionMatch.discrepant([.afterExpiry], on: id)
      try trial.expect("redeemed when it is over", try await trial.reconcile(third), is: over)
      let events = try await trial.record(id).events.map(\.event.id.id)
      try trial.expect("the events", events, is: ["r-1", "n-1", "n-2", "r-2", "n-3", "n-4", "r-3"])
      try await trial.audit()
      try await trial.expectNoticesOfSeveralCopies()
      try await trial.expectNoticesThatWait()
    },

    .init("reconcile.limitUsesFollowTheFold") { trial in
      let limit = CampaignLimit.total(1)
      func isIssued(_ name: String) async throws -> Bool {
        let answer = try await trial.commit(trial.plan(name, to: "bob", limits: [limit]))
        return answer.isWritten
      }
      let plan = trial.plan("a-1", limits: [limit], redeemable: .times(2), reversal: .closes)
      let id = try await trial.issue(plan)
      try trial.expect("beyond the limit", try await isIssued("b-1"), is: false)
      let applied = RedemptionMatch.applied(to: id)
      try await trial.reconcile(trial.redemption("r-1", of: .issuedOffer(id), after: .hours(1), 4))
      let part = trial.reversal("v-1", of: "r-1", only: .amount(.euros(1)), after: .minutes(90))
      try trial.expect("a part", try await trial.reconcile(part), is: applied)
      try trial.expect("its end", try await trial.issued(id).ended, is: nil)
      let reversal = trial.reversal("v-2", of: "r-1", after: .hours(2))
      try trial.expect("the rest", try await trial.reconcile(reversal), is: applied)
      try trial.expect("its end", try await trial.issued(id).ended, is: trial.end(.reversed, by: reversal))
      try trial.expect("a repeat", try await trial.reconcile(reversal), is: .duplicate)
      let another = try await trial.issue(trial.plan("b-2", to: "bob", limits: [limit]))
      try trial.expect("once more", try await isIssued("b-3"), is: false)
      try trial.expect("limits exceeded", try await trial.audit().limitsExceeded, is: 0)
      // The external system has the last word: above the limit now, which is told, and hinders what comes.
      let reinstated = trial.notice("n-1", .reinstated, of: .issuedOffer(id), after: .hours(3))
      try trial.expect("reinstated", try await trial.reconcile(reinstated), is: applied)
      try trial.expect("limits exceeded", try await trial.audit().limitsExceeded, is: 1)
      try await trial.close(another, .givenBack)
      try trial.expect("limits exceeded", try await trial.audit().limitsExceeded, is: 0)
      try trial.expect("one that is live", try await isIssued("b-4"), is: false)
      // An earlier redemption comes late and stands: so it was never over.
      try await trial.reconcile(trial.redemption("r-2", of: .issuedOffer(id), after: .hours(4)))
      try await trial.reconcile(trial.reversal("v-3", of: "r-2", after: .hours(5)))
      try trial.expect("its end", try await trial.issued(id).ended?.event.id, is: "v-3")
      try await trial.reconcile(trial.redemption("r-0", of: .issuedOffer(id), after: .minutes(30)))
      try trial.expect("with one that stands", try await trial.issued(id).ended, is: nil)
      try trial.expect("taken again", try await isIssued("b-5"), is: false)
      try await trial.reconcile(trial.reversal("v-4", of: "r-0", after: .hours(6)))
      try trial.expect("given back once", try await trial.close(id, .givenBack).isClosed, is: true)
      try trial.expect("one place", try await isIssued("b-6"), is: true)
      try trial.expect("and no other", try await isIssued("b-7"), is: false)
      try await trial.audit()
      try await trial.expectUsesStayUsed()
    },
  ]
}

extension LedgerTrial {
  fileprivate func end(_ kind: OfferEnd.Kind, by event: ExternalEvent) -> OfferEnd? {
    guard case .moment(let moment) = event.time else { return nil }
    return OfferEnd(kind: kind, endedAt: moment, event: event.id)
  }

  /// By customer and replica a notice is about one copy: the first that can be meant.
  fileprivate func expectNoticesOfSeveralCopies() async throws {
    let start = time.now
    let old = try await delivered("c-1", to: "cam")
    wait(.hours(1))
    let new = try await delivered("c-2", to: "cam")
    let theirs = RedemptionReference.customer("cam", replica: "TEN")
    for (name, kind, copy) in [
      ("c-1", OfferNotice.Kind.revoked, old), ("c-2", .expired, new), ("c-3", .revoked, old),
      ("c-4", .reinstated, old), ("c-5", .reinstated, new),
    ] {
      wait(.minutes(1))
      try expect("\(kind)", try await reconcile(notice(name, kind, of: theirs)), is: .applied(to: copy))
    }
    // One that is from before the second was issued can only mean the first; one from before both means neither.
    let between = Duration.milliseconds(start.milliseconds - time.now.milliseconds + 1_800_000)
    let early = try await reconcile(notice("c-6", .revoked, of: theirs, after: between))
    try expect("between the two", early, is: .applied(to: old))
    let never = try await reconcile(notice("c-7", .revoked, of: theirs, after: .days(-1)))
    try expect("before both", never, is: .parked(.unknownOffer))
    let known = try await reconcile(notice("c-8", .revoked, of: .issuedOffer(new), after: .days(-1)))
    try expect("by its id", known, is: .discrepant([.beforeIssue], on: new))
    // Both were reinstated after all that.
    for copy in [old, new] { try expect("its end", try await issued(copy).ended, is: nil) }
    // A redemption goes where it can, to one that is not ended.
    wait(.hours(1))
    let free = try await delivered("c-3", to: "cam")
    wait(.minutes(1))
    for (name, copy) in [("c-9", old), ("d-0", new)] {
      try await reconcile(notice(name, .revoked, of: .issuedOffer(copy)))
    }
    let redeemed = try await reconcile(redemption("c-0", of: theirs, after: .minutes(1)))
    try expect("a redemption", redeemed, is: .applied(to: free))
    try await audit()
  }

  /// What is not known waits; by our id and by the replica's reference.
  fileprivate func expectNoticesThatWait() async throws {
    let ours = notice("d-1", .revoked, of: .issuedOffer(Self.id("d-1")), after: .hours(1))
    let theirs = notice("d-2", .reinstated, of: .replica("W d-1"), after: .hours(2))
    let events = [theirs, ours]
    for event in events { try expect("early", try await reconcile(event), is: .parked(.unknownOffer)) }
    let id = try await issue(plan("d-1", to: "dan"))
    try expect("once it is issued", try await issued(id).ended, is: end(.revoked, by: ours))
    let waiting = try await claimOne()
    try await settled(waiting, .accepted("W d-1"))
    try expect("once it is learnt", try await issued(id).ended, is: nil)
    for event in events { try expect("then", try await match(event), is: .applied(to: id)) }
    try await audit()
  }

  /// Notices keep limit uses, and so does a reversal where the offer says nothing else.
  fileprivate func expectUsesStayUsed() async throws {
    let limit = CampaignLimit.total(1, of: .group("kept"))
    let id = try await issue(plan("e-1", to: "eve", limits: [limit]))
    try await reconcile(redemption("e-1", of: .issuedOffer(id), after: .hours(1)))
    try await reconcile(reversal("e-2", of: "e-1", after: .hours(2)))
    try expect("reopened", try await issued(id).ended, is: nil)
    try await reconcile(notice("e-3", .expired, of: .issuedOffer(id), after: .hours(3)))
    try expect("its end", try await issued(id).ended?.kind, is: .expired)
    try expect("another", try await commit(plan("e-2", to: "eve", limits: [limit])).isWritten, is: false)
    try await audit()
  }
}

extension CloseAnswer {
  fileprivate var isClosed: Bool { if case .closed = self { true } else { false } }
}
