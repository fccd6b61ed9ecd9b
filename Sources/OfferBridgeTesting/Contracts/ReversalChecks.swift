import Foundation
import OfferBridgeKit

extension OfferLedgerContract {
  static let reversalChecks: [ContractCheck<LedgerUnderTest>] = [
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
      let another = trial.reversal("v-3", of: "r-2")
      try trial.expect("another reversal of it", try await trial.reconcile(another), is: waits)
      let other = try await trial.issue(trial.plan("b", to: "bob"))
      for event in early {
        try trial.expect(event.id.id, try await trial.match(event), is: .applied(to: other))
      }
      let events = try await trial.list(.events(of: "bob")).events.map(\.event.id.id)
      try trial.expect("those of the customer", events, is: ["r-2", "v-2", "v-3"])
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
      // A reversal of a reversal is the customer's, and stays parked.
      let odd = trial.reversal("x-1", of: "v-1", after: .hours(3))
      let waits = RedemptionMatch.parked(.reversalBeforeRedemption)
      try trial.expect("a reversal of one", try await trial.reconcile(odd), is: waits)
      let last = try await trial.list(.events(of: "ada")).events.last?.event
      try trial.expect("the last of the customer's", last, is: odd)
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
  ]
}
