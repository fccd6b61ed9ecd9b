import Foundation
import OfferBridgeKit
import OfferBridgeTesting

extension BrokenLedger {
  static let claiming: [BrokenLedger] = [
    .init("what is to wait is due at once", caughtBy: "claim.onlyDue") { bent, _ in
      bent.settle = { inner, call in
        try await inner.settle(
          call.0.map { settlement in
            guard case .retry(_, let failure, let isUnknown) = settlement.outcome else { return settlement }
            let outcome = Settlement.Outcome.retry(after: .zero, failure: failure, isUnknown: isUnknown)
            return Settlement(lease: settlement.lease, outcome: outcome)
          },
          tenant: call.1
        )
      }
    },
    .init("the newest are handed out first", caughtBy: "claim.oldestFirst") { bent, _ in
      bent.claim = { inner, query in
        let answer = try await inner.claim(query)
        return answer.with(claims: answer.claims.reversed())
      }
    },
    .init("one more than the limit is handed out", caughtBy: "claim.respectsLimitUnderRace") { bent, _ in
      bent.claim = { inner, query in
        try await inner.claim(
          ClaimQuery(
            tenant: query.tenant,
            provider: query.provider,
            limit: query.limit == 0 ? 0 : query.limit + 1,
            lease: query.lease
          )
        )
      }
    },
    .init("two workers select the same rows", caughtBy: "claim.noDoubleClaimWith16Workers") { bent, _ in
      let last = Aside<ClaimAnswer?>(nil)
      bent.claim = { inner, query in
        if let before = last.with({ last in
          let before = last; last = nil; return before
        }) {
          return before
        }
        let answer = try await inner.claim(query)
        last.with { $0 = answer.claims.isEmpty ? nil : answer }
        return answer
      }
    },
    .init("a lease never runs out", caughtBy: "claim.expiredLeaseIsReclaimed") { bent, now in
      let told = Aside<Date?>(nil)
      bent.claim = { inner, query in
        let answer = try await inner.claim(
          ClaimQuery(tenant: query.tenant, provider: query.provider, limit: query.limit, lease: .days(36_500))
        )
        let until = now() + query.lease / .seconds(1)
        let claims = answer.claims.map { claim in
          claim.with(lease: Lease(message: claim.message.key, fence: claim.lease.fence, until: until))
        }
        if !claims.isEmpty { told.with { $0 = until } }
        return ClaimAnswer(now: answer.now, claims: claims, nextDue: told.with { $0 })
      }
    },
    .init("the fence is always 1", caughtBy: "claim.fenceStrictlyIncreases") { bent, _ in
      let real = Aside<[DerivedKey: UInt64]>([:])
      bent.claim = { inner, query in
        let answer = try await inner.claim(query)
        real.with { real in for claim in answer.claims { real[claim.message.key] = claim.lease.fence } }
        return answer.with(claims: answer.claims.map { $0.with(lease: $0.lease.with(fence: 1)) })
      }
      bent.settle = { inner, call in
        let real = real.with { $0 }
        return try await inner.settle(
          call.0.map { settlement in
            let fence = real[settlement.lease.message] ?? 0
            return Settlement(lease: settlement.lease.with(fence: fence), outcome: settlement.outcome)
          },
          tenant: call.1
        )
      }
    },
    .init("an attempt is counted when it is settled", caughtBy: "claim.attemptCountsAtClaim") { bent, _ in
      let settled = Aside<[DerivedKey: Int]>([:])
      bent.claim = { inner, query in
        let answer = try await inner.claim(query)
        let settled = settled.with { $0 }
        return answer.with(
          claims: answer.claims.map { claim in
            claim.with(attempt: 1 + settled[claim.message.key, default: 0])
          }
        )
      }
      bent.settle = { inner, call in
        settled.with { counts in
          for settlement in call.0 { counts[settlement.lease.message, default: 0] += 1 }
        }
        return try await inner.settle(call.0, tenant: call.1)
      }
    },
    .init("all providers share one lane", caughtBy: "claim.lanesAreIndependent") { bent, _ in
      bent.claim = { inner, query in
        let mine = try await inner.claim(query)
        if !mine.claims.isEmpty { return mine }
        return try await inner.claim(
          ClaimQuery(tenant: query.tenant, provider: "sms", limit: query.limit, lease: query.lease)
        )
      }
    },
    .init("an empty lane is asked again at once", caughtBy: "claim.emptyIsCheap") { bent, _ in
      bent.claim = { inner, query in
        let answer = try await inner.claim(query)
        return ClaimAnswer(now: answer.now, claims: answer.claims, nextDue: answer.nextDue ?? answer.now)
      }
    },
  ]
}
