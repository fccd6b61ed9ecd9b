import Foundation
import OfferBridgeKit
import OfferBridgeTesting

extension BrokenLedger {
  static let whole: [BrokenLedger] = [
    .init("repeats are not counted", caughtBy: "audit.sumsMatchAfterRandomOps") { bent, _ in
      bent.audit = { inner, tenant in
        var audit = try await inner.audit(tenant: tenant)
        audit.received -= audit.duplicates
        audit.duplicates = 0
        return audit
      }
    },
    .init(
      "events are known in memory only",
      caughtBy: "durability.reopenSeesEverything",
      ledger: LedgerUnderTest(
        reopen: { ledger, now in
          guard let bent = ledger as? BentLedger, let inner = bent.inner as? InMemoryOfferLedger else {
            throw DatabaseError("another ledger")
          }
          return knowingEventsInMemory(try InMemoryOfferLedger(restoring: inner.saved(), now: now), life: "2")
        },
        make: { now in knowingEventsInMemory(InMemoryOfferLedger(now: now), life: "1") }
      )
    ),
    .init("a repeated event is taken in again", caughtBy: "crash.beforeAndAfterEveryCall") { bent, _ in
      bent.reconcile = { inner, call in
        var answers: [RedemptionMatch] = []
        for event in call.0 {
          var answer = try await inner.reconcile([event], tenant: call.1)
          if answer == [.duplicate] {
            answer = try await inner.reconcile([event.with(id: event.id.id + " again")], tenant: call.1)
          }
          answers += answer
        }
        return answers
      }
    },
    .init(
      "the worker's now decides what is due",
      caughtBy: "clock.onlyLedgerClockMatters",
      ledger: LedgerUnderTest { now in
        let theirs = Aside<Date?>(nil)
        var bent = BentLedger(InMemoryOfferLedger(now: { theirs.with { $0 } ?? now() }))
        bent.claim = { inner, query in
          theirs.with { $0 = query.dueBy }
          defer { theirs.with { $0 = nil } }
          return try await inner.claim(query)
        }
        return bent
      }
    ),
    .init("a cancelled commit stops where it is", caughtBy: "cancel.midCallLeavesNoPartialState") { bent, _ in
      bent.commit = { inner, plans in
        var answers: [CommitAnswer] = []
        for plan in plans {
          let first = try await inner.commit(plan.with(nodes: Array(plan.nodes.prefix(1))))
          await Task.yield()
          try Task.checkCancellation()
          let all = try await inner.commit(plan.with(version: plan.triggerVersion + 1))
          if case .committed = first { answers.append(all) } else { answers.append(first) }
        }
        return answers
      }
    },
  ]

  private static func knowingEventsInMemory(_ ledger: InMemoryOfferLedger, life: String) -> BentLedger {
    var bent = BentLedger(ledger)
    bent.reconcile = { inner, call in
      try await inner.reconcile(call.0.map { $0.with(id: "\($0.id.id) in life \(life)") }, tenant: call.1)
    }
    return bent
  }
}
