import Foundation
import OfferBridgeKit

/// A ledger's state, driven step by step.
struct Desk {
  var state = LedgerState(refusalRetention: .days(30))
  var now: Int64 = 1_767_225_600_000

  static func id(_ name: String) -> DerivedKey { .derive("issued", name) }

  /// Issues an offer under that name to Ada, and commits a message about it under the same name.
  @discardableResult
  mutating func issue(
    _ name: String,
    limits: [CampaignLimit] = [],
    plannedAt: Int64? = nil,
    redeemable: RedemptionLimit = .once
  ) -> NodeAnswer? {
    let moment = Date(milliseconds: plannedAt ?? now)
    let trigger = TriggerID(.action, name)
    let offer = IssuedOffer(
      id: Self.id(name),
      offer: "ten-off",
      revision: 1,
      customer: "ada",
      campaign: "reward",
      trigger: trigger,
      heard: "app_opened",
      issuedAt: moment,
      expiresAt: nil,
      redeemable: redeemable,
      faceValue: nil,
      replicas: [Replica(provider: "wallet", name: "TEN", state: .notSent(.notHeard))],
      redeemed: .none
    )
    let message = OfferMessage(
      key: .derive("message", name),
      provider: "wallet",
      customer: "ada",
      campaign: "to-wallet",
      variant: name,
      issuedOffer: offer.id,
      replica: "TEN",
      payload: [],
      createdAt: moment
    )
    let uses = limits.map {
      RegisteredLimit($0, of: "reward").use(offer: "ten-off", customer: "ada", at: moment)
    }
    let plan = JourneyPlan(
      tenant: "main",
      trigger: TriggerRecord(id: trigger, customer: "ada", fingerprint: .derive("f", name)),
      plannedAt: moment,
      triggerVersion: 0,
      nodes: [
        PlanNode(key: offer.id, campaign: "reward", limits: uses, content: .issuance(offer)),
        PlanNode(key: message.key, parent: 0, campaign: "to-wallet", content: .message(message)),
      ]
    )
    guard case .committed(let answers) = state.commit(plan, now: now) else { return nil }
    return answers[0]
  }

  mutating func claim() -> [Claim] {
    state.claim(
      ClaimQuery(tenant: "main", provider: "wallet", limit: 10, lease: .seconds(60)),
      now: now
    ).claims
  }

  /// The names of what is handed out.
  mutating func claimed() -> [String] { claim().map(\.message.variant) }

  @discardableResult
  mutating func settle(_ claim: Claim?, _ outcome: Settlement.Outcome) -> SettleAnswer? {
    claim.map { state.settle(Settlement(lease: $0.lease, outcome: outcome), now: now) }
  }

  @discardableResult
  mutating func report(_ id: String, _ content: ExternalEvent.Content, at seconds: Int64) -> RedemptionMatch {
    let moment = RedemptionTime.moment(Date(milliseconds: 1_767_225_600_000 + seconds * 1000))
    return state.reconcile(
      ExternalEvent(id: ExternalEventID(source: "wallet", id: id), content: content, time: moment)
    )
  }

  @discardableResult
  mutating func redeem(
    _ id: String,
    _ reference: RedemptionReference,
    at seconds: Int64,
    _ amount: Int64? = nil
  ) -> RedemptionMatch {
    let money = amount.map { Money(minorUnits: $0, currency: "EUR") }
    return report(id, .redemption(reference, amount: money), at: seconds)
  }

  var replicas: [Replica.State] { state.issuedOffers(of: "ada").map { $0.replicas[0].state } }
}
