import Foundation
import OfferBridgeKit
import OfferBridgeTesting

// Ledgers that merge, forget or list ends with one fault each.
extension SimulationMutant {
  static let people = contracted + peopleAndEnds

  /// Those that no contract has.
  static let peopleAndEnds = merging + ends

  /// Those that the contract has to catch, but for those that no run comes to.
  private static let contracted = BrokenLedger.ofPeople.filter { !unseen.contains($0.description) }
    .map { SimulationMutant($0.description, SimulatedSystem($0.ledger, isCalledInTurn: false)) }

  private static let unseen: Set = [
    // A run has one tenant, its ledger is never opened again, and its trail is read once all is over.
    "who is merged is so for every tenant",
    "merges are known in memory only",
    "entries keep whom they are about",
    // It knows one report by its name.
    "the survivor is another customer at the till",
    // In no run is somebody merged or forgotten while a worker holds a message of theirs.
    "two are merged while both are held",
    "who is busy is so until the last lease ends",
    // In no run is somebody forgotten between the sweep that lists an offer of theirs and what it decides.
    "the end of whom it forgot is told",
  ]

  private static let merging = [
    bent("what a merge brought of reports is not told") { bent in
      bent.merge = { inner, call in
        let answer = try await inner.merge(call.0, into: call.1, tenant: call.2)
        guard case .merged(let what) = answer else { return answer }
        return .merged(
          MergedCustomer(
            survivor: what.survivor,
            issuedOffers: what.issuedOffers,
            messages: what.messages,
            events: 0,
            exceeded: what.exceeded
          )
        )
      }
    },
    bent("of the ids that were merged a snapshot tells the last alone") { bent in
      bent.snapshot = { inner, query in
        let snapshot = try await inner.snapshot(query)
        return LedgerSnapshot(
          now: snapshot.now,
          issuedOffers: snapshot.issuedOffers,
          trigger: snapshot.trigger,
          triggerVersion: snapshot.triggerVersion,
          decided: snapshot.decided,
          identity: snapshot.identity.map {
            CustomerIdentity(survivor: $0.survivor, formerIDs: $0.formerIDs.suffix(1))
          }
        )
      }
    },
    bent("what was redeemed of the first one's is lost") { bent in
      let merged = Aside<Set<CustomerID>>([])
      bent.noteMerges(in: merged)
      bent.tell { record in
        merged.with { $0.contains(record.issuedOffer.customer) } ? record.with(events: []) : record
      }
    },
    bent("a report by the old id waits for ever") { bent in
      let merged = Aside<Set<CustomerID>>([])
      bent.noteMerges(in: merged)
      bent.reconcile = { inner, call in
        var answers: [RedemptionMatch] = []
        for event in call.0 {
          if case .redemption(.customer(let id, _), _, _) = event.content, merged.with({ $0.contains(id) }) {
            answers.append(.parked(.unknownOffer))
          } else {
            answers += try await inner.reconcile([event], tenant: call.1)
          }
        }
        return answers
      }
    },
    bent("with a customer what they redeemed is forgotten") { bent in
      bent.tell { record in
        guard record.issuedOffer.customer.rawValue.hasPrefix("forgotten ") else { return record }
        var issued = record.issuedOffer
        issued.redeemed = .none
        return record.with(issuedOffer: issued)
      }
    },
    bent("what was to somebody who is forgotten is tried again") { bent in
      bent.redrive = { inner, call in
        switch try await inner.redrive(call.0, tenant: call.1) {
        case .refused(.rejected), .refused(.buried): .redriven(call.0.message)
        case let answer: answer
        }
      }
    },
  ]

  private static let ends = [
    bent("an end is told at each sweep") { bent in
      let count = Aside(0)
      bent.commit = { inner, plans in
        try await inner.commit(
          plans.map { plan in
            plan.trigger.id.kind == .expiry
              ? plan.anew(
                count.with {
                  $0 += 1; return $0
                }
              ) : plan
          }
        )
      }
    },
    bent("what is over is listed as expiring for a minute") { bent in
      bent.page = { inner, query in
        guard case .expiring(let moment) = query.listing else { return try await inner.page(query) }
        return try await inner.page(
          PageQuery(
            tenant: query.tenant,
            listing: .expiring(at: moment - 60),
            after: query.after,
            limit: query.limit
          )
        )
      }
    },
  ]

  private static func bent(
    _ fault: String,
    _ bend: @escaping @Sendable (inout BentLedger) -> Void
  ) -> SimulationMutant {
    let ledger = LedgerUnderTest { now in
      var bent = BentLedger(InMemoryOfferLedger(now: now))
      bend(&bent)
      return bent
    }
    return SimulationMutant(fault, SimulatedSystem(ledger, isCalledInTurn: false))
  }
}

extension JourneyPlan {
  /// The same plan as if nothing of it had been decided before.
  fileprivate func anew(_ number: Int) -> JourneyPlan {
    JourneyPlan(
      tenant: tenant,
      trigger: TriggerRecord(
        id: TriggerID(.expiry, "\(trigger.id.id) \(number)"),
        customer: trigger.customer,
        fingerprint: trigger.fingerprint
      ),
      plannedAt: plannedAt,
      triggerVersion: 0,
      survivor: survivor,
      nodes: nodes.map { node in
        guard case .message(let message) = node.content else { return node }
        let key = DerivedKey.derive("anew", message.key.description, "\(number)")
        return PlanNode(
          key: key,
          parent: node.parent,
          campaign: node.campaign,
          rule: node.rule,
          limits: node.limits,
          content: .message(message.under(key))
        )
      }
    )
  }
}
