import Foundation
import OfferBridgeKit
import OfferBridgeTesting

// When a message is handed out, and when to come back.
extension BrokenLedger {
  static let handingOut: [BrokenLedger] = [
    .init("a lease that ran out is as old as its message", caughtBy: "claim.oldestFirst") { bent, _ in
      bent.claim = { inner, query in
        let leased = Set(
          try await inner.messages(in: .leased, of: query.tenant).map(\.message.key)
        )
        let answer = try await inner.claim(query)
        let again = answer.claims.filter { leased.contains($0.message.key) }
        return answer.with(claims: again + answer.claims.filter { !leased.contains($0.message.key) })
      }
    },
    .init("what is handed out is not come back for", caughtBy: "claim.onlyDue") { bent, _ in
      bent.claim = { inner, query in
        let answer = try await inner.claim(query)
        let isTheirs = answer.claims.contains { $0.lease.until == answer.nextDue }
        return ClaimAnswer(
          now: answer.now,
          claims: answer.claims,
          nextDue: isTheirs ? nil : answer.nextDue
        )
      }
    },
    .init("what is due is come back for now", caughtBy: "claim.onlyDue") { bent, _ in
      bent.claim = { inner, query in
        let answer = try await inner.claim(query)
        return ClaimAnswer(
          now: answer.now,
          claims: answer.claims,
          nextDue: answer.nextDue.map { max($0, answer.now) }
        )
      }
    },
    .init("what waits behind another is come back for", caughtBy: "claim.lanesAreIndependent") { bent, _ in
      bent.claim = { inner, query in
        let answer = try await inner.claim(query)
        let waiting = try await inner.messages(in: .waiting, of: query.tenant)
        let dues: [Date] = waiting.compactMap { record in
          guard case .waiting(let due) = record.state, record.message.provider == query.provider else {
            return nil
          }
          return due
        }
        return ClaimAnswer(
          now: answer.now,
          claims: answer.claims,
          nextDue: ([answer.nextDue].compactMap(\.self) + dues).min()
        )
      }
    },
    .init("a lease that ran out is handed out, proven or not", caughtBy: "claim.expiredLeaseIsReclaimed") {
      bent,
      _ in
      handOutAgain(&bent, where: .accepted)
    },
    .init("a lease that ran out is handed out, closed or not", caughtBy: "claim.expiredLeaseIsReclaimed") {
      bent,
      _ in
      handOutAgain(&bent, where: .withdrawn)
    },
    .init("what a claim ends has a new fence", caughtBy: "claim.expiredLeaseIsReclaimed") { bent, _ in
      bent.settle = { inner, call in
        try await inner.settle(call.0, tenant: call.1).map { $0 == .alreadySettled ? .lostLease : $0 }
      }
    },
    .init("what is redriven is handed out beside a later one", caughtBy: "redrive.sameKeyKeepsBytes") {
      bent,
      _ in
      handOutToo(&bent) { !$0.redrives.isEmpty }
    },
    .init("a next generation goes before what waits", caughtBy: "redrive.newGenerationNewKey") { bent, _ in
      handOutToo(&bent) { $0.message.generation > 1 }
    },
  ]

  /// Hands out once more what a claim should end in that state.
  private static func handOutAgain(_ bent: inout BentLedger, where name: MessageState.Name) {
    bent.claim = { inner, query in
      let leased = try await inner.messages(in: .leased, of: query.tenant)
      let answer = try await inner.claim(query)
      let ended = Set(try await inner.messages(in: name, of: query.tenant).map(\.message.key))
      let again = leased.filter { ended.contains($0.message.key) }.map { $0.handedOut(at: answer.now) }
      return answer.with(claims: answer.claims + again)
    }
  }

  /// Hands out some of what waits as well.
  private static func handOutToo(
    _ bent: inout BentLedger,
    where isHandedOut: @escaping @Sendable (MessageRecord) -> Bool
  ) {
    bent.claim = { inner, query in
      let before = try await inner.messages(in: .waiting, of: query.tenant)
      let answer = try await inner.claim(query)
      let waiting = Set(try await inner.messages(in: .waiting, of: query.tenant).map(\.message.key))
      let more = before.filter { waiting.contains($0.message.key) && isHandedOut($0) }
      return answer.with(claims: more.map { $0.handedOut(at: answer.now) } + answer.claims)
    }
  }
}

extension MessageRecord {
  fileprivate func handedOut(at now: Date) -> Claim {
    Claim(
      message: message,
      lease: Lease(message: message.key, fence: 99, until: now + 60),
      attempt: attempts + 1,
      firstAttemptedAt: now,
      openSince: message.createdAt
    )
  }
}
