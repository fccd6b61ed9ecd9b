import Foundation
import OfferBridgeKit

/// One line of a ledger's file: a call that may write, and the ledger's time of it.
struct JournalEntry: Codable {
  let moment: Date
  let step: JournalStep
}

/// A call that may write, in a form that can be written down.
enum JournalStep: Codable, Sendable {
  case commit([JournalPlan])
  case claim(JournalClaim)
  case extend([Lease], Duration, TenantID)
  case settle([JournalSettlement], TenantID)
  case redrive(DerivedKey, MessageRedrive.Mode, reason: String, TenantID)
  case reconcile([ExternalEvent], TenantID)
  case close(JournalClosing, TenantID)

  /// Does it again.
  func take(on ledger: InMemoryOfferLedger) async throws {
    switch self {
    case .commit(let plans): _ = try await ledger.commit(plans.map(\.plan))
    case .claim(let claim): _ = try await ledger.claim(claim.query)
    case .extend(let leases, let length, let tenant):
      _ = try await ledger.extend(leases, by: length, tenant: tenant)
    case .settle(let settlements, let tenant):
      _ = try await ledger.settle(settlements.map(\.settlement), tenant: tenant)
    case .redrive(let message, let mode, let reason, let tenant):
      _ = try await ledger.redrive(MessageRedrive(message, mode: mode, reason: reason), tenant: tenant)
    case .reconcile(let events, let tenant): _ = try await ledger.reconcile(events, tenant: tenant)
    case .close(let closing, let tenant): _ = try await ledger.close(closing.closing, tenant: tenant)
    }
  }
}

struct JournalPlan: Codable, Sendable {
  let tenant: TenantID
  let trigger: TriggerRecord
  let plannedAt: Date
  let version: Int
  let nodes: [Node]

  struct Node: Codable, Sendable {
    enum Content: Codable, Sendable {
      case issuance(IssuedOffer)
      case event(String)
      case message(OfferMessage)
      case withheld(DerivedKey, ProviderID, WithheldReason)
    }

    let key: DerivedKey
    let parent: Int?
    let choice: Int?
    let campaign: CampaignID?
    let limits: [LimitUse]
    let content: Content

    init(_ node: PlanNode) {
      key = node.key
      parent = node.parent
      choice = node.choice
      campaign = node.campaign
      limits = node.limits
      content =
        switch node.content {
        case .issuance(let offer): .issuance(offer)
        case .event(let name): .event(name)
        case .message(let message): .message(message)
        case .withheld(let issued, let provider, let reason): .withheld(issued, provider, reason)
        }
    }

    var node: PlanNode {
      let content: PlanNode.Content =
        switch content {
        case .issuance(let offer): .issuance(offer)
        case .event(let name): .event(name: name)
        case .message(let message): .message(message)
        case .withheld(let issued, let provider, let reason): .withheld(issued, provider, reason)
        }
      return PlanNode(
        key: key,
        parent: parent,
        choice: choice,
        campaign: campaign,
        limits: limits,
        content: content
      )
    }
  }

  init(_ plan: JourneyPlan) {
    tenant = plan.tenant
    trigger = plan.trigger
    plannedAt = plan.plannedAt
    version = plan.triggerVersion
    nodes = plan.nodes.map { Node($0) }
  }

  var plan: JourneyPlan {
    JourneyPlan(
      tenant: tenant,
      trigger: trigger,
      plannedAt: plannedAt,
      triggerVersion: version,
      nodes: nodes.map(\.node)
    )
  }
}

struct JournalClaim: Codable, Sendable {
  let tenant: TenantID
  let provider: ProviderID
  let limit: Int
  let lease: Duration
  let dueBy: Date?

  init(_ query: ClaimQuery) {
    (tenant, provider, limit) = (query.tenant, query.provider, query.limit)
    (lease, dueBy) = (query.lease, query.dueBy)
  }

  var query: ClaimQuery {
    ClaimQuery(tenant: tenant, provider: provider, limit: limit, lease: lease, dueBy: dueBy)
  }
}

struct JournalSettlement: Codable, Sendable {
  enum Outcome: Codable, Sendable {
    case accepted(ReplicaReference?)
    case rejected(String)
    case retry(after: Duration, failure: String, isUnknown: Bool)
    case buried(reason: String, isUnknown: Bool)
    case released
  }

  let lease: Lease
  let outcome: Outcome

  init(_ settlement: Settlement) {
    lease = settlement.lease
    outcome =
      switch settlement.outcome {
      case .accepted(let reference): .accepted(reference)
      case .rejected(let reason): .rejected(reason)
      case .retry(let after, let failure, let isUnknown):
        .retry(after: after, failure: failure, isUnknown: isUnknown)
      case .buried(let reason, let isUnknown): .buried(reason: reason, isUnknown: isUnknown)
      case .released: .released
      }
  }

  var settlement: Settlement {
    let outcome: Settlement.Outcome =
      switch outcome {
      case .accepted(let reference): .accepted(reference)
      case .rejected(let reason): .rejected(reason: reason)
      case .retry(let after, let failure, let isUnknown):
        .retry(after: after, failure: failure, isUnknown: isUnknown)
      case .buried(let reason, let isUnknown): .buried(reason: reason, isUnknown: isUnknown)
      case .released: .released
      }
    return Settlement(lease: lease, outcome: outcome)
  }
}

struct JournalClosing: Codable, Sendable {
  let issuedOffer: IssuedOffer.ID
  let kind: OfferClosure.Kind
  let reason: String
  let limitUses: OfferClosure.LimitUses
  let recalls: [OfferMessage]

  init(_ closing: OfferClosing) {
    (issuedOffer, kind, reason) = (closing.issuedOffer, closing.kind, closing.reason)
    (limitUses, recalls) = (closing.limitUses, closing.recalls)
  }

  var closing: OfferClosing {
    OfferClosing(issuedOffer, as: kind, reason: reason, limitUses: limitUses, recalls: recalls)
  }
}
