import Foundation
import OfferBridgeKit

extension OfferLedgerContract {
  static let ageingChecks: [ContractCheck<LedgerUnderTest>] = [
    .init("reconcile.tellsSinceWhen") { trial in
      let begun = trial.time.now
      let early = trial.redemption("r-1", of: .issuedOffer(LedgerTrial.id("a-1")), after: .hours(-3))
      try await trial.reconcile(early)
      trial.wait(.minutes(7))
      let received = trial.time.now
      let odd = trial.redemption("r-2", of: .issuedOffer(LedgerTrial.id("a-1")), after: .hours(-2))
      try await trial.reconcile(odd)
      trial.wait(.minutes(7))
      for event in [early, odd] {
        try trial.expect("a repeat", try await trial.reconcile(event), is: .duplicate)
      }
      let waiting = try await trial.list(.parkedEvents).events
      try trial.expect("since when they wait", waiting.map(\.receivedAt), is: [begun, received])
      try trial.expect("what is odd", try await trial.list(.discrepantEvents).entries, is: [])
      // Both are from before the issue, and of a replica that nobody confirmed.
      let id = try await trial.issue(trial.plan("a-1", redeemable: .times(9)))
      trial.wait(.minutes(7))
      try await trial.reconcile(trial.redemption("r-3", of: .issuedOffer(id)))
      let listed = try await trial.list(.discrepantEvents).events
      try trial.expect("what is odd, once it is issued", listed.map(\.event.id.id), is: ["r-1", "r-2"])
      try trial.expect("since when it is known", listed.map(\.receivedAt), is: [begun, received])
      for record in listed {
        try trial.expect("its match", record.match, is: try await trial.match(record.event))
      }
      try trial.expect("what waits", try await trial.list(.parkedEvents).entries, is: [])
      let all = try await trial.record(id).events.map(\.receivedAt)
      try trial.expect("of the issued offer", all, is: [begun, received, trial.time.now])
      try await trial.audit()
    },

    .init("audit.replicasAddUp") { trial in
      let accepted = try await trial.delivered("a-1", redeemable: .times(9))
      let recalled = try await trial.delivered("b-1", to: "bob", redeemable: .times(9))
      let recall = trial.message(about: try await trial.issued(recalled), .recall)
      try await trial.close(recalled, recalls: [recall])
      try await trial.settled(try await trial.claimOne(), .accepted(nil))
      let ends: [(CustomerID, Settlement.Outcome)] = [
        ("cyd", .rejected(reason: "no")), ("dan", .buried(reason: "spent", isUnknown: true)),
        ("eve", .retry(after: .hours(9), failure: "down", isUnknown: true)),
      ]
      for (customer, outcome) in ends {
        try await trial.issue(trial.plan("a-\(customer)", to: customer))
        try await trial.settled(try await trial.claimOne(), outcome)
      }
      try await trial.issue(trial.plan("f-1", to: "fay"))
      try await trial.issue(trial.silentPlan("g-1", to: "gus"))
      for number in 0..<3 {
        try await trial.reconcile(trial.redemption("r-\(number)", of: .issuedOffer(accepted)))
      }
      try await trial.reconcile(trial.reversal("v-1", of: "r-1"))
      let audit = try await trial.audit()
      let seen = [
        audit.replicas, audit.replicasNotSent, audit.replicasPending, audit.replicasAccepted,
        audit.replicasRejected, audit.replicasUnknown, audit.replicasRecalled, audit.redeemed, audit.reversed,
      ]
      try trial.expect("replicas by state, redeemed, reversed", seen, is: [7, 1, 1, 1, 1, 2, 1, 2, 1])
    },
  ]
}
