import Foundation
import OfferBridgeKit

extension OfferLedgerContract {
  static let partChecks: [ContractCheck<LedgerUnderTest>] = [
    .init("reconcile.partsGiveBackOnce") { trial in
      let id = try await trial.delivered("a-1", redeemable: .times(9))
      // 10 euros over three lines: 5, 3.33 and 1.67, the last unit to the one that was cut most.
      try await trial.redeem("r-1", of: id, 10, lines: [("tea", 300), ("milk", 200), ("salt", 100)])
      let applied = RedemptionMatch.applied(to: id)
      try await trial.expect("salt", .lines(["salt"]), of: "r-1", as: "v-1", is: applied)
      try await trial.expectLeft(of: id, count: 1, reversed: 0, 833)
      let twice = RedemptionMatch.discrepant([.alreadyReversed], on: id)
      try await trial.expect("salt again", .lines(["salt"]), of: "r-1", as: "v-2", is: twice)
      let odd = RedemptionMatch.discrepant([.alreadyReversed, .unknownLine], on: id)
      try await trial.expect("salt and soap", .lines(["salt", "soap"]), of: "r-1", as: "v-3", is: odd)
      try await trial.expectLeft(of: id, count: 1, reversed: 0, 833)
      try await trial.expect("the others", .lines(["milk", "tea"]), of: "r-1", as: "v-4", is: applied)
      try await trial.expectLeft(of: id, count: 0, reversed: 1, 0)
      try await trial.expect("what is left of it", nil, of: "r-1", as: "v-5", is: twice)

      try await trial.redeem("r-2", of: id, 10, lines: [("tea", 1), ("milk", 1)])
      let other = Money(minorUnits: 100, currency: "NOK")
      let currency = RedemptionMatch.discrepant([.otherCurrency], on: id)
      try await trial.expect("100 NOK", .amount(other), of: "r-2", as: "v-6", is: currency)
      try await trial.expect("7 of 10", .amount(.euros(7)), of: "r-2", as: "v-7", is: applied)
      try await trial.expectLeft(of: id, count: 1, reversed: 1, 300)
      // Its part was 5, of which 3 are left.
      let cut = RedemptionMatch.discrepant([.moreThanLeft], on: id)
      try await trial.expect("milk", .lines(["milk"]), of: "r-2", as: "v-8", is: cut)
      try await trial.expectLeft(of: id, count: 0, reversed: 2, 0)

      try await trial.redeem("r-3", of: id, 10, lines: [])
      try await trial.expect("11 of 10", .amount(.euros(11)), of: "r-3", as: "v-9", is: cut)
      try await trial.expectLeft(of: id, count: 0, reversed: 3, 0)
      try await trial.redeem("r-4", of: id, 10, lines: [])
      try await trial.expect("1 of 10", .amount(.euros(1)), of: "r-4", as: "w-1", is: applied)
      try await trial.expect("the rest", nil, of: "r-4", as: "w-2", is: applied)
      try await trial.expectLeft(of: id, count: 0, reversed: 4, 0)
      // Of what was never told no part can be told, but all of it.
      try await trial.redeem("r-5", of: id, nil, lines: [])
      try await trial.expect("1 of an unknown", .amount(.euros(1)), of: "r-5", as: "w-3", is: cut)
      try await trial.expect("all of it", nil, of: "r-5", as: "w-4", is: applied)
      try await trial.expectLeft(of: id, count: 0, reversed: 5, 0)
      try await trial.audit()
    },

    .init("reconcile.anotherCustomerIsReported") { trial in
      let id = try await trial.delivered("a-1", redeemable: .times(9))
      func redeemed(_ name: String, by customer: CustomerID) async throws -> RedemptionMatch {
        let details = RedemptionDetails(customer: customer, lines: [])
        return try await trial.reconcile(
          trial.event(name, .redemption(.issuedOffer(id), amount: nil, details))
        )
      }
      let other = RedemptionMatch.discrepant([.otherCustomer], on: id)
      try trial.expect("by Bob", try await redeemed("r-1", by: "bob"), is: other)
      try trial.expect("by Ada", try await redeemed("r-2", by: "ada"), is: .applied(to: id))
      try trial.expect("by Bob, once more", try await redeemed("r-2", by: "bob"), is: .conflict)
      try trial.expect("the tally", try await trial.issued(id).redeemed.count, is: 2)
      try trial.expect("Bob's events", try await trial.list(.events(of: "bob")).events.count, is: 0)
      // It is no evidence of a delivery.
      let waiting = try await trial.issue(trial.plan("b-1", to: "bea", redeemable: .times(9)))
      let event = trial.event(
        "r-3",
        .redemption(
          .issuedOffer(waiting),
          amount: nil,
          RedemptionDetails(customer: "bob", lines: [])
        )
      )
      let unproven = RedemptionMatch.discrepant([.otherCustomer, .unconfirmedReplica], on: waiting)
      try trial.expect("of what is on its way", try await trial.reconcile(event), is: unproven)
      try trial.expect("the replica", try await trial.replica(of: waiting), is: .pending)
      try await trial.audit()
    },

    .init("reconcile.transactionIsKept") { trial in
      let id = try await trial.delivered("a-1", redeemable: .times(9))
      func event(_ name: String, for transaction: TransactionID?) -> ExternalEvent {
        let details = RedemptionDetails(customer: nil, lines: [], transaction: transaction)
        return trial.event(name, .redemption(.issuedOffer(id), amount: nil, details))
      }
      let told = event("r-1", for: "basket-1")
      try trial.expect("of a basket", try await trial.reconcile(told), is: .applied(to: id))
      try trial.expect("what is kept", try await trial.record(id).events.map(\.event), is: [told])
      try trial.expect("a repeat", try await trial.reconcile(told), is: .duplicate)
      for other in ["basket-2", nil] as [TransactionID?] {
        let answer = try await trial.reconcile(event("r-1", for: other))
        try trial.expect("of \(other?.rawValue ?? "no basket")", answer, is: .conflict)
      }
      try await trial.audit()
    },
  ]
}

extension LedgerTrial {
  fileprivate func redeem(
    _ name: String,
    of id: IssuedOffer.ID,
    _ euros: Int64?,
    lines: [(name: String, weight: Int64)]
  ) async throws {
    let details = RedemptionDetails(
      customer: nil,
      lines: lines.map { RedemptionLine($0.name, weight: $0.weight) }
    )
    let content = ExternalEvent.Content.redemption(
      .issuedOffer(id),
      amount: euros.map { .euros($0) },
      details
    )
    try expect(name, try await reconcile(event(name, content)), is: .applied(to: id))
  }

  fileprivate func expect(
    _ what: String,
    _ part: ReversedPart?,
    of redemption: String,
    as name: String,
    is expected: RedemptionMatch
  ) async throws {
    let reversal = reversal(name, of: redemption, only: part, after: .hours(1))
    try expect("a reversal of \(what)", try await reconcile(reversal), is: expected)
    // The next comes later.
    wait(.seconds(1))
  }

  fileprivate func expectLeft(of id: IssuedOffer.ID, count: Int, reversed: Int, _ units: Int64) async throws {
    let amount = Money(minorUnits: units, currency: "EUR")
    let tally = RedemptionTally(count: count, reversed: reversed, amount: amount)
    try expect("the tally", try await issued(id).redeemed, is: tally)
  }
}
