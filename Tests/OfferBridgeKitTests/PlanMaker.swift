import Foundation
import OfferBridgeKit
import OfferBridgeTesting

/// Makes plans that are the same for a trigger whenever they are made, but for the moments in them.
struct PlanMaker {
  let tenant: TenantID
  let trigger: String
  let customer: CustomerID
  let moment: Date

  init(tenant: TenantID, trigger: String, customer: CustomerID, at moment: Date) {
    self.tenant = tenant
    self.trigger = trigger
    self.customer = customer
    self.moment = moment
  }

  private static let limits: [CampaignLimit] = [
    .total(5), .perCustomer(2), .perCustomer(1, in: .rolling(.seconds(40))),
    .total(3, in: .rolling(.minutes(3))),
    .total(4, of: .programme, in: .calendar(.day, in: .gmt)),
    .total(Money(minorUnits: 2000, currency: "EUR"), of: .offer),
    .perCustomer(Money(minorUnits: 600, currency: "EUR"), of: .group("all"), in: .rolling(.minutes(1))),
    .total(4, of: .group("soft"), beyond: .honourAndFlag),
    .perCustomer(Money(minorUnits: 500, currency: "EUR"), in: .rolling(.minutes(1)), beyond: .honourAndFlag),
  ]

  /// One to three issuances, each with what follows from it.
  func nodes(_ chance: inout Seeded) -> [PlanNode] {
    var nodes: [PlanNode] = []
    let areAlternatives = Int.random(in: 0..<3, using: &chance) == 0
    for number in 0..<Int.random(in: 1...3, using: &chance) {
      let root = nodes.count
      let offer = offer(number, &chance)
      nodes.append(
        PlanNode(
          key: offer.id,
          choice: areAlternatives ? 0 : nil,
          campaign: offer.campaign,
          limits: uses(by: offer.campaign, of: offer, &chance),
          content: .issuance(offer)
        )
      )
      nodes.append(
        PlanNode(
          key: .event(tenant: tenant, customer: customer, cause: .issuance(offer.id), name: "given"),
          parent: root,
          content: .event(name: "given")
        )
      )
      for provider: ProviderID in ["wallet", "sms"] {
        nodes += sends(offer, through: provider, root, choice: 1 + 2 * number, &chance)
      }
    }
    return nodes
  }

  /// One issuance under limits, and one message about it.
  func plainNodes(_ chance: inout Seeded) -> [PlanNode] {
    let offer = offer(0, &chance)
    let provider: ProviderID = Int.random(in: 0..<4, using: &chance) == 0 ? "sms" : "wallet"
    let message = message(about: offer, by: "sender-0", through: provider)
    return [
      PlanNode(
        key: offer.id,
        campaign: offer.campaign,
        limits: uses(by: offer.campaign, of: offer, &chance),
        content: .issuance(offer)
      ),
      PlanNode(key: message.key, parent: 0, campaign: message.campaign, content: .message(message)),
    ]
  }

  /// A campaign's message, or another's in its place, or a reason.
  private func sends(
    _ offer: IssuedOffer,
    through provider: ProviderID,
    _ root: Int,
    choice: Int,
    _ chance: inout Seeded
  ) -> [PlanNode] {
    let kind = Int.random(in: 0..<6, using: &chance)
    let choice = provider == "sms" ? choice + 1 : choice
    if kind == 0 {
      let reason = WithheldReason.notMet("sender-0", ["customer.hasApp"])
      return [PlanNode(key: offer.id, parent: root, content: .withheld(offer.id, provider, reason))]
    }
    return (0..<(kind < 3 ? 2 : 1)).map { number in
      let message = message(about: offer, by: CampaignID("sender-\(number)"), through: provider)
      return PlanNode(
        key: message.key,
        parent: kind == 4 ? root + 1 : root,
        choice: kind < 3 ? choice : nil,
        campaign: message.campaign,
        limits: kind == 5 ? uses(by: message.campaign, of: offer, &chance) : [],
        content: .message(message)
      )
    }
  }

  private func offer(_ number: Int, _ chance: inout Seeded) -> IssuedOffer {
    let name: OfferID = Bool.random(using: &chance) ? "ten" : "five"
    let campaign = CampaignID("reward-\(number)")
    let redeemable: [RedemptionLimit] = [.once, .times(2), .unlimited]
    let life = Int64.random(in: 0...3, using: &chance)
    return IssuedOffer(
      id: .issuance(
        tenant: tenant,
        campaign: campaign,
        customer: customer,
        trigger: TriggerID(.action, trigger),
        offer: name
      ),
      offer: name,
      revision: 1,
      customer: customer,
      campaign: campaign,
      trigger: TriggerID(.action, trigger),
      heard: "opened",
      issuedAt: moment,
      expiresAt: life == 0 ? nil : Date(milliseconds: moment.milliseconds + life * 50_000),
      warning: Bool.random(using: &chance) ? .before(.seconds(60), as: "expiring") : nil,
      onExpiry: Bool.random(using: &chance) ? .recalls : .lapses,
      redeemable: redeemable[Int.random(in: 0..<3, using: &chance)],
      faceValue: Int.random(in: 0..<3, using: &chance) == 0
        ? nil : Money(minorUnits: Int64.random(in: 0...700, using: &chance), currency: "EUR"),
      reversal: Bool.random(using: &chance) ? .closes : .reopens,
      replicas: ["sms", "wallet"].map { Replica(provider: $0, name: "TEN", state: .notSent(.notHeard)) },
      redeemed: .none
    )
  }

  private func uses(by campaign: CampaignID, of offer: IssuedOffer, _ chance: inout Seeded) -> [LimitUse] {
    let some = Self.limits.shuffled(using: &chance).prefix(Int.random(in: 0...3, using: &chance))
    return some.compactMap {
      RegisteredLimit($0, of: campaign)
        .use(offer: offer.offer, customer: customer, at: moment, worth: offer.faceValue)
    }
  }

  func message(
    about offer: IssuedOffer,
    by campaign: CampaignID,
    through provider: ProviderID,
    _ purpose: OfferMessage.Purpose = .issue
  ) -> OfferMessage {
    OfferMessage(
      key: .message(
        tenant: tenant,
        customer: customer,
        cause: .issuance(offer.id),
        campaign: campaign,
        provider: provider,
        purpose: purpose
      ),
      provider: provider,
      customer: customer,
      campaign: campaign,
      variant: purpose.rawValue,
      issuedOffer: offer.id,
      replica: "TEN",
      payload: Array(offer.id.description.utf8.prefix(6)) + [0xC3, 0x28],
      createdAt: moment,
      cause: .issuance(offer.id),
      purpose: purpose
    )
  }
}
