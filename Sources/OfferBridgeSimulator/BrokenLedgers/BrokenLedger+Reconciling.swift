import Foundation
import OfferBridgeKit
import OfferBridgeTesting

extension BrokenLedger {
  static let reconciling: [BrokenLedger] = [
    .init("amounts are not kept", caughtBy: "reconcile.appliesOnce") { bent, _ in
      bent.reconcile = { inner, call in
        try await inner.reconcile(
          call.0.map { event in
            guard case .redemption(let reference, _, _) = event.content else { return event }
            return event.with(content: .redemption(reference, amount: nil))
          },
          tenant: call.1
        )
      }
    },
    .init("a repeat violates a unique key", caughtBy: "reconcile.duplicateIsDuplicate") { bent, _ in
      bent.reconcile = { inner, call in
        let answers = try await inner.reconcile(call.0, tenant: call.1)
        if answers.contains(.duplicate) {
          throw DatabaseError("duplicate key value violates unique constraint")
        }
        return answers
      }
    },
    .init("events are known by their content", caughtBy: "reconcile.sameIdOtherContentConflicts") { bent, _ in
      @Sendable func named(_ event: ExternalEvent) -> ExternalEvent {
        event.with(id: "\(event.id.id) \(event.content) \(event.time)")
      }
      bent.reconcile = { inner, call in try await inner.reconcile(call.0.map(named), tenant: call.1) }
    },
    .init("redemptions are folded when somebody looks", caughtBy: "reconcile.beforeAckStopsRetries") {
      bent,
      _ in
      let waiting = Aside<[ExternalEvent]>([])
      bent.reconcile = { _, call in
        waiting.with { $0 += call.0 }
        return call.0.map { event in
          if case .redemption(.issuedOffer(let id), _, _) = event.content {
            .applied(to: id)
          } else {
            .duplicate
          }
        }
      }
      bent.record = { inner, call in
        let events = waiting.with { waiting in
          let all = waiting; waiting = []; return all
        }
        _ = try await inner.reconcile(events, tenant: call.1)
        return try await inner.record(of: call.0, tenant: call.1)
      }
    },
    .init("what is not known is dropped", caughtBy: "reconcile.unknownIssuanceParksThenFolds") { bent, _ in
      bent.reconcile = { inner, call in
        var answers: [RedemptionMatch] = []
        for event in call.0 {
          if case .redemption(.issuedOffer(let id), _, _) = event.content,
            try await inner.record(of: id, tenant: call.1) == nil
          {
            answers.append(.parked(.unknownOffer))
          } else {
            answers += try await inner.reconcile([event], tenant: call.1)
          }
        }
        return answers
      }
    },
    .init("a reversal without its redemption is dropped", caughtBy: "reconcile.reversalFirst") { bent, _ in
      bent.reconcile = { inner, call in
        var answers: [RedemptionMatch] = []
        for event in call.0 {
          if case .reversal(let id, _) = event.content,
            try await inner.match(of: ExternalEventID(source: event.id.source, id: id), tenant: call.1) == nil
          {
            answers.append(.parked(.reversalBeforeRedemption))
          } else {
            answers += try await inner.reconcile([event], tenant: call.1)
          }
        }
        return answers
      }
    },
    .init("a second reversal is applied", caughtBy: "reconcile.reversalTwiceCountsOnce") { bent, _ in
      bent.reconcile = { inner, call in
        try await inner.reconcile(call.0, tenant: call.1).map { match in
          if case .discrepant([.alreadyReversed], let id) = match { .applied(to: id) } else { match }
        }
      }
    },
    .init("what is over the limit does not count", caughtBy: "reconcile.neverBelowZeroAndAboveFaceIsFlagged")
    {
      bent,
      _ in
      bent.record = { inner, call in
        guard let record = try await inner.record(of: call.0, tenant: call.1) else { return nil }
        var issued = record.issuedOffer
        issued.redeemed.count = min(issued.redeemed.count, issued.redeemable.count)
        return IssuedOfferRecord(
          issuedOffer: issued,
          limitUses: record.limitUses,
          messages: record.messages,
          events: record.events
        )
      }
    },
    .init("each event changes the tally as it arrives", caughtBy: "reconcile.allPermutationsAgree") {
      bent,
      _ in
      // What it said first, it says for ever; the tally is a sum of what was applied.
      let said = Aside<[ExternalEventID: RedemptionMatch]>([:])
      let counts = Aside<[DerivedKey: Int]>([:])
      bent.reconcile = { inner, call in
        let answers = try await inner.reconcile(call.0, tenant: call.1)
        for (event, answer) in zip(call.0, answers) where answer != .duplicate && answer != .conflict {
          said.with { $0[event.id] = answer }
          guard let id = answer.issuedOffer else { continue }
          let change = if case .reversal = event.content { -1 } else { 1 }
          counts.with { $0[id, default: 0] += change }
        }
        return answers
      }
      bent.record = { inner, call in
        guard let record = try await inner.record(of: call.0, tenant: call.1) else { return nil }
        var issued = record.issuedOffer
        issued.redeemed.count = counts.with { $0[call.0, default: 0] }
        return IssuedOfferRecord(
          issuedOffer: issued,
          limitUses: record.limitUses,
          messages: record.messages,
          events: record.events
        )
      }
      bent.match = { inner, call in said.with { $0[call.0] } }
    },
    .init("nothing is given back", caughtBy: "reconcile.afterCloseIsReported") { bent, _ in
      bent.close = { inner, call in
        let closing = OfferClosing(
          call.0.issuedOffer,
          as: call.0.kind,
          reason: call.0.reason,
          limitUses: .kept,
          recalls: call.0.recalls
        )
        return try await inner.close(closing, tenant: call.1)
      }
    },
  ]
}
