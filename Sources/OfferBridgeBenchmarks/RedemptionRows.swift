import Foundation
import OfferBridgeKit

/// What taking in a redemption costs: one of each issued offer, by our id, a call each.
struct RedemptionRows {
  let plan: BenchmarkPlan

  func rows() async throws -> [BenchmarkRow] {
    guard plan.includes("redemption") else { return [] }
    let shop = Shop(size: 10_000)
    let amount = Money(minorUnits: 250, currency: "USD")
    let side = SideBySide(
      name: "redemption",
      against: "hand-written loop over dictionaries",
      rounds: plan.redemptionRounds,
      count: shop.actions.count
    )
    let row = try await side.row {
      let bridge = try await Shop.bridge(shop.customers, Wallet())
      var redemptions: [Redemption] = []
      for (number, action) in shop.actions.enumerated() {
        let decisions = try await bridge.respond(to: action)
        guard let issued = decisions.issuedOffers.first else { throw NotTheSameWork() }
        redemptions.append(
          Redemption(
            id: Shop.redemptionID(number),
            from: "wallet",
            of: .issuedOffer(issued.id),
            at: action.occurredAt,
            amount: amount
          )
        )
      }
      try await bridge.deliverDueMessages()
      var applied = 0
      let length = try await timed {
        for redemption in redemptions {
          if case .applied = try await bridge.reconcile(redemption) { applied += 1 }
        }
      }
      guard applied == redemptions.count else { throw NotTheSameWork() }
      return length
    } theirs: {
      var loop = HandWrittenLoop(customers: shop.customers, provider: Wallet())
      var redemptions: [(id: String, offer: String, moment: Date)] = []
      for (number, action) in shop.actions.enumerated() {
        _ = loop.respond(to: action)
        redemptions.append((Shop.redemptionID(number), HandWrittenLoop.issuedID(action), action.occurredAt))
      }
      try await loop.deliverDueMessages()
      var applied = 0
      let length = await timed {
        for redemption in redemptions {
          let (id, offer, moment) = redemption
          if case .applied = loop.reconcile(id, of: offer, at: moment, amount: amount) { applied += 1 }
        }
      }
      guard applied == redemptions.count else { throw NotTheSameWork() }
      return length
    }
    return [row]
  }
}
