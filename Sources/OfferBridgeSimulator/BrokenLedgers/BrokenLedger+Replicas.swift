import Foundation
import OfferBridgeKit
import OfferBridgeTesting

// Where messages and replicas stand after an attempt.
extension BrokenLedger {
  static let replicas: [BrokenLedger] = [
    .init("moments are counted from 1970", caughtBy: "reschedule.notVisibleEarly") { bent, _ in
      bent.tellMessages { record, _ in
        guard case .waiting(let due) = record.state else { return record }
        return record.with(
          state: .waiting(due: Date(timeIntervalSince1970: Double(due.milliseconds) / 1000))
        )
      }
    },
    .init("a clear no clears the doubt", caughtBy: "reschedule.notVisibleEarly") { bent, _ in
      bent.tellReplicas { state, record in
        state == .unknown && record.messages[0].lastFailure == "busy" ? .pending : state
      }
    },
    .init("doubt outlives a refusal", caughtBy: "reschedule.notVisibleEarly") { bent, _ in
      bent.tellReplicas { state, record in
        if case .rejected = state, record.messages[0].attempts > 1 { .unknown } else { state }
      }
    },
    .init("why it failed is forgotten once it succeeds", caughtBy: "complete.happy") { bent, _ in
      bent.tellMessages { record, _ in
        record.state.name == .accepted ? record.with(lastFailure: nil) : record
      }
    },
    .init("the last reference names the replica", caughtBy: "complete.happy") { bent, _ in
      bent.tellReplicas { state, record in
        guard case .accepted = state else { return state }
        for message in record.messages.reversed() {
          if case .accepted(let reference?) = message.state { return .accepted(reference) }
        }
        return state
      }
    },
    .init("what was accepted falls back", caughtBy: "complete.happy") { bent, _ in
      bent.tellReplicas { state, record in
        let isBuried = record.messages.contains { $0.state.name == .buried }
        return isBuried && state == .accepted(nil) ? .unknown : state
      }
    },
    .init("a burial clears the doubt", caughtBy: "bury.isTerminalAndListed") { bent, _ in
      bent.tellReplicas { state, record in
        if state == .unknown, let last = record.messages.last, last.attempts > 1,
          case .buried(let reason) = last.state
        {
          .rejected(reason: reason)
        } else {
          state
        }
      }
    },
    .init("a message more clears the doubt", caughtBy: "bury.isTerminalAndListed") { bent, _ in
      bent.tellReplicas { state, record in
        state == .unknown && record.messages.count > 1 && record.messages.last?.state.name == .waiting
          ? .pending : state
      }
    },
    .init("the last message to end says it all", caughtBy: "bury.isTerminalAndListed") { bent, _ in
      bent.tellReplicas { state, record in
        for message in record.messages where record.messages.count > 1 {
          if case .rejected(let reason) = message.state { return .rejected(reason: reason) }
        }
        return state
      }
    },
    .init("a mark that is not known begins anew", caughtBy: "bury.isTerminalAndListed") { bent, _ in
      bent.page = { inner, query in
        let mark = query.after.flatMap { Int($0.rawValue) == nil ? nil : $0 }
        return try await inner.page(
          PageQuery(tenant: query.tenant, listing: query.listing, after: mark, limit: query.limit)
        )
      }
    },
    .init("why it failed is forgotten when it is redriven", caughtBy: "redrive.sameKeyKeepsBytes") {
      bent,
      _ in
      bent.tellMessages { record, _ in record.redrives.isEmpty ? record : record.with(lastFailure: nil) }
    },
    .init("a redrive clears the doubt", caughtBy: "redrive.sameKeyKeepsBytes") { bent, _ in
      bent.tellReplicas { state, record in
        state == .unknown && record.messages[0].state.name == .waiting ? .pending : state
      }
    },
    .init("a next generation begins without a doubt", caughtBy: "redrive.newGenerationNewKey") { bent, _ in
      bent.tellReplicas { state, record in
        state == .unknown && record.messages.last?.state.name == .waiting ? .pending : state
      }
    },
    .init("what was withdrawn is pending", caughtBy: "terminal.neverLeaves") { bent, _ in
      bent.tellReplicas { state, _ in state == .notSent(.offerClosed) ? .pending : state }
    },
    .init("lengths are rounded up", caughtBy: "clock.onlyLedgerClockMatters") { bent, _ in
      bent.claim = { inner, query in
        try await inner.claim(
          ClaimQuery(
            tenant: query.tenant,
            provider: query.provider,
            limit: query.limit,
            lease: query.lease < .hours(1) ? query.lease + .microseconds(999) : query.lease,
            dueBy: query.dueBy
          )
        )
      }
    },
    .init("a plan from the future is stale", caughtBy: "clock.onlyLedgerClockMatters") { bent, now in
      bent.commit = { inner, plans in
        var answers: [CommitAnswer] = []
        for plan in plans { answers.append(plan.plannedAt > now() ? .stale : try await inner.commit(plan)) }
        return answers
      }
    },
  ]
}
