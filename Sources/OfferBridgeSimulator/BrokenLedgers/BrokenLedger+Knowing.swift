import Foundation
import OfferBridgeKit
import OfferBridgeTesting

// Whose an event is, and in which order events are told.
extension BrokenLedger {
  static let knowing: [BrokenLedger] = [
    .init(
      "of a call's customers those who look the same are one",
      caughtBy: "batch.namesThatLookTheSameAreTwo"
    ) { bent, _ in
      bent.commit = { inner, plans in
        var first: [String: CustomerID] = [:]
        return try await inner.commit(
          plans.map { plan in
            let name = plan.trigger.customer.rawValue
            let customer = first[name, default: plan.trigger.customer]
            first[name] = customer
            // By the limits of the other one.
            guard customer != plan.trigger.customer else { return plan }
            let limits = plans[0].nodes.map(\.limits)
            return plan.with(nodes: zip(plan.nodes, limits).map { $0.with(limits: $1) })
          }
        )
      }
    },
    .init("of a call's events the last is taken in first", caughtBy: "batch.equalsItsParts") { bent, _ in
      bent.reconcile = { inner, call in
        try await inner.reconcile(call.0.reversed(), tenant: call.1).reversed()
      }
    },
    .init("a record has its events in the order of their receipt", caughtBy: "reconcile.appliesOnce") {
      bent,
      _ in
      let received = receipts(&bent)
      bent.tell { record in
        let order = received.with { $0 }
        return record.with(
          events: record.events.sorted { order[$0.event.id, default: 0] < order[$1.event.id, default: 0] }
        )
      }
    },
    .init("the last to learn a reference has it", caughtBy: "reconcile.appliesOnce") { bent, _ in
      let learnt = references(&bent)
      bent.reconcile = { inner, call in
        let answers = try await inner.reconcile(call.0, tenant: call.1)
        return zip(call.0, answers).map { event, answer in
          guard case .applied = answer, case .redemption(.replica(let reference), _, _) = event.content else {
            return answer
          }
          return learnt.with { $0[reference] }.map { .applied(to: $0) } ?? answer
        }
      }
    },
    .init(
      "events are listed in the order of their receipt",
      caughtBy: "reconcile.unknownIssuanceParksThenFolds"
    ) {
      bent,
      _ in
      listByReceipt(&bent)
    },
    .init("a reversal is listed before what it reverses", caughtBy: "reconcile.reversalFirst") { bent, _ in
      listByReceipt(&bent)
    },
    .init("a reversal of a reversal is nobody's", caughtBy: "reconcile.reversalTwiceCountsOnce") { bent, _ in
      bent.tellEvents { entries in
        entries.filter { entry in
          if case .event(let record) = entry, case .parked = record.match { false } else { true }
        }
      }
    },
    .init("names that look alike are one", caughtBy: "reconcile.sameIdOtherContentConflicts") { bent, _ in
      bent.reconcile = { inner, call in
        try await inner.reconcile(
          call.0.map { event in
            guard case .reversal(let name, _) = event.content else { return event }
            return event.with(content: .reversal(of: name.precomposedStringWithCanonicalMapping))
          },
          tenant: call.1
        )
      }
    },
    .init("what waits is not listed as reported", caughtBy: "reconcile.whatASourceReportedIsListed") {
      bent,
      _ in
      bent.tellReported { $0.filter { if case .parked = $0.match { false } else { true } } }
    },
    .init("what was reported is listed by its own time", caughtBy: "reconcile.whatASourceReportedIsListed") {
      bent,
      _ in
      bent.tellReported { $0.sorted { $0.event.time.description < $1.event.time.description } }
    },
    .init("it was received when it happened", caughtBy: "reconcile.tellsSinceWhen") { bent, _ in
      bent.tellListed { record in
        guard case .moment(let moment) = record.event.time else { return record }
        return RedemptionRecord(event: record.event, match: record.match, receivedAt: moment)
      }
    },
    .init("what is odd is not listed", caughtBy: "reconcile.tellsSinceWhen") { bent, _ in
      bent.page = { inner, query in
        let page = try await inner.page(query)
        guard case .discrepantEvents = query.listing else { return page }
        return LedgerPage(entries: [], next: page.next)
      }
    },
    .init("a recalled replica counts as accepted", caughtBy: "audit.replicasAddUp") { bent, _ in
      bent.audit = { inner, tenant in
        var audit = try await inner.audit(tenant: tenant)
        (audit.replicasAccepted, audit.replicasRecalled) = (
          audit.replicasAccepted + audit.replicasRecalled, 0
        )
        return audit
      }
    },
    .init("a closing goes before a proof", caughtBy: "reconcile.beforeAckStopsRetries") { bent, _ in
      bent.tellMessages { message, record in
        message.state == .accepted(nil) && record.issuedOffer.closure != nil
          ? message.with(state: .withdrawn) : message
      }
    },
    .init("what is leased is accepted as soon as it is proven", caughtBy: "reconcile.beforeAckStopsRetries") {
      bent,
      _ in
      bent.tellMessages { message, record in
        message.state.name == .leased && record.issuedOffer.replicas[0].state == .accepted(nil)
          ? message.with(state: .accepted(nil)) : message
      }
    },
    .init("what is proven is redriven", caughtBy: "reconcile.beforeAckStopsRetries") { bent, _ in
      bent.redrive = { inner, call in
        let answer = try await inner.redrive(call.0, tenant: call.1)
        if case .refused(.accepted) = answer { return .redriven(call.0.message) }
        return answer
      }
    },
  ]

  /// Keeps the order in which events are received.
  private static func receipts(_ bent: inout BentLedger) -> Aside<[ExternalEventID: Int]> {
    let received = Aside<[ExternalEventID: Int]>([:])
    bent.reconcile = { inner, call in
      received.with { received in
        for event in call.0 where received[event.id] == nil { received[event.id] = received.count }
      }
      return try await inner.reconcile(call.0, tenant: call.1)
    }
    return received
  }

  private static func listByReceipt(_ bent: inout BentLedger) {
    let received = receipts(&bent)
    bent.tellEvents { entries in
      let order = received.with { $0 }
      func place(_ entry: LedgerPage.Entry) -> Int {
        if case .event(let record) = entry { order[record.event.id, default: 0] } else { 0 }
      }
      return entries.sorted { place($0) < place($1) }
    }
  }

  /// Keeps which issued offer each reference was last learnt for, recalls' included.
  static func references(_ bent: inout BentLedger) -> Aside<[ReplicaReference: IssuedOffer.ID]> {
    let learnt = Aside<[ReplicaReference: IssuedOffer.ID]>([:])
    let offers = Aside<[DerivedKey: IssuedOffer.ID]>([:])
    bent.claim = { inner, query in
      let answer = try await inner.claim(query)
      offers.with { offers in
        for claim in answer.claims { offers[claim.message.key] = claim.message.issuedOffer }
      }
      return answer
    }
    bent.settle = { inner, call in
      for settlement in call.0 {
        guard case .accepted(let reference?) = settlement.outcome else { continue }
        let offer = offers.with { $0[settlement.lease.message] }
        learnt.with { $0[reference] = offer }
      }
      return try await inner.settle(call.0, tenant: call.1)
    }
    return learnt
  }
}
