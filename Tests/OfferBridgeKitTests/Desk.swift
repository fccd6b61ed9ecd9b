import Foundation
// The rows of a trigger are internal: that they are forgotten is seen here.
@testable import OfferBridgeKit

/// A ledger's state, driven step by step.
struct Desk {
  var state = LedgerState(refusalRetention: .days(30))
  var now: Int64 = 1_767_225_600_000

  static func id(_ name: String) -> DerivedKey { .derive("issued", name) }

  /// What one issuance takes from limits.
  static func uses(
    _ limits: [CampaignLimit],
    by campaign: CampaignID = "reward",
    to customer: CustomerID = "ada",
    at moment: Date,
    worth faceValue: Money? = nil
  ) -> [LimitUse] {
    limits.compactMap {
      RegisteredLimit($0, of: campaign).use(
        offer: "ten-off",
        customer: customer,
        at: moment,
        worth: faceValue
      )
    }
  }

  /// A plan that issues an offer under that name, and commits a message about it under the same name.
  static func plan(
    _ name: String,
    to customer: CustomerID = "ada",
    limits: [CampaignLimit] = [],
    at now: Int64,
    redeemable: RedemptionLimit = .once,
    expiresAt: Date? = nil,
    faceValue: Money? = nil,
    reversal: ReversalPolicy = .reopens
  ) -> JourneyPlan {
    let moment = Date(milliseconds: now)
    let trigger = TriggerID(.action, name)
    let offer = IssuedOffer(
      id: Self.id(name),
      offer: "ten-off",
      revision: 1,
      customer: customer,
      campaign: "reward",
      trigger: trigger,
      heard: "app_opened",
      issuedAt: moment,
      expiresAt: expiresAt,
      redeemable: redeemable,
      faceValue: faceValue,
      reversal: reversal,
      replicas: [Replica(provider: "wallet", name: "TEN", state: .notSent(.notHeard))],
      redeemed: .none
    )
    let message = message(about: offer, key: .derive("message", name), variant: name, at: moment)
    return JourneyPlan(
      tenant: "main",
      trigger: TriggerRecord(id: trigger, customer: customer, fingerprint: .derive("f", name)),
      plannedAt: moment,
      triggerVersion: 0,
      nodes: [
        PlanNode(
          key: offer.id,
          campaign: "reward",
          limits: uses(limits, to: customer, at: moment, worth: faceValue),
          content: .issuance(offer)
        ),
        PlanNode(key: message.key, parent: 0, campaign: "to-wallet", content: .message(message)),
      ]
    )
  }

  static func message(
    about offer: IssuedOffer,
    key: DerivedKey,
    variant: String,
    purpose: OfferMessage.Purpose = .issue,
    at moment: Date
  ) -> OfferMessage {
    OfferMessage(
      key: key,
      provider: "wallet",
      customer: offer.customer,
      campaign: "to-wallet",
      variant: variant,
      issuedOffer: offer.id,
      replica: "TEN",
      payload: Array(variant.utf8),
      createdAt: moment,
      cause: .issuance(offer.id),
      purpose: purpose
    )
  }

  /// Issues an offer under that name to Ada, and commits a message about it under the same name.
  @discardableResult
  mutating func issue(
    _ name: String,
    limits: [CampaignLimit] = [],
    plannedAt: Int64? = nil,
    redeemable: RedemptionLimit = .once,
    expiresAt: Date? = nil,
    faceValue: Money? = nil,
    reversal: ReversalPolicy = .reopens
  ) -> NodeAnswer? {
    let plan = Self.plan(
      name,
      limits: limits,
      at: plannedAt ?? now,
      redeemable: redeemable,
      expiresAt: expiresAt,
      faceValue: faceValue,
      reversal: reversal
    )
    guard case .committed(let answers) = state.commit(plan, now: now) else { return nil }
    return answers[0]
  }

  /// Closes what was issued under that name; with a recall where one is asked for.
  @discardableResult
  mutating func close(
    _ name: String,
    as kind: OfferClosure.Kind = .revoked,
    limitUses: OfferClosure.LimitUses = .kept,
    recalling: Bool = false
  ) -> CloseAnswer {
    var recalls: [OfferMessage] = []
    if recalling, let record = state.record(of: Self.id(name)) {
      recalls.append(
        Self.message(
          about: record.issuedOffer,
          key: .derive("recall", name),
          variant: "recall of \(name)",
          purpose: .recall,
          at: Date(milliseconds: now)
        )
      )
    }
    return state.close(
      OfferClosing(Self.id(name), as: kind, reason: "test", limitUses: limitUses, recalls: recalls),
      now: now
    )
  }

  @discardableResult
  mutating func redrive(_ key: DerivedKey, _ mode: MessageRedrive.Mode = .sameKey) -> RedriveAnswer {
    state.redrive(MessageRedrive(key, mode: mode, reason: "test"), tenant: "main", now: now)
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
      ExternalEvent(id: ExternalEventID(source: "wallet", id: id), content: content, time: moment),
      now: now
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

extension LedgerState {
  /// What is remembered of a trigger.
  func trigger(_ id: TriggerID) -> TriggerRow? { triggers.row(of: id).map { triggers[$0] } }

  /// The keys of what is remembered of a trigger.
  func keys(of id: TriggerID) -> [DerivedKey]? { trigger(id).map { $0.nodes.map(key) } }

  /// Everything that was issued to a customer.
  func issuedOffers(of customer: CustomerID) -> [IssuedOffer] {
    page(PageQuery(tenant: "main", listing: .issuedOffers(of: customer), limit: .max)).issuedOffers
  }

  /// Every message about a customer.
  func messages(of customer: CustomerID) -> [MessageRecord] {
    page(PageQuery(tenant: "main", listing: .messages(of: customer), limit: .max)).messages
  }

  /// Everything that was reported about a customer.
  func events(of customer: CustomerID) -> [RedemptionRecord] {
    page(PageQuery(tenant: "main", listing: .events(of: customer), limit: .max)).events
  }
}
