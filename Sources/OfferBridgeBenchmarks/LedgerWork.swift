import Foundation
import OfferBridgeKit

/// A ledger, and the plans of the shop's journeys for it, as the planner would make them.
struct LedgerWork {
  let ledger: any OfferLedger = InMemoryOfferLedger()
  private let limit = RegisteredLimit(.perCustomer(1), of: "app-open-reward")
  private let now = Date()

  /// A key for a word and an action: as evenly spread as a derived one, and much sooner made.
  static func key(_ word: StaticString, _ action: CustomerAction) -> DerivedKey {
    var mixed = UInt64(action.id.utf8.dropFirst(11).reduce(0) { $0 * 10 + Int($1) - 48 }) &* 8
    mixed &+= UInt64(word.utf8Start.pointee)
    func next() -> UInt64 {
      mixed &+= 0x9E37_79B9_7F4A_7C15
      var bits = mixed
      bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
      bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
      return bits ^ bits >> 31
    }
    return DerivedKey((next(), next(), next(), next()))
  }

  func plan(_ action: CustomerAction) -> JourneyPlan {
    let trigger = TriggerID(.action, action.id)
    let id = Self.key("issuance", action)
    let offer = IssuedOffer(
      id: id,
      offer: "ten-off",
      revision: 1,
      customer: action.customer,
      campaign: "app-open-reward",
      trigger: trigger,
      heard: action.name,
      issuedAt: now,
      expiresAt: now + 30 * 86_400,
      redeemable: .once,
      faceValue: nil,
      replicas: [Replica(provider: "wallet", name: "TEN", state: .notSent(.notHeard))],
      redeemed: .none
    )
    let event = Self.key("event", action)
    let message = message(action)
    return JourneyPlan(
      tenant: "main",
      trigger: TriggerRecord(
        id: trigger,
        customer: action.customer,
        fingerprint: Self.key("fingerprint", action)
      ),
      plannedAt: now,
      triggerVersion: 0,
      nodes: [
        PlanNode(
          key: id,
          campaign: "app-open-reward",
          limits: [limit.use(offer: "ten-off", customer: action.customer, at: now, worth: nil)]
            .compactMap(\.self),
          content: .issuance(offer)
        ),
        PlanNode(key: event, parent: 0, content: .event(name: "ten_off_issued")),
        PlanNode(key: message.key, parent: 1, campaign: "to-wallet", content: .message(message)),
      ]
    )
  }

  func message(_ action: CustomerAction) -> OfferMessage {
    let id = Self.key("issuance", action)
    return OfferMessage(
      key: Self.key("message", action),
      provider: "wallet",
      customer: action.customer,
      campaign: "to-wallet",
      variant: "card",
      issuedOffer: id,
      replica: "TEN",
      payload: Array("{\"firstName\":\"Ada\",\"issuedOffer\":\"\(id)\",\"offer\":\"TEN\"}".utf8),
      createdAt: now,
      cause: .event(Self.key("event", action))
    )
  }

  func settleAll() async throws {
    let query = ClaimQuery(tenant: "main", provider: "wallet", limit: 256, lease: .seconds(60))
    while true {
      let claims = try await ledger.claim(query).claims
      if claims.isEmpty { return }
      let settlements = claims.map { claim in
        let reference = ReplicaReference(rawValue: claim.message.customer.rawValue)
        return Settlement(lease: claim.lease, outcome: .accepted(reference))
      }
      _ = try await ledger.settle(settlements, tenant: "main")
    }
  }
}
