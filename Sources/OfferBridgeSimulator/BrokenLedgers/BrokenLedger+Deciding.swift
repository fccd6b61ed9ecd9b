import Foundation
import OfferBridgeKit
import OfferBridgeTesting

// What a commit decides, remembers and tells of it.
extension BrokenLedger {
  static let deciding: [BrokenLedger] =
    reasons + [
      .init("a message refers to its issued offer", caughtBy: "issue.createsIssuanceAndMessageTogether") {
        bent,
        _ in
        bent.commit = { inner, plans in
          for plan in plans {
            for case .message(let message) in plan.nodes.map(\.content) {
              guard let id = message.issuedOffer, !plan.nodes.contains(where: { $0.key == id }),
                try await inner.record(of: id, tenant: plan.tenant) == nil
              else { continue }
              throw DatabaseError("insert or update violates foreign key constraint")
            }
          }
          return try await inner.commit(plans)
        }
      },
      .init("every commit raises the version", caughtBy: "issue.replayReturnsSameIssuance") { bent, _ in
        let raised = Aside<[TriggerID: Int]>([:])
        bent.commit = { inner, plans in
          var answers: [CommitAnswer] = []
          for plan in plans {
            let id = plan.trigger.id
            let version = plan.triggerVersion - raised.with { $0[id, default: 0] }
            answers.append(try await inner.commit(plan.with(version: version)))
            if case .committed(let nodes) = answers.last, nodes.allSatisfy({ $0 == .replayed }) {
              raised.with { $0[id, default: 0] += 1 }
            }
          }
          return answers
        }
      },
      .init("issued offers are told newest first", caughtBy: "issue.replayReturnsSameIssuance") { bent, _ in
        bent.snapshot = { inner, query in try await inner.snapshot(query).with { $0.reversed() } }
      },
      .init("issued offers are told by their moments", caughtBy: "issue.replayReturnsSameIssuance") {
        bent,
        _ in
        bent.snapshot = { inner, query in
          try await inner.snapshot(query).with { $0.sorted { $0.issuedAt < $1.issuedAt } }
        }
      },
      .init("issued offers of all roots are told", caughtBy: "issue.replayReturnsSameIssuance") { bent, _ in
        bent.snapshot = { inner, query in
          try await inner.snapshot(
            SnapshotQuery(
              tenant: query.tenant,
              customer: query.customer,
              trigger: query.trigger,
              offers: ["ten-off"]
            )
          )
        }
      },
      .init(
        "refusals are remembered from the plan on",
        caughtBy: "issue.refusalIsSticky",
        ledger: LedgerUnderTest { now in
          InMemoryOfferLedger(refusalRetention: .days(30) - .seconds(10), now: now)
        }
      ),
      .init(
        "a refusal lapses after the end of its retention",
        caughtBy: "issue.refusalIsSticky",
        ledger: LedgerUnderTest { now in
          InMemoryOfferLedger(refusalRetention: .days(30) + .milliseconds(1), now: now)
        }
      ),
      .init("a closing goes before a refusal that is remembered", caughtBy: "issue.refusalIsSticky") {
        bent,
        _ in
        bent.commit = { inner, plans in
          var answers = try await inner.commit(plans)
          for (index, plan) in plans.enumerated() {
            guard case .message(let message) = plan.nodes.first?.content, let id = message.issuedOffer,
              let closure = try await inner.record(of: id, tenant: plan.tenant)?.issuedOffer.closure
            else { continue }
            answers[index] = .committed([.offerClosed(closure)])
          }
          return answers
        }
      },
      .init("each counter is looked at once", caughtBy: "issue.multiCounterAllOrNothing") { bent, _ in
        bent.commit = { inner, plans in
          try await inner.commit(
            plans.map { plan in
              plan.with(
                nodes: plan.nodes.map { node in
                  var seen: Set<LimitCounter> = []
                  return node.with(limits: node.limits.filter { seen.insert($0.counter).inserted })
                }
              )
            }
          )
        }
      },
      .init("limits are counted when a plan is committed", caughtBy: "commit.limitExactAtBoundary") {
        bent,
        now in
        bent.commit = { inner, plans in try await inner.commit(plans.map { $0.with(plannedAt: now()) }) }
      },
      .init("uses of plans made later do not count", caughtBy: "commit.limitExactAtBoundary") { bent, _ in
        let latest = Aside<Date>(.distantPast)
        bent.commit = { inner, plans in
          try await inner.commit(
            plans.map { plan in
              let before = latest.with { latest in
                let before = latest
                latest = max(latest, plan.plannedAt)
                return before
              }
              guard plan.plannedAt < before, plan.trigger.id.id == "l-4" else { return plan }
              return plan.with(nodes: plan.nodes.map { $0.with(limits: []) })
            }
          )
        }
      },
    ]

