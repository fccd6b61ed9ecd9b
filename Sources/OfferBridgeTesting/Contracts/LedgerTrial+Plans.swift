import Foundation
import OfferBridgeKit

// What a ledger is driven by: plans, events and commands, made from names, so that a check reads as a story.
extension LedgerTrial {
  static func id(_ name: String) -> IssuedOffer.ID { .derive("contract issued", name) }

  /// An offer that is issued now.
  func offer(
    _ name: String,
    to customer: CustomerID = "ada",
    redeemable: RedemptionLimit = .once,
    faceValue: Money? = nil,
    reversal: ReversalPolicy = .reopens,
    expiresAt: Date? = nil,
    warning: ExpiryWarning? = nil,
    onExpiry: ExpiryPolicy = .lapses,
    providers: [ProviderID] = ["wallet"]
  ) -> IssuedOffer {
    IssuedOffer(
      id: Self.id(name),
      offer: "ten-off",
      revision: 1,
      customer: customer,
      campaign: "reward",
      trigger: TriggerID(.action, name),
      heard: "app_opened",
      issuedAt: time.now,
      expiresAt: expiresAt,
      warning: warning,
      onExpiry: onExpiry,
      redeemable: redeemable,
      faceValue: faceValue,
      reversal: reversal,
      replicas: providers.map { Replica(provider: $0, name: "TEN", state: .notSent(.notHeard)) },
      redeemed: .none
    )
  }

  /// A message about it; its variant is its name, by which the steps tell it.
  func message(
    about offer: IssuedOffer,
    from campaign: CampaignID = "to-wallet",
    through provider: ProviderID = "wallet",
    _ purpose: OfferMessage.Purpose = .issue,
    payload: [UInt8]? = nil
  ) -> OfferMessage {
    OfferMessage(
      key: .message(
        tenant: "contract",
        customer: offer.customer,
        cause: .issuance(offer.id),
        campaign: campaign,
        provider: provider,
        purpose: purpose
      ),
      provider: provider,
      customer: offer.customer,
      campaign: campaign,
      variant: purpose == .recall
        ? "recall of \(offer.trigger.id)" : campaign == "to-wallet" ? offer.trigger.id : campaign.rawValue,
      issuedOffer: offer.id,
      replica: "TEN",
      payload: payload ?? Array("{\"of\":\"\(offer.trigger.id)\"}".utf8),
      createdAt: time.now,
      cause: .issuance(offer.id),
      purpose: purpose
    )
  }

  func uses(
    _ limits: [CampaignLimit],
    by campaign: CampaignID = "reward",
    to customer: CustomerID,
    worth faceValue: Money? = nil
  ) -> [LimitUse] {
    limits.compactMap {
      RegisteredLimit($0, of: campaign)
        .use(offer: "ten-off", customer: customer, at: time.now, worth: faceValue)
    }
  }

  /// A plan that is made now: an action of that name issues an offer, and messages about it are committed.
  func plan(
    _ name: String,
    to customer: CustomerID = "ada",
    limits: [CampaignLimit] = [],
    version: Int = 0,
    saying content: String = "",
    redeemable: RedemptionLimit = .once,
    faceValue: Money? = nil,
    reversal: ReversalPolicy = .reopens,
    expiresAt: Date? = nil,
    through providers: [ProviderID] = ["wallet"],
    payload: [UInt8]? = nil
  ) -> JourneyPlan {
    let offer = offer(
      name,
      to: customer,
      redeemable: redeemable,
      faceValue: faceValue,
      reversal: reversal,
      expiresAt: expiresAt,
      providers: providers
    )
    let uses = uses(limits, to: customer, worth: faceValue)
    let issuance = PlanNode(key: offer.id, campaign: "reward", limits: uses, content: .issuance(offer))
    let messages = providers.map { provider in
      let message = message(about: offer, through: provider, payload: payload)
      return PlanNode(key: message.key, parent: 0, campaign: "to-wallet", content: .message(message))
    }
    return plan(name, of: customer, version: version, saying: content, nodes: [issuance] + messages)
  }

  /// A plan of one message more about an issued offer, from a campaign of that name.
  func reminder(
    _ name: String,
    of issued: IssuedOffer,
    limits: [CampaignLimit] = [],
    version: Int = 0
  ) -> JourneyPlan {
    let message = message(about: issued, from: CampaignID(name))
    let uses = uses(limits, to: issued.customer)
    let node = PlanNode(
      key: message.key,
      campaign: message.campaign,
      limits: uses,
      content: .message(message)
    )
    return plan(name, of: issued.customer, version: version, nodes: [node])
  }

