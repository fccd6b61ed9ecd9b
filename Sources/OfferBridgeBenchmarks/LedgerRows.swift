import Foundation
import OfferBridgeKit

/// What the ledger's own steps cost, called through `any OfferLedger` on plans that were made before.
///
/// A plan issues an offer with a limit of one for each customer, raises its
/// event and sends the message about it, as those of ``JourneyRows`` do.
struct LedgerRows {
  let plan: BenchmarkPlan
  private static let size = 20_000
  private let hand = "hand-written loop over dictionaries"

  func rows() async throws -> [BenchmarkRow] {
    var rows: [BenchmarkRow] = []
    if plan.includes("ledger.commit") { rows.append(try await commit()) }
    if plan.includes("ledger.claimSettle") { rows.append(try await claimSettle()) }
    if plan.includes("ledger.reconcile") { rows.append(try await reconcile()) }
    if plan.includes("ledger.pause") { rows.append(try await pause()) }
    return rows
  }

  private func side(_ name: String) -> SideBySide {
    SideBySide(name: name, against: hand, rounds: plan.redemptionRounds, count: Self.size)
  }

  /// A call each.
  private func commit() async throws -> BenchmarkRow {
    let shop = Shop(size: Self.size)
    return try await side("ledger.commit").row {
      let work = LedgerWork()
      let plans = shop.actions.map(work.plan)
      return try await timed { for plan in plans { _ = try await work.ledger.commit(plan) } }
    } theirs: {
      var loop = HandWrittenLoop(customers: shop.customers, provider: Wallet())
      let steps = steps(shop)
      return await timed {
        for (step, action) in zip(steps, shop.actions) { _ = loop.commit(step, of: action) }
      }
    }
  }

  /// Sixteen at a time, as the bridge does.
  private func claimSettle() async throws -> BenchmarkRow {
    let shop = Shop(size: Self.size)
    return try await side("ledger.claimSettle").row {
      let work = LedgerWork()
      for action in shop.actions { _ = try await work.ledger.commit(work.plan(action)) }
      let query = ClaimQuery(tenant: "main", provider: "wallet", limit: 16, lease: .seconds(60))
      var settled = 0
      let length = try await timed {
        while true {
          let claims = try await work.ledger.claim(query).claims
          if claims.isEmpty { return }
          for claim in claims {
            let reference = ReplicaReference(rawValue: claim.message.customer.rawValue)
            let settlement = Settlement(lease: claim.lease, outcome: .accepted(reference))
            if try await work.ledger.settle([settlement], tenant: "main") == [.settled] { settled += 1 }
          }
        }
      }
      guard settled == Self.size else { throw NotTheSameWork() }
      return length
    } theirs: {
      var loop = HandWrittenLoop(customers: shop.customers, provider: Wallet())
      for (step, action) in zip(steps(shop), shop.actions) { _ = loop.commit(step, of: action) }
      let length = await timed {
        while true {
          let claims = loop.claim(16, at: Date())
          if claims.isEmpty { return }
          for claim in claims {
            let reference = ReplicaReference(rawValue: claim.message.customer.rawValue)
            loop.settle(claim, .accepted(reference: reference))
          }
        }
      }
      guard loop.references.count == Self.size else { throw NotTheSameWork() }
      return length
    }
  }

  /// A call each, by our id, of offers whose message was not answered: what is proven is folded in, too.
  private func reconcile() async throws -> BenchmarkRow {
    let shop = Shop(size: Self.size)
    let amount = Money(minorUnits: 250, currency: "USD")
    return try await side("ledger.reconcile").row {
      let work = LedgerWork()
      for action in shop.actions { _ = try await work.ledger.commit(work.plan(action)) }
      try await work.settleAll()
      let events = shop.actions.enumerated().map { number, action in
        ExternalEvent(
          id: ExternalEventID(source: "wallet", id: Shop.redemptionID(number)),
          content: .redemption(.issuedOffer(LedgerWork.key("issuance", action)), amount: amount),
          time: .moment(action.occurredAt)
        )
      }
      var applied = 0
      let length = try await timed {
        for event in events {
          if case .applied = try await work.ledger.reconcile([event], tenant: "main")[0] { applied += 1 }
        }
      }
      guard applied == Self.size else { throw NotTheSameWork() }
      return length
    } theirs: {
      var loop = HandWrittenLoop(customers: shop.customers, provider: Wallet())
      for (step, action) in zip(steps(shop), shop.actions) { _ = loop.commit(step, of: action) }
      try await loop.deliverDueMessages()
      let redemptions = shop.actions.enumerated().map { number, action in
        (Shop.redemptionID(number), HandWrittenLoop.issuedID(action), action.occurredAt)
      }
      var applied = 0
      let length = await timed {
        for (id, offer, moment) in redemptions {
          if case .applied = loop.reconcile(id, of: offer, at: moment, amount: amount) { applied += 1 }
        }
      }
      guard applied == Self.size else { throw NotTheSameWork() }
      return length
    }
  }

  private func steps(_ shop: Shop) -> [HandWrittenLoop.Step] {
    shop.actions.enumerated().map { number, action in
      .init(action, by: Shopper(), number: number, at: action.occurredAt)
    }
  }

  /// The longest of all commits, in the thread's own time: one that another process interrupts is not longer for it.
  private func pause() async throws -> BenchmarkRow {
    let now = Date()
    let work = LedgerWork()
    let ours = try await longest { action in
      let plan = work.plan(action)
      return { _ = try await work.ledger.commit(plan) }
    }
    var loop = HandWrittenLoop(customers: [:], provider: Wallet())
    var theirs = Duration.zero
    for number in 0..<plan.pauseSize {
      let action = Shop.action(number, at: now)
      let step = HandWrittenLoop.Step(action, by: Shopper(), number: number, at: now)
      let start = threadTime()
      _ = loop.commit(step, of: action)
      theirs = max(theirs, threadTime() - start)
    }
    return BenchmarkRow(
      name: "ledger.pause",
      value: ours / .milliseconds(1),
      unit: "ms",
      comparison: .init(against: hand, value: theirs / .milliseconds(1)),
      minimum: nil
    )
  }

  private func longest(_ prepare: (CustomerAction) -> () async throws -> Void) async throws -> Duration {
    let now = Date()
    var longest = Duration.zero
    for number in 0..<plan.pauseSize {
      let step = prepare(Shop.action(number, at: now))
      let start = threadTime()
      try await step()
      longest = max(longest, threadTime() - start)
    }
    return longest
  }
}

/// How long this thread has worked, the waiting for others left out.
private func threadTime() -> Duration {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}