  private static let reasons: [BrokenLedger] = [
    .init("an alternative that stands is taken first", caughtBy: "issue.refusalWritesNothingButDecision") {
      bent,
      _ in
      bent.commit = { inner, plans in
        var answers: [CommitAnswer] = []
        for plan in plans {
          let known = try await inner.snapshot(
            SnapshotQuery(
              tenant: plan.tenant,
              customer: plan.trigger.customer,
              trigger: plan.trigger.id,
              offers: []
            )
          )
          if plan.nodes.count == 2, plan.nodes.allSatisfy({ $0.choice == 1 }),
            known.decided.contains(where: { $0.key == plan.nodes[1].key })
          {
            answers.append(.committed([.outranked(by: 1), .replayed]))
          } else {
            answers.append(try await inner.commit(plan))
          }
        }
        return answers
      }
    },
    .init("a withheld step takes no choice", caughtBy: "issue.refusalWritesNothingButDecision") { bent, _ in
      bent.commit = { inner, plans in
        try await inner.commit(
          plans.map { plan in
            plan.with(nodes: plan.nodes.map { if case .withheld = $0.content { $0.unchosen } else { $0 } })
          }
        )
      }
    },
    .init("a reason replaces what was sent", caughtBy: "issue.refusalWritesNothingButDecision") { bent, _ in
      bent.tellReplicas { state, record in
        state == .pending && record.issuedOffer.replicas.count > 1 ? .notSent(.notHeard) : state
      }
    },
    .init("a reason names the winner", caughtBy: "issue.refusalWritesNothingButDecision") { bent, _ in
      bent.tellReplicas { state, _ in
        if case .notSent(.outranked) = state { .notSent(.outranked("by-push")) } else { state }
      }
    },
    unreasoned("outranked") { if case .outranked = $0 { true } else { false } },
    unreasoned("limited") { if case .limitReached = $0 { true } else { false } },
    unreasoned("late") { $0 == .offerClosed },
  ]

  /// Forgets one kind of reason.
  private static func unreasoned(
    _ kind: String,
    _ isForgotten: @escaping @Sendable (WithheldReason) -> Bool
  ) -> BrokenLedger {
    .init("a message that is \(kind) withholds nothing", caughtBy: "issue.refusalWritesNothingButDecision") {
      bent,
      _ in
      bent.tellReplicas { state, _ in
        if case .notSent(let reason) = state, isForgotten(reason) { .notSent(.notHeard) } else { state }
      }
    }
  }
}

extension LedgerSnapshot {
  fileprivate func with(_ change: ([IssuedOffer]) -> [IssuedOffer]) -> LedgerSnapshot {
    LedgerSnapshot(
      now: now,
      issuedOffers: change(issuedOffers),
      trigger: trigger,
      triggerVersion: triggerVersion,
      decided: decided
    )
  }
}

extension PlanNode {
  fileprivate var unchosen: PlanNode {
    PlanNode(key: key, parent: parent, campaign: campaign, limits: limits, content: content)
  }
}