  /// A plan that issues an offer and sends nothing about it.
  func silentPlan(_ name: String, to customer: CustomerID = "ada", providers: [ProviderID] = ["wallet"])
    -> JourneyPlan
  {
    let offer = offer(name, to: customer, providers: providers)
    let node = PlanNode(key: offer.id, campaign: "reward", content: .issuance(offer))
    return plan(name, of: customer, nodes: [node])
  }

  /// A plan of those nodes.
  func plan(
    _ trigger: String,
    of customer: CustomerID = "ada",
    version: Int = 0,
    saying content: String = "",
    nodes: [PlanNode]
  ) -> JourneyPlan {
    JourneyPlan(
      tenant: tenant,
      trigger: TriggerRecord(
        id: TriggerID(.action, trigger),
        customer: customer,
        fingerprint: .derive("contract trigger", trigger, customer.rawValue, content)
      ),
      plannedAt: time.now,
      triggerVersion: version,
      nodes: nodes
    )
  }

  /// A redemption so long after now.
  func redemption(
    _ id: String,
    of reference: RedemptionReference,
    after length: Duration = .zero,
    _ euros: Int64? = nil,
    from source: ProviderID = "wallet"
  ) -> ExternalEvent {
    event(id, .redemption(reference, amount: euros.map { .euros($0) }), after: length, from: source)
  }

  func reversal(
    _ id: String,
    of redemption: String,
    only part: ReversedPart? = nil,
    after length: Duration = .zero
  ) -> ExternalEvent {
    event(id, .reversal(of: redemption, part), after: length)
  }

  func notice(
    _ id: String,
    _ kind: OfferNotice.Kind,
    of reference: RedemptionReference,
    after length: Duration = .zero
  ) -> ExternalEvent {
    event(id, .notice(kind, of: reference), after: length)
  }

  func event(
    _ id: String,
    _ content: ExternalEvent.Content,
    after length: Duration = .zero,
    from source: ProviderID = "wallet"
  ) -> ExternalEvent {
    let moment = Date(milliseconds: time.now.milliseconds + length.milliseconds)
    return ExternalEvent(id: ExternalEventID(source: source, id: id), content: content, time: .moment(moment))
  }
}

extension Money {
  static func euros(_ count: Int64) -> Money { Money(minorUnits: count * 100, currency: "EUR") }
}

extension JourneyPlan {
  /// Such as "a-1 (issuance under 1 limit, message)".
  var words: String {
    let steps = nodes.map { node in
      let content =
        switch node.content {
        case .issuance: "issuance"
        case .event(let name): "event \(name)"
        case .message: "message"
        case .withheld: "withheld"
        }
      return node.limits.isEmpty
        ? content : "\(content) under \(node.limits.map(\.limit.description).joined(separator: " and "))"
    }
    return "\(trigger.id.id) for \(trigger.customer) (\(steps.joined(separator: ", ")))"
  }
}

extension CommitAnswer {
  var words: String {
    if case .committed(let answers) = self { readable(answers) } else { "\(self)" }
  }

  /// Whether the plan's first node was written by it.
  var isWritten: Bool {
    guard case .committed(let answers) = self else { return false }
    return switch answers.first {
    case .written, .writtenOver: true
    default: false
    }
  }
}

extension ExternalEvent {
  var words: String {
    switch content {
    case .redemption(let reference, let amount, let details):
      "\(id.id): \(reference) redeemed at \(time)\(amount.map { " for \($0)" } ?? "")"
        + (details?.customer.map { " by \($0)" } ?? "")
    case .reversal(let redemption, let part):
      "\(id.id): \(part.map { "\($0) of " } ?? "")\(redemption) reversed at \(time)"
    case .notice(let kind, let reference): "\(id.id): \(reference) \(kind) at \(time)"
    }
  }
}

/// Does something that many times at once.
func atOnce<Answer: Sendable>(
  _ count: Int,
  _ body: @escaping @Sendable (Int) async throws -> Answer
) async throws -> [Answer] {
  try await withThrowingTaskGroup(of: (Int, Answer).self) { group in
    for number in 0..<count { group.addTask { (number, try await body(number)) } }
    var answers: [(Int, Answer)] = []
    for try await answer in group { answers.append(answer) }
    return answers.sorted { $0.0 < $1.0 }.map(\.1)
  }
}
