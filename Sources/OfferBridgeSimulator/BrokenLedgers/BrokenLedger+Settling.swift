import Foundation
import OfferBridgeKit
import OfferBridgeTesting

extension BrokenLedger {
  static let settling: [BrokenLedger] = [
    .init("the reference is not kept", caughtBy: "complete.happy") { bent, _ in
      bent.settle = { inner, call in
        try await inner.settle(
          call.0.map { settlement in
            guard case .accepted = settlement.outcome else { return settlement }
            return Settlement(lease: settlement.lease, outcome: .accepted(nil))
          },
          tenant: call.1
        )
      }
    },
    .init("a repeated settlement is a lost lease", caughtBy: "complete.twiceSameFenceIsAlreadySettled") {
      bent,
      _ in
      bent.settle = { inner, call in
        try await inner.settle(call.0, tenant: call.1).map { $0 == .alreadySettled ? .lostLease : $0 }
      }
    },
    .init("a message is completed by its key alone", caughtBy: "complete.staleFenceIsLostLease") { bent, _ in
      unfence(&bent) { _ in true }
    },
    .init("a lease that ran out is lost", caughtBy: "complete.afterExpiryButUnclaimedStillWins") {
      bent,
      now in
      bent.settle = { inner, call in
        let current = now()
        let valid = call.0.filter { $0.lease.until > current }
        var answers = try await inner.settle(valid, tenant: call.1)[...]
        return call.0.map { $0.lease.until > current ? answers.removeFirst() : .lostLease }
      }
    },
    .init("a wait is rounded down to seconds", caughtBy: "reschedule.notVisibleEarly") { bent, _ in
      bent.settle = { inner, call in
        try await inner.settle(
          call.0.map { settlement in
            guard case .retry(let after, let failure, let isUnknown) = settlement.outcome else {
              return settlement
            }
            let whole = Duration.seconds(after.components.seconds)
            return Settlement(
              lease: settlement.lease,
              outcome: .retry(after: whole, failure: failure, isUnknown: isUnknown)
            )
          },
          tenant: call.1
        )
      }
    },
    .init("a message is rescheduled by its key alone", caughtBy: "reschedule.staleFenceChangesNothing") {
      bent,
      _ in
      unfence(&bent) { if case .retry = $0 { true } else { false } }
    },
    .init("what is buried is not listed", caughtBy: "bury.isTerminalAndListed") { bent, _ in
      bent.page = { inner, query in
        if query.listing == .messagesIn(.buried) { return LedgerPage(entries: [], next: nil) }
        return try await inner.page(query)
      }
    },
    .init("every release uncounts the attempt", caughtBy: "release.onceHandedKeepsItsAttempt") { bent, _ in
      let released = Aside<[DerivedKey: Int]>([:])
      bent.settle = { inner, call in
        released.with { counts in
          for settlement in call.0 where settlement.outcome == .released(wasHanded: true) {
            counts[settlement.lease.message, default: 0] += 1
          }
        }
        return try await inner.settle(call.0, tenant: call.1)
      }
      bent.claim = { inner, query in
        let answer = try await inner.claim(query)
        let released = released.with { $0 }
        return answer.with(
          claims: answer.claims.map { claim in
            claim.with(attempt: claim.attempt - released[claim.message.key, default: 0])
          }
        )
      }
    },
    .init(
      "a release keeps every attempt counted",
      caughtBy: "release.beforeItWasHandedGivesTheAttemptBack"
    ) { bent, _ in
      bent.settle = { inner, call in
        try await inner.settle(
          call.0.map { settlement in
            guard case .released = settlement.outcome else { return settlement }
            return Settlement(lease: settlement.lease, outcome: .released(wasHanded: true))
          },
          tenant: call.1
        )
      }
    },
    .init("a lease is shortened by a prolonging", caughtBy: "extend.prolongs") { bent, now in
      bent.extend = { inner, call in
        try await inner.extend(call.0, by: call.1, tenant: call.2).map { answer in
          guard case .extended(let lease) = answer else { return answer }
          let until = now() + call.1 / .seconds(1)
          return .extended(Lease(message: lease.message, fence: lease.fence, until: until))
        }
      }
    },
    .init("a lease is prolonged by its key alone", caughtBy: "extend.lostAfterReclaim") { bent, _ in
      let fences = Aside<[DerivedKey: UInt64]>([:])
      bent.claim = { inner, query in
        let answer = try await inner.claim(query)
        fences.with { fences in for claim in answer.claims { fences[claim.message.key] = claim.lease.fence } }
        return answer
      }
      bent.extend = { inner, call in
        let fences = fences.with { $0 }
        return try await inner.extend(
          call.0.map { $0.with(fence: fences[$0.message] ?? $0.fence) },
          by: call.1,
          tenant: call.2
        )
      }
    },
    .init("every redrive has a new key", caughtBy: "redrive.sameKeyKeepsBytes") { bent, _ in
      bent.redrive = { inner, call in
        let command = MessageRedrive(call.0.message, mode: .newGeneration, reason: call.0.reason)
        return try await inner.redrive(command, tenant: call.1)
      }
    },
    .init("every redrive keeps the key", caughtBy: "redrive.newGenerationNewKey") { bent, _ in
      bent.redrive = { inner, call in
        let command = MessageRedrive(call.0.message, mode: .sameKey, reason: call.0.reason)
        return try await inner.redrive(command, tenant: call.1)
      }
    },
    .init("what has ended can be settled otherwise", caughtBy: "terminal.neverLeaves") { bent, _ in
      bent.settle = { inner, call in
        try await inner.settle(call.0, tenant: call.1).map { $0 == .alreadySettled ? .settled : $0 }
      }
    },
  ]

  /// Settles under whatever fence is the latest, where the outcome is one of those.
  private static func unfence(
    _ bent: inout BentLedger,
    _ isUnfenced: @escaping @Sendable (Settlement.Outcome) -> Bool
  ) {
    let fences = Aside<[DerivedKey: UInt64]>([:])
    bent.claim = { inner, query in
      let answer = try await inner.claim(query)
      fences.with { fences in for claim in answer.claims { fences[claim.message.key] = claim.lease.fence } }
      return answer
    }
    bent.settle = { inner, call in
      let fences = fences.with { $0 }
      return try await inner.settle(
        call.0.map { settlement in
          guard isUnfenced(settlement.outcome), let fence = fences[settlement.lease.message] else {
            return settlement
          }
          return Settlement(lease: settlement.lease.with(fence: fence), outcome: settlement.outcome)
        },
        tenant: call.1
      )
    }
  }
}
