import Foundation
import OfferBridgeKit

extension OfferLedgerContract {
  static let claimChecks: [ContractCheck<LedgerUnderTest>] = [
    .init("claim.onlyDue") { trial in
      try await trial.issue(trial.plan("a-1"))
      let claim = try await trial.claimOne()
      try await trial.settled(claim, .retry(after: .seconds(90), failure: "busy", isUnknown: false))
      let due = trial.time.now + 90
      trial.wait(.seconds(90) - .milliseconds(1))
      let early = try await trial.claim()
      try trial.expect("before it is due", early.claims, is: [])
      try trial.expect("when to come back", early.nextDue, is: due)
      trial.wait(.milliseconds(1))
      try trial.expect("by an earlier moment", try await trial.claim(dueBy: due - 0.001).claims, is: [])
      trial.wait(.seconds(5))
      try trial.expect("when to come back, 5 seconds ago", try await trial.claim(0).nextDue, is: due)
      let now = try await trial.claim(dueBy: due)
      try trial.expect("once it is due", now.claims.count, is: 1)
      try trial.expect("when to come back", now.nextDue, is: trial.time.now + 60)
      try trial.expect("once it is handed out", try await trial.claim().claims, is: [])
    },

    .init("claim.oldestFirst") { trial in
      for name in ["a", "b", "c"] { try await trial.issue(trial.plan(name, to: CustomerID(name))) }
      let first = try await trial.claimOneOf(1)
      try trial.expect("of equals, the first committed", first.message.variant, is: "a")
      try await trial.settled(first, .retry(after: .seconds(5), failure: "busy", isUnknown: false))
      trial.wait(.seconds(10))
      try await trial.issue(trial.plan("d", to: "d"))
      let rest = try await trial.claim(3)
      try trial.expect("by what is due longest", rest.claims.map(\.message.variant), is: ["b", "c", "a"])
      try trial.expect("the last", try await trial.claimOne().message.variant, is: "d")
      // Of one customer, only the earliest that is open.
      trial.wait(.hours(1))
      for claim in try await trial.claim().claims { try await trial.settled(claim, .accepted(nil)) }
      for name in ["e-1", "e-2", "e-3"] { try await trial.issue(trial.plan(name, to: "e")) }
      for name in ["e-1", "e-2", "e-3"] {
        let claim = try await trial.claimOne()
        try trial.expect("in order", claim.message.variant, is: name)
        try trial.expect("while it is open", try await trial.claim().claims, is: [])
        try await trial.settled(
          claim,
          name == "e-2" ? .buried(reason: "spent", isUnknown: true) : .accepted(nil)
        )
      }
      // A lease that has run out is as old as its end.
      try await trial.issue(trial.plan("f", to: "f"))
      _ = try await trial.claimOne(for: .seconds(60))
      trial.wait(.seconds(30))
      try await trial.issue(trial.plan("g", to: "g"))
      trial.wait(.seconds(60))
      let both = try await trial.claim().claims
      try trial.expect("due before the lease's end", both.map(\.message.variant), is: ["g", "f"])
    },

    .init("claim.respectsLimitUnderRace") { trial in
      for number in 0..<100 {
        _ = try await trial.ledger.commit(trial.plan("\(number)", to: CustomerID("\(number)")))
      }
      trial.steps.note("commit 100 messages of 100 customers")
      try trial.expect("at a limit of 0", try await trial.claim(0).claims, is: [])
      trial.steps.note("8 workers claim 7 each")
      let claims = try await atOnce(8) { _ in
        let query = ClaimQuery(tenant: trial.tenant, provider: "wallet", limit: 7, lease: .seconds(60))
        return try await trial.ledger.claim(query).claims
      }
      try trial.expect("at most 7 each", claims.allSatisfy { $0.count <= 7 }, seen: claims.map(\.count))
      let keys = claims.joined().map(\.message.key)
      try trial.expect("each once", Set(keys).count, is: keys.count)
      trial.steps.note("claim what is left")
      let rest = try await trial.claim(1000).claims.map(\.message.key)
      try trial.expect("each once, and all of them", Set(keys + rest).count, is: 100)
      try trial.expect("attempts begun", try await trial.audit().attempts, is: 100)
    },

    .init("claim.noDoubleClaimWith16Workers") { trial in
      for number in 0..<320 {
        _ = try await trial.ledger.commit(trial.plan("\(number)", to: CustomerID("\(number % 80)")))
      }
      trial.steps.note(
        "commit 320 messages of 80 customers; 16 workers claim 5 and settle, until there is none"
      )
      // A worker may find none while others hold the heads of all lanes: the last one takes what they left.
      let first = try await atOnce(16) { _ in try await trial.work() }
      let claims = try await first.joined() + trial.work()
      try trial.expect("claims", claims.count, is: 320)
      try trial.expect("messages", Set(claims.map(\.message.key)).count, is: 320)
      try trial.expect(
        "first attempts",
        claims.count { $0.attempt == 1 && $0.lease.fence == claims[0].lease.fence },
        is: 320
      )
      let audit = try await trial.audit()
      try trial.expect("accepted", audit.messagesAccepted, is: 320)
      try trial.expect("attempts", audit.attempts, is: 320)
    },

    .init("claim.expiredLeaseIsReclaimed") { trial in
      try await trial.issue(trial.plan("a-1"))
      let first = try await trial.claimOne(for: .seconds(60))
      try trial.expect("the lease's end", first.lease.until, is: trial.time.now + 60)
      trial.wait(.seconds(60) - .milliseconds(1))
      let none = try await trial.claim()
      try trial.expect("while it is held", none.claims, is: [])
      try trial.expect("when to come back", none.nextDue, is: first.lease.until)
      trial.wait(.milliseconds(1))
      let second = try await trial.claimOne(for: .seconds(30))
      try trial.expect("the message", second.message, is: first.message)
      try trial.expect("the attempt", second.attempt, is: 2)
      try trial.expect("the lease's end", second.lease.until, is: trial.time.now + 30)
      // The first worker may have sent it.
      try trial.expect("the replica", try await trial.replica(of: LedgerTrial.id("a-1")), is: .unknown)
      try await trial.settled(second, .accepted("W1"))

      // One that a redemption proved meanwhile, or whose issued offer was closed, is ended instead.
      let proven = try await trial.issue(trial.plan("b-1", to: "bob"))
      let closed = try await trial.issue(trial.plan("c-1", to: "cleo"))
      let held = try await trial.claim().claims
      try trial.expect("messages handed out", held.count, is: 2)
      try await trial.reconcile(trial.redemption("r-1", of: .issuedOffer(proven)))
      try await trial.close(closed)
      for id in [proven, closed] {
        let state = try await trial.message(about: id).state
        try trial.expect("while a worker holds it", state, is: .leased(until: trial.time.now + 60))
      }
      trial.wait(.seconds(60))
      let rest = try await trial.claim()
      try trial.expect("what is handed out", rest.claims, is: [])
      try trial.expect("when to come back", rest.nextDue, is: nil)
      try trial.expect("the one", try await trial.message(about: proven).state, is: .accepted(nil))
      try trial.expect("the other", try await trial.message(about: closed).state, is: .withdrawn)
      try trial.expect("its replica", try await trial.replica(of: closed), is: .unknown)
      for claim in held {
        try trial.expect("its worker", try await trial.settle(claim, .accepted(nil)), is: .alreadySettled)
        try trial.expect("its worker", try await trial.extend(claim, by: .hours(1)), is: .alreadySettled)
      }
    },

    .init("claim.fenceStrictlyIncreases") { trial in
      try await trial.issue(trial.plan("a-1"))
      var before: UInt64?
      for round in 0..<6 {
        let claim = try await trial.claimOne()
        if let before {
          try trial.expect("a fence above \(before)", claim.lease.fence > before, seen: claim.lease.fence)
        }
        before = claim.lease.fence
        switch round {
        case 0, 3: trial.wait(.seconds(60))
        case 1: try await trial.settled(claim, .released(wasHanded: false))
        case 2: try await trial.settled(claim, .retry(after: .zero, failure: "busy", isUnknown: true))
        default:
          try await trial.settled(claim, .buried(reason: "spent", isUnknown: false))
          try await trial.redrive(claim.message)
        }
      }
    },

    .init("claim.attemptCountsAtClaim") { trial in
      let id = try await trial.issue(trial.plan("a-1"))
      var first: Date?
      for attempt in 1...4 {
        let claim = try await trial.claimOne()
        try trial.expect("the attempt", claim.attempt, is: attempt)
        try trial.expect("open since its commit", claim.openSince, is: claim.message.createdAt)
        first = first ?? trial.time.now
        try trial.expect("the first attempt that may have arrived", claim.firstAttemptedAt, is: first)
        try trial.expect("counted before its end", try await trial.message(about: id).attempts, is: attempt)
        if attempt == 2 {
          // The first one may have arrived, so that this one forgets nothing.
          try await trial.settled(claim, .retry(after: .seconds(1), failure: "busy", isUnknown: false))
        }
        // The worker of the others dies without a word.
        trial.wait(.seconds(60))
      }
      try trial.expect("attempts in all", try await trial.audit().attempts, is: 4)
    },

    .init("claim.lanesAreIndependent") { trial in
      try await trial.issue(trial.plan("a-1", through: ["sms", "wallet"]))
      try await trial.issue(trial.plan("a-2", through: ["sms", "wallet"]))
      try await trial.issue(trial.plan("b-1", to: "bob", through: ["sms", "wallet"]))
      let wallet = try await trial.claim(from: "wallet").claims
      try trial.expect("the wallet's", wallet.map(\.message.variant), is: ["a-1", "b-1"])
      try trial.expect("only the wallet's", wallet.map(\.message.provider), is: ["wallet", "wallet"])
      let sms = try await trial.claim(from: "sms").claims
      try trial.expect("those by sms, all the same", sms.map(\.message.variant), is: ["a-1", "b-1"])
      try await trial.settled(sms[0], .accepted(nil))
      try trial.expect("the next by sms", try await trial.claimOne(from: "sms").message.variant, is: "a-2")
      try trial.expect("the wallet's, held up by its own", try await trial.claim().claims, is: [])
      try await trial.settled(wallet[0], .retry(after: .hours(9), failure: "busy", isUnknown: false))
      let behind = try await trial.claim()
      try trial.expect("behind one that is to be tried again", behind.claims, is: [])
      try trial.expect("when to come back", behind.nextDue, is: wallet[1].lease.until)
      let none = try await trial.claim(from: "none")
      try trial.expect("a lane of nothing", none.claims, is: [])
      try trial.expect("when to come back", none.nextDue, is: nil)
    },

    .init("claim.emptyIsCheap") { trial in
      let none = try await trial.claim()
      try trial.expect(
        "of an empty ledger",
        none,
        is: ClaimAnswer(now: trial.time.now, claims: [], nextDue: nil)
      )
      for number in 0..<50 {
        _ = try await trial.ledger.commit(trial.plan("\(number)", to: CustomerID("\(number)")))
      }
      trial.steps.note("commit 50 messages")
      for claim in try await trial.claim(50).claims {
        _ = try await trial.ledger.settle(
          [Settlement(lease: claim.lease, outcome: .accepted(nil))],
          tenant: trial.tenant
        )
      }
      trial.steps.note("settle them")
      let before = try await trial.audit()
      for _ in 0..<200 {
        let query = ClaimQuery(tenant: trial.tenant, provider: "wallet", limit: 10, lease: .seconds(60))
        let answer = try await trial.ledger.claim(query)
        guard answer.claims.isEmpty, answer.nextDue == nil else {
          throw trial.steps.violation(expected: "nothing, for ever", seen: "\(answer)")
        }
      }
      trial.steps.note("claim 200 times")
      try trial.expect("what has changed", try await trial.audit(), is: before)
    },
  ]
}

extension LedgerTrial {
  /// Claims and settles until there is nothing to claim.
  fileprivate func work() async throws -> [Claim] {
    var mine: [Claim] = []
    while true {
      let query = ClaimQuery(tenant: tenant, provider: "wallet", limit: 5, lease: .seconds(60))
      let claims = try await ledger.claim(query).claims
      if claims.isEmpty { return mine }
      mine += claims
      let settlements = claims.map { Settlement(lease: $0.lease, outcome: .accepted(nil)) }
      let answers = try await ledger.settle(settlements, tenant: tenant)
      try expect("each settlement", answers, is: claims.map { _ in .settled })
    }
  }

  /// The one message of a claim that asks for so many.
  fileprivate func claimOneOf(_ limit: Int) async throws -> Claim {
    let claims = try await claim(limit).claims
    try expect("messages handed out", claims.count, is: 1)
    return claims[0]
  }
}
