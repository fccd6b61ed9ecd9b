import Foundation
import OfferBridgeKit
import OfferBridgeTesting

extension BrokenLedger {
  /// Faults of what events come to: parts, notices and the limit uses that follow them.
  static let folding: [BrokenLedger] = [
    .init("a part is taken for the whole", caughtBy: "reconcile.partsGiveBackOnce") { bent, _ in
      bent.reconcile = { inner, call in
        try await inner.reconcile(
          call.0.map { event in
            guard case .reversal(let redemption, _) = event.content else { return event }
            return event.with(content: .reversal(of: redemption))
          },
          tenant: call.1
        )
      }
    },
    .init("a split is in equal parts", caughtBy: "reconcile.partsGiveBackOnce") { bent, _ in
      keeping(&bent) { details in
        let lines = details.lines.map { RedemptionLine($0.name, weight: 1) }
        return RedemptionDetails(
          customer: details.customer,
          lines: lines,
          transaction: details.transaction
        )
      }
    },
    .init("who redeemed is not kept", caughtBy: "reconcile.anotherCustomerIsReported") { bent, _ in
      keeping(&bent) { RedemptionDetails(customer: nil, lines: $0.lines, transaction: $0.transaction) }
    },
    .init("the transaction is not kept", caughtBy: "reconcile.transactionIsKept") { bent, _ in
      keeping(&bent) { RedemptionDetails(customer: $0.customer, lines: $0.lines) }
    },
    .init("a notice is written down and ends nothing", caughtBy: "reconcile.noticesEndAndReinstate") {
      bent,
      _ in
      bent.record = { inner, call in
        guard let record = try await inner.record(of: call.0, tenant: call.1) else { return nil }
        var issued = record.issuedOffer
        if issued.ended?.kind != .reversed { issued.ended = nil }
        return IssuedOfferRecord(
          issuedOffer: issued,
          limitUses: record.limitUses,
          messages: record.messages,
          events: record.events
        )
      }
    },
    .init("what was ended stays so", caughtBy: "reconcile.noticesEndAndReinstate") { bent, _ in
      bent.reconcile = { inner, call in
        try await inner.reconcile(
          call.0.map { event in
            guard case .notice(.reinstated, let reference) = event.content else { return event }
            return event.with(content: .notice(.revoked, of: reference))
          },
          tenant: call.1
        )
      }
    },
    .init("a reversal gives no limit use back", caughtBy: "reconcile.limitUsesFollowTheFold") { bent, _ in
      bent.commit = { inner, plans in
        try await inner.commit(plans.map { $0.with(nodes: $0.nodes.map(\.reopening)) })
      }
    },
    .init("a repeated reversal gives limit uses back again", caughtBy: "reconcile.limitUsesFollowTheFold") {
      bent,
      _ in
      let repeats = Aside(0)
      bent.reconcile = { inner, call in
        let answers = try await inner.reconcile(call.0, tenant: call.1)
        for (event, answer) in zip(call.0, answers) where answer == .duplicate {
          if case .reversal = event.content { repeats.with { $0 += 1 } }
        }
        return answers
      }
      bent.commit = { inner, plans in
        try await inner.commit(
          plans.map { plan in
            let isFree = repeats.with { repeats in
              defer { repeats = max(0, repeats - 1) }
              return repeats > 0
            }
            return isFree ? plan.with(nodes: plan.nodes.map { $0.with(limits: []) }) : plan
          }
        )
      }
    },
    .init("what is taken again above a limit is not told", caughtBy: "reconcile.limitUsesFollowTheFold") {
      bent,
      _ in
      bent.audit = { inner, tenant in
        var audit = try await inner.audit(tenant: tenant)
        audit.limitsExceeded = 0
        return audit
      }
    },
  ]

  /// Keeps of what few redemptions tell what the body makes of it.
  private static func keeping(
    _ bent: inout BentLedger,
    _ body: @escaping @Sendable (RedemptionDetails) -> RedemptionDetails?
  ) {
    bent.reconcile = { inner, call in
      try await inner.reconcile(
        call.0.map { event in
          guard case .redemption(let reference, let amount, let details?) = event.content else {
            return event
          }
          return event.with(content: .redemption(reference, amount: amount, body(details)))
        },
        tenant: call.1
      )
    }
  }
}

extension PlanNode {
  /// The node, of an offer that reopens when it is reversed.
  fileprivate var reopening: PlanNode {
    guard case .issuance(let offer) = content, offer.reversal == .closes else { return self }
    let other = IssuedOffer(
      id: offer.id,
      offer: offer.offer,
      revision: offer.revision,
      customer: offer.customer,
      campaign: offer.campaign,
      trigger: offer.trigger,
      heard: offer.heard,
      issuedAt: offer.issuedAt,
      expiresAt: offer.expiresAt,
      redeemable: offer.redeemable,
      faceValue: offer.faceValue,
      replicas: offer.replicas,
      redeemed: offer.redeemed
    )
    return PlanNode(
      key: key,
      parent: parent,
      choice: choice,
      campaign: campaign,
      limits: limits,
      content: .issuance(other)
    )
  }
}
