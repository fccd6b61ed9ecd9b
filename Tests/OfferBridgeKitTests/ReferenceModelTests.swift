import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

@testable import OfferBridgeSimulator

/// The reference model beside ledgers that are right, and beside ledgers that are not.
@Suite struct ReferenceModelTests {
  /// What calls at random came to.
  private struct Outcome {
    /// What the models found, or what was thrown.
    var faults: [String]
    /// The kinds of answers that there were.
    var answered: Set<String>
  }

  /// 150 calls, most of them for one tenant and some for another.
  private func run(
    seed: UInt64,
    arePlain: Bool = false,
    refusalRetention: Duration = .days(30),
    on make: (@escaping LedgerUnderTest.LedgerClock) async throws -> any OfferLedger
  ) async throws -> Outcome {
    let clock = ModelledLedger.Clock()
    let ledger = ModelledLedger(
      try await make { clock.now },
      clock,
      refusalRetention: refusalRetention,
      tenants: ["main", "other"]
    )
    func driver(_ tenant: TenantID, _ seed: UInt64) -> RandomCalls {
      RandomCalls(seed: seed, on: ledger, clock, tenant: tenant, arePlain: arePlain)
    }
    var (main, other) = (driver("main", seed), driver("other", ~seed))
    do {
      for call in 0..<150 {
        if call % 10 == 9 { try await other.next() } else { try await main.next() }
        if call % 10 == 0, !ledger.faults.isEmpty { break }
      }
      let faults = ledger.faults
      return Outcome(
        faults: faults.isEmpty ? try await ledger.compare() : faults,
        answered: ledger.answered
      )
    } catch {
      return Outcome(faults: ["thrown: \(error)"], answered: ledger.answered)
    }
  }

  /// Every answer that a ledger gives, and every state in which something may be.
  private static let kinds: [String: [String]] = [
    "commit": ["committed", "conflict", "stale"],
    "node": ["written", "replayed", "refused", "parentNotWritten", "outranked", "offerClosed"],
    "settle": ["settled", "alreadySettled", "lostLease"],
    "extend": ["extended", "alreadySettled", "lostLease"],
    "redrive": ["redriven", "alreadyOpen", "superseded", "refused", "offerClosed", "unknownMessage"],
    "close": ["closed", "alreadyClosed", "notOver", "usedUp", "unknownOffer"],
    "reconcile": ["applied", "discrepant", "parked", "duplicate", "conflict"],
    "discrepancy": RedemptionDiscrepancy.allCases.map(\.rawValue),
    "parked": ParkedReason.allCases.map(\.rawValue),
    "message": MessageState.Name.allCases.map(\.rawValue),
    "replica": ["notSent", "pending", "accepted", "rejected", "unknown", "recalled"],
  ]

  @Test(arguments: 0..<UInt64(Trials.count(2)))
  func `the ledger in memory answers as the model does, whatever it is asked`(part: UInt64) async throws {
    var answered: Set<String> = []
    for seed in (part * 32)..<(part * 32 + 32) {
      let outcome = try await run(seed: seed, refusalRetention: .minutes(2)) { now in
        InMemoryOfferLedger(refusalRetention: .minutes(2), now: now)
      }
      try #require(outcome.faults == [], "seed \(seed)")
      answered.formUnion(outcome.answered)
    }
    // A run that sees only some of the answers says nothing of the others.
    let kinds = Self.kinds.flatMap { what, kinds in kinds.map { "\(what) \($0)" } }
    #expect(kinds.filter { !answered.contains($0) }.sorted() == [])
  }

  /// Faults that show only where a contract looks on purpose: at one moment, mark or name that chance does not meet.
  static let beyondChance: Set = [
    "an alternative that stands is taken first", "a withheld step takes no choice",
    "a message refers to its issued offer", "refusals are remembered from the plan on",
    "a refusal lapses after the end of its retention", "a closing goes before a refusal that is remembered",
    "each counter is looked at once", "uses of plans made later do not count",
    "a mark that is not known begins anew", "lengths are rounded up", "the last to learn a reference has it",
    "events are listed in the order of their receipt", "a reversal is listed before what it reverses",
    "a page begins with the entry that it comes after", "all tenants have one trail",
    "the salts are in memory only", "names that look alike are one",
    "what is taken again above a limit is not told", "of a call's customers those who look the same are one",
  ]

  @Test(arguments: BrokenLedger.all.filter { !beyondChance.contains($0.description) })
  func `the model notices a ledger that is broken`(broken: BrokenLedger) async throws {
    for seed in 0..<UInt64(20) {
      let outcome = try await run(seed: seed, arePlain: true) { now in try await broken.ledger.make(now) }
      if !outcome.faults.isEmpty { return }
    }
    // What only plans with choices, withheld steps and the like bring to light.
    for seed in 0..<UInt64(20) {
      let outcome = try await run(seed: seed) { now in try await broken.ledger.make(now) }
      if !outcome.faults.isEmpty { return }
    }
    Issue.record("40 seeds, and nothing was noticed")
  }
}
