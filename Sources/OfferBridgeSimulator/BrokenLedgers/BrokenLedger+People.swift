import Foundation
import OfferBridgeKit
import OfferBridgeTesting

// Ledgers that forget and merge with one fault each.
extension BrokenLedger {
  static let ofPeople: [BrokenLedger] = forgetting + merging

  private static let forgetting: [BrokenLedger] = [
    .init("whom it forgot is listed on", caughtBy: "forget.personalGoesCountedStays") { bent, _ in
      let offers = Aside<[LedgerPage.Entry]>([])
      bent.forget = { inner, call in
        let query = PageQuery(tenant: call.1, listing: .issuedOffers(of: call.0))
        let page = try await inner.page(query)
        offers.with { $0 = page.entries }
        return try await inner.forget(call.0, tenant: call.1)
      }
      bent.page = { inner, query in
        guard case .issuedOffers = query.listing else { return try await inner.page(query) }
        let page = try await inner.page(query)
        let kept = offers.with { $0 }
        return page.entries.isEmpty && !kept.isEmpty ? LedgerPage(entries: kept, next: nil) : page
      }
    },
    .init("open messages are told to be sent on", caughtBy: "forget.openIsWithdrawn") { bent, _ in
      bent.forget = { inner, call in
        guard case .forgotten(let what) = try await inner.forget(call.0, tenant: call.1) else {
          return try await inner.forget(call.0, tenant: call.1)
        }
        return .forgotten(
          ForgottenCustomer(
            issuedOffers: what.issuedOffers,
            messages: what.messages,
            withdrawn: 0,
            events: what.events,
            replicas: what.replicas
          )
        )
      }
    },
    .init("whose message is held is forgotten", caughtBy: "forget.busyWhileHeld") { bent, _ in
      bent.forget = { inner, call in
        let answer = try await inner.forget(call.0, tenant: call.1)
        guard case .busy = answer else { return answer }
        return .forgotten(
          ForgottenCustomer(issuedOffers: 1, messages: 1, withdrawn: 1, events: 0, replicas: [])
        )
      }
    },
    .init("events of whom it forgot are taken in again", caughtBy: "forget.repeatsStayKnown") { bent, _ in
      let isForgotten = Aside(false)
      bent.forget = { inner, call in
        isForgotten.with { $0 = true }
        return try await inner.forget(call.0, tenant: call.1)
      }
      bent.reconcile = { inner, call in
        let answers = try await inner.reconcile(call.0, tenant: call.1)
        return isForgotten.with { $0 } ? answers.map { $0 == .duplicate ? .conflict : $0 } : answers
      }
    },
    .init("a late closing asks whom it forgot for the card", caughtBy: "forget.lateClosingRecallsNothing") {
      bent,
      _ in
      let isForgotten = Aside(false)
      let recalls = Aside<[OfferMessage]>([])
      bent.forget = { inner, call in
        isForgotten.with { $0 = true }
        return try await inner.forget(call.0, tenant: call.1)
      }
      bent.close = { inner, call in
        if isForgotten.with({ $0 }) { recalls.with { $0 = call.0.recalls } }
        return try await inner.close(call.0, tenant: call.1)
      }
      bent.claim = { inner, query in
        let answer = try await inner.claim(query)
        let late = recalls.with { $0 }.map { recall in
          Claim(
            message: recall,
            lease: Lease(message: recall.key, fence: 1, until: answer.now + 60),
            attempt: 1,
            firstAttemptedAt: answer.now,
            openSince: answer.now
          )
        }
        return ClaimAnswer(now: answer.now, claims: answer.claims + late, nextDue: answer.nextDue)
      }
    },
    .init("the end of whom it forgot is told", caughtBy: "forget.latePlansAreConflicts") { bent, _ in
      bent.commit = { inner, plans in
        zip(plans, try await inner.commit(plans)).map { plan, answer in
          plan.trigger.id.kind == .expiry && answer == .conflict
            ? .committed(plan.nodes.map { _ in .written }) : answer
        }
      }
    },
    .init("entries keep whom they are about", caughtBy: "forget.trailStaysWhole") { bent, _ in
      let told = Aside<[Int: TrailEntry]>([:])
      bent.trail = { inner, query in
        let page = try await inner.trail(query)
        let entries = told.with { told in
          page.entries.map { entry in
            if told[entry.sequence] == nil { told[entry.sequence] = entry }
            return told[entry.sequence] ?? entry
          }
        }
        return TrailPage(entries: entries, next: page.next)
      }
    },
    .init("whom it forgot is forgotten again", caughtBy: "forget.repeatIsUnknown") { bent, _ in
      let answers = Aside<[CustomerID: ForgetAnswer]>([:])
      bent.forget = { inner, call in
        if let before = answers.with({ $0[call.0] }) { return before }
        let answer = try await inner.forget(call.0, tenant: call.1)
        if case .forgotten = answer { answers.with { $0[call.0] = answer } }
        return answer
      }
    },
  ]

