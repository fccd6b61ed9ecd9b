import Foundation
import OfferBridgeKit
import OfferBridgeTesting

extension BrokenLedger {
  static let issuing: [BrokenLedger] = [
    .init("messages are enqueued after the commit", caughtBy: "issue.createsIssuanceAndMessageTogether") {
      bent,
      _ in
      let later = Aside<[JourneyPlan]>([])
      bent.commit = { inner, plans in
        var answers: [CommitAnswer] = []
        for plan in plans {
          let answer = try await inner.commit(plan.with(nodes: plan.nodes.filter { !$0.isMessage }))
          guard case .committed(let written) = answer else {
            answers.append(answer)
            continue
          }
          later.with { $0.append(plan.with(version: plan.triggerVersion + 1)) }
          answers.append(.committed(written + plan.nodes.filter(\.isMessage).map { _ in .written }))
        }
        return answers
      }
      bent.claim = { inner, query in
        _ = try await inner.commit(
          later.with { plans in
            let all = plans; plans = []; return all
          }
        )
        return try await inner.claim(query)
      }
    },
    .init("a repeat is a conflict", caughtBy: "issue.replayReturnsSameIssuance") { bent, _ in
      bent.commit = { inner, plans in try await inner.commit(plans).map { $0 == .stale ? .conflict : $0 } }
    },
    .init("fingerprints are not compared", caughtBy: "issue.sameKeyOtherFingerprintConflicts") { bent, _ in
      bent.commit = { inner, plans in try await inner.commit(plans).map { $0 == .conflict ? .stale : $0 } }
    },
    .init("rolling limits are not kept", caughtBy: "commit.limitExactAtBoundary") { bent, _ in
      bent.commit = { inner, plans in
        try await inner.commit(
          plans.map { plan in
            plan.with(
              nodes: plan.nodes.map { node in
                node.with(
                  limits: node.limits.filter { if case .rolling = $0.limit.window { false } else { true } }
                )
              }
            )
          }
        )
      }
    },
    .init("limits are counted, and then used", caughtBy: "commit.limitHoldsUnder64Racers") { bent, _ in
      let used = Aside<[LimitCounter: Int64]>([:])
      bent.commit = { inner, plans in
        var answers: [CommitAnswer] = []
        for plan in plans {
          let uses = plan.nodes[0].limits
          let refusing = used.with { used in
            uses.first { used[$0.counter, default: 0] + $0.amount > $0.limit.cap }
          }
          // The moment in which another looks at the same count.
          for _ in 0..<40 { await Task.yield() }
          if let refusing {
            answers.append(.committed([.refused(refusing.limit), .parentNotWritten]))
            continue
          }
          used.with { used in for use in uses { used[use.counter, default: 0] += use.amount } }
          answers.append(try await inner.commit(plan.with(nodes: plan.nodes.map { $0.with(limits: []) })))
        }
        return answers
      }
    },
    .init("the first limit alone is kept", caughtBy: "issue.multiCounterAllOrNothing") { bent, _ in
      bent.commit = { inner, plans in
        try await inner.commit(
          plans.map { plan in
            plan.with(nodes: plan.nodes.map { $0.with(limits: Array($0.limits.prefix(1))) })
          }
        )
      }
    },
    .init("a node is written without its parent", caughtBy: "issue.refusalWritesNothingButDecision") {
      bent,
      _ in
      bent.commit = { inner, plans in
        try await inner.commit(plans.map { $0.with(nodes: $0.nodes.map(\.withoutParent)) })
      }
    },
    .init(
      "refusals are forgotten",
      caughtBy: "issue.refusalIsSticky",
      ledger: LedgerUnderTest { now in InMemoryOfferLedger(refusalRetention: .zero, now: now) }
    ),
    .init("ON CONFLICT has one target, another index is hit", caughtBy: "issue.concurrentSameKeyOneWinner") {
      bent,
      _ in
      bent.commit = { inner, plans in
        let answers = try await inner.commit(plans)
        for (plan, answer) in zip(plans, answers) where plan.triggerVersion == 0 && answer == .stale {
          throw DatabaseError("duplicate key value violates unique constraint")
        }
        return answers
      }
    },
    .init("plans never age", caughtBy: "issue.unknownCommitThenRetryIsReplay") { bent, now in
      bent.commit = { inner, plans in try await inner.commit(plans.map { $0.with(plannedAt: now()) }) }
    },
    .init("payloads are kept as text", caughtBy: "issue.bytesRoundTripExactly") { bent, _ in
      bent.claim = { inner, query in
        let answer = try await inner.claim(query)
        return answer.with(
          claims: answer.claims.map { claim in
            let message = claim.message
            let text = String(decoding: message.payload, as: UTF8.self)
            return claim.with(
              message: OfferMessage(
                key: message.key,
                provider: message.provider,
                customer: message.customer,
                campaign: message.campaign,
                variant: message.variant,
                issuedOffer: message.issuedOffer,
                replica: message.replica,
                payload: Array(text.utf8),
                createdAt: message.createdAt,
                cause: .issuance(message.issuedOffer ?? message.key),
                purpose: message.purpose,
                generation: message.generation
              )
            )
          }
        )
      }
    },
    .init("messages are claimed without the tenant", caughtBy: "issue.tenantsAreSeparate") { bent, _ in
      bent.claim = { inner, query in
        try await inner.claim(
          ClaimQuery(tenant: "main", provider: query.provider, limit: query.limit, lease: query.lease)
        )
      }
    },
  ]
}
