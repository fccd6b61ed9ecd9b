import Foundation
import OfferBridgeKit

extension OfferLedgerContract {
  static let permutationChecks: [ContractCheck<LedgerUnderTest>] = [
    .init("reconcile.allPermutationsAgree") { trial in
      // After the issuance: an acknowledgement, three redemptions and two reversals.
      try await trial.expectAllOrdersAgree(["ack", "r-1", "r-2", "r-3", "v-1", "v-2"])
      // The issuance among them, and nothing is acknowledged.
      try await trial.expectAllOrdersAgree(["issue", "r-1", "r-3", "v-1", "v-2"])
    }
  ]
}

extension LedgerTrial {
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