  private static let merging: [BrokenLedger] = [
    .init("the old id is asked for in vain", caughtBy: "merge.makesOneOfTwo") { bent, _ in
      let merged = Aside<Set<CustomerID>>([])
      bent.noteMerges(in: merged)
      bent.page = { inner, query in
        guard case .messages(let customer) = query.listing, merged.with({ $0.contains(customer) }) else {
          return try await inner.page(query)
        }
        return LedgerPage(entries: [], next: nil)
      }
    },
    .init("each id keeps its own limit", caughtBy: "merge.limitsAreAdded") { bent, _ in
      let merged = Aside<Set<CustomerID>>([])
      bent.noteMerges(in: merged)
      bent.commit = { inner, plans in
        try await inner.commit(
          plans.map { plan in
            guard merged.with({ $0.contains(plan.trigger.customer) }) else { return plan }
            return plan.with(nodes: plan.nodes.map { $0.with(limits: []) })
          }
        )
      }
    },
    .init("what exceeds a limit is not told", caughtBy: "merge.limitsAreAdded") { bent, _ in
      bent.merge = { inner, call in
        guard case .merged(let what) = try await inner.merge(call.0, into: call.1, tenant: call.2) else {
          return try await inner.merge(call.0, into: call.1, tenant: call.2)
        }
        return .merged(
          MergedCustomer(
            survivor: what.survivor,
            issuedOffers: what.issuedOffers,
            messages: what.messages,
            events: what.events,
            exceeded: []
          )
        )
      }
    },
    .init("the survivor is another customer at the till", caughtBy: "merge.eventsOfEitherFold") { bent, _ in
      bent.match = { inner, call in
        let match = try await inner.match(of: call.0, tenant: call.1)
        guard case .applied(let id)? = match, call.0.id == "r-1" else { return match }
        return .discrepant([.otherCustomer], on: id)
      }
    },
    .init("a merge in a circle is made", caughtBy: "merge.refusalsChangeNothing") { bent, _ in
      bent.merge = { inner, call in
        let answer = try await inner.merge(call.0, into: call.1, tenant: call.2)
        guard case .circle(let survivor) = answer else { return answer }
        return .alreadyMerged(into: survivor)
      }
    },
    .init("a plan from before the merge is written", caughtBy: "merge.snapshotTellsTheIdentity") { bent, _ in
      bent.commit = { inner, plans in
        var answers: [CommitAnswer] = []
        for plan in plans {
          let query = SnapshotQuery(
            tenant: plan.tenant,
            customer: plan.trigger.customer,
            trigger: plan.trigger.id,
            offers: []
          )
          let snapshot = try await inner.snapshot(query)
          let survivor = snapshot.identity.flatMap {
            $0.survivor == plan.trigger.customer ? nil : $0.survivor
          }
          answers += try await inner.commit([snapshot.trigger == nil ? plan.decided(for: survivor) : plan])
        }
        return answers
      }
    },
    .init("a merge is not told", caughtBy: "merge.trailTellsIt") { bent, _ in
      bent.trail = { inner, query in
        let page = try await inner.trail(query)
        return TrailPage(entries: page.entries.filter { $0.fact.to != .merged }, next: page.next)
      }
    },
    .init("who is merged is so for every tenant", caughtBy: "merge.keepsTenantsApart") { bent, _ in
      bent.merge = { inner, call in
        for tenant: TenantID in ["main", "other"] where tenant != call.2 {
          _ = try await inner.merge(call.0, into: call.1, tenant: tenant)
        }
        return try await inner.merge(call.0, into: call.1, tenant: call.2)
      }
    },
    .init("two lanes stay two", caughtBy: "merge.lanesAreOne") { bent, _ in
      let merged = Aside<Set<CustomerID>>([])
      bent.noteMerges(in: merged)
      bent.claim = { inner, query in
        let answer = try await inner.claim(query)
        guard !merged.with({ $0.isEmpty }), let claim = answer.claims.first else { return answer }
        // The second of the lane, too.
        _ = try await inner.settle(
          [Settlement(lease: claim.lease, outcome: .accepted(nil))],
          tenant: query.tenant
        )
        let more = try await inner.claim(query)
        return ClaimAnswer(now: answer.now, claims: answer.claims + more.claims, nextDue: more.nextDue)
      }
    },
    .init("two are merged while both are held", caughtBy: "merge.busyWhileBothAreHeld") { bent, _ in
      bent.merge = { inner, call in
        let answer = try await inner.merge(call.0, into: call.1, tenant: call.2)
        guard case .busy = answer else { return answer }
        return .merged(
          MergedCustomer(survivor: call.1, issuedOffers: 1, messages: 1, events: 0, exceeded: [])
        )
      }
    },
    .init("who is busy is so until the last lease ends", caughtBy: "merge.busyWhileBothAreHeld") { bent, _ in
      let latest = Aside(Date.distantPast)
      bent.extend = { inner, call in
        let answers = try await inner.extend(call.0, by: call.1, tenant: call.2)
        for case .extended(let lease) in answers { latest.with { $0 = max($0, lease.until) } }
        return answers
      }
      bent.merge = { inner, call in
        let answer = try await inner.merge(call.0, into: call.1, tenant: call.2)
        guard case .busy(let until) = answer else { return answer }
        return .busy(until: latest.with { max($0, until) })
      }
    },
    .init("a merge in the midst of a commit lets one more through", caughtBy: "merge.limitHoldsUnderRacers") {
      bent,
      _ in
      let merged = Aside<Set<CustomerID>>([])
      bent.noteMerges(in: merged)
      bent.commit = { inner, plans in
        let isLate = merged.with { $0.count == 3 }
        return try await inner.commit(
          plans.map { isLate ? $0.with(nodes: $0.nodes.map { $0.with(limits: []) }) : $0 }
        )
      }
    },
    .init("the old id outlives whom it was of", caughtBy: "merge.bothAreForgotten") { bent, _ in
      let merged = Aside<Set<CustomerID>>([])
      bent.noteMerges(in: merged)
      bent.snapshot = { inner, query in
        let snapshot = try await inner.snapshot(query)
        guard snapshot.identity == nil, merged.with({ $0.contains(query.customer) }) else { return snapshot }
        return LedgerSnapshot(
          now: snapshot.now,
          issuedOffers: snapshot.issuedOffers,
          trigger: snapshot.trigger,
          triggerVersion: snapshot.triggerVersion,
          decided: snapshot.decided,
          identity: CustomerIdentity(survivor: "ada:1", formerIDs: [query.customer])
        )
      }
    },
    .init(
      "merges are known in memory only",
      caughtBy: "people.reopenSeesThem",
      ledger: LedgerUnderTest(
        reopen: { ledger, now in
          guard let bent = ledger as? BentLedger, let inner = bent.inner as? InMemoryOfferLedger else {
            throw DatabaseError("another ledger")
          }
          var restored = BentLedger(try InMemoryOfferLedger(restoring: inner.saved(), now: now))
          restored.merge = { _, call in
            .merged(MergedCustomer(survivor: call.1, issuedOffers: 0, messages: 0, events: 0, exceeded: []))
          }
          return restored
        },
        make: { now in BentLedger(InMemoryOfferLedger(now: now)) }
      )
    ),
  ]
}

extension BentLedger {
  /// Remembers beside the ledger whose ids were merged.
  mutating func noteMerges(in merged: Aside<Set<CustomerID>>) {
    merge = { inner, call in
      let answer = try await inner.merge(call.0, into: call.1, tenant: call.2)
      if case .merged = answer { merged.with { _ = $0.insert(call.0) } }
      return answer
    }
  }
}
