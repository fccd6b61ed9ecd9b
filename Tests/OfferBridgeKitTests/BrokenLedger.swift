import Foundation
import LedgerWorker
import OfferBridgeKit
import OfferBridgeTesting

/// A ledger with one fault, and the check that must find it.
struct BrokenLedger: Sendable, CustomStringConvertible {
  let description: String
  let check: String
  let ledger: LedgerUnderTest

  init(
    _ fault: String,
    caughtBy check: String,
    bend: @escaping @Sendable (inout BentLedger, _ now: @escaping LedgerUnderTest.LedgerClock) -> Void
  ) {
    description = fault
    self.check = check
    ledger = LedgerUnderTest { now in
      var bent = BentLedger(InMemoryOfferLedger(now: now))
      bend(&bent, now)
      return bent
    }
  }

  init(_ fault: String, caughtBy check: String, ledger: LedgerUnderTest) {
    description = fault
    self.check = check
    self.ledger = ledger
  }

  static let all = issuing + claiming + settling + reconciling + whole

  private static let issuing: [BrokenLedger] = [
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
          throw Unexpected("duplicate key value violates unique constraint")
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

  private static let claiming: [BrokenLedger] = [
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

  private static let settling: [BrokenLedger] = [
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
    .init("a release uncounts the attempt", caughtBy: "release.keepsAttemptCount") { bent, _ in
      let released = Aside<[DerivedKey: Int]>([:])
      bent.settle = { inner, call in
        released.with { counts in
          for settlement in call.0 where settlement.outcome == .released {
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

  private static let reconciling: [BrokenLedger] = [
    .init("amounts are not kept", caughtBy: "reconcile.appliesOnce") { bent, _ in
      bent.reconcile = { inner, call in
        try await inner.reconcile(
          call.0.map { event in
            guard case .redemption(let reference, _) = event.content else { return event }
            return event.with(content: .redemption(reference, amount: nil))
          },
          tenant: call.1
        )
      }
    },
    .init("a repeat violates a unique key", caughtBy: "reconcile.duplicateIsDuplicate") { bent, _ in
      bent.reconcile = { inner, call in
        let answers = try await inner.reconcile(call.0, tenant: call.1)
        if answers.contains(.duplicate) { throw Unexpected("duplicate key value violates unique constraint") }
        return answers
      }
    },
    .init("events are known by their content", caughtBy: "reconcile.sameIdOtherContentConflicts") { bent, _ in
      @Sendable func named(_ event: ExternalEvent) -> ExternalEvent {
        event.with(id: "\(event.id.id) \(event.content) \(event.time)")
      }
      bent.reconcile = { inner, call in try await inner.reconcile(call.0.map(named), tenant: call.1) }
    },
    .init("redemptions are folded when somebody looks", caughtBy: "reconcile.beforeAckStopsRetries") {
      bent,
      _ in
      let waiting = Aside<[ExternalEvent]>([])
      bent.reconcile = { _, call in
        waiting.with { $0 += call.0 }
        return call.0.map { event in
          if case .redemption(.issuedOffer(let id), _) = event.content {
            .applied(to: id)
          } else {
            .duplicate
          }
        }
      }
      bent.record = { inner, call in
        let events = waiting.with { waiting in
          let all = waiting; waiting = []; return all
        }
        _ = try await inner.reconcile(events, tenant: call.1)
        return try await inner.record(of: call.0, tenant: call.1)
      }
    },
    .init("what is not known is dropped", caughtBy: "reconcile.unknownIssuanceParksThenFolds") { bent, _ in
      bent.reconcile = { inner, call in
        var answers: [RedemptionMatch] = []
        for event in call.0 {
          if case .redemption(.issuedOffer(let id), _) = event.content,
            try await inner.record(of: id, tenant: call.1) == nil
          {
            answers.append(.parked(.unknownOffer))
          } else {
            answers += try await inner.reconcile([event], tenant: call.1)
          }
        }
        return answers
      }
    },
    .init("a reversal without its redemption is dropped", caughtBy: "reconcile.reversalFirst") { bent, _ in
      bent.reconcile = { inner, call in
        var answers: [RedemptionMatch] = []
        for event in call.0 {
          if case .reversal(let id) = event.content,
            try await inner.match(of: ExternalEventID(source: event.id.source, id: id), tenant: call.1) == nil
          {
            answers.append(.parked(.reversalBeforeRedemption))
          } else {
            answers += try await inner.reconcile([event], tenant: call.1)
          }
        }
        return answers
      }
    },
    .init("a second reversal is applied", caughtBy: "reconcile.reversalTwiceCountsOnce") { bent, _ in
      bent.reconcile = { inner, call in
        try await inner.reconcile(call.0, tenant: call.1).map { match in
          if case .discrepant([.alreadyReversed], let id) = match { .applied(to: id) } else { match }
        }
      }
    },
    .init("what is over the limit does not count", caughtBy: "reconcile.neverBelowZeroAndAboveFaceIsFlagged")
    {
      bent,
      _ in
      bent.record = { inner, call in
        guard let record = try await inner.record(of: call.0, tenant: call.1) else { return nil }
        var issued = record.issuedOffer
        issued.redeemed.count = min(issued.redeemed.count, issued.redeemable.count)
        return IssuedOfferRecord(
          issuedOffer: issued,
          limitUses: record.limitUses,
          messages: record.messages,
          events: record.events
        )
      }
    },
    .init("each event changes the tally as it arrives", caughtBy: "reconcile.allPermutationsAgree") {
      bent,
      _ in
      // What it said first, it says for ever; the tally is a sum of what was applied.
      let said = Aside<[ExternalEventID: RedemptionMatch]>([:])
      let counts = Aside<[DerivedKey: Int]>([:])
      bent.reconcile = { inner, call in
        let answers = try await inner.reconcile(call.0, tenant: call.1)
        for (event, answer) in zip(call.0, answers) where answer != .duplicate && answer != .conflict {
          said.with { $0[event.id] = answer }
          guard let id = answer.issuedOffer else { continue }
          let change = if case .reversal = event.content { -1 } else { 1 }
          counts.with { $0[id, default: 0] += change }
        }
        return answers
      }
      bent.record = { inner, call in
        guard let record = try await inner.record(of: call.0, tenant: call.1) else { return nil }
        var issued = record.issuedOffer
        issued.redeemed.count = counts.with { $0[call.0, default: 0] }
        return IssuedOfferRecord(
          issuedOffer: issued,
          limitUses: record.limitUses,
          messages: record.messages,
          events: record.events
        )
      }
      bent.match = { inner, call in said.with { $0[call.0] } }
    },
    .init("nothing is given back", caughtBy: "reconcile.afterCloseIsReported") { bent, _ in
      bent.close = { inner, call in
        let closing = OfferClosing(
          call.0.issuedOffer,
          as: call.0.kind,
          reason: call.0.reason,
          limitUses: .kept,
          recalls: call.0.recalls
        )
        return try await inner.close(closing, tenant: call.1)
      }
    },
  ]

  private static let whole: [BrokenLedger] = [
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
            throw Unexpected("another ledger")
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
    .init(
      "a step is answered before it is written",
      caughtBy: "multiProcess.killNine",
      ledger: .inFile(workersWith: .answersBeforeItWrites)
    ),
  ]

  private static func knowingEventsInMemory(_ ledger: InMemoryOfferLedger, life: String) -> BentLedger {
    var bent = BentLedger(ledger)
    bent.reconcile = { inner, call in
      try await inner.reconcile(call.0.map { $0.with(id: "\($0.id.id) in life \(life)") }, tenant: call.1)
    }
    return bent
  }
}
