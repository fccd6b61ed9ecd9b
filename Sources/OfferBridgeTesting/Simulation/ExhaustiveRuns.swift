import OfferBridgeKit

/// What is small enough to be tried in every way that there is, and leaves nothing to chance.
///
/// ```swift
/// let crashes = try await ExhaustiveRuns.crashes(of: ours)
/// #expect(crashes.violations == [])
/// ```
public enum ExhaustiveRuns {
  /// What came of them.
  public struct Outcome: Sendable, Hashable {
    /// How many ways were tried.
    public internal(set) var runs = 0
    /// Each way that ended otherwise, with how it ended.
    public internal(set) var violations: [String] = []
  }

  /// Ends the process before and after every call to the ledger of one canonical journey, and of each two of them.
  ///
  /// - Parameters:
  ///   - ledger: What is put to the test.
  ///   - inPairs: Whether it ends twice, at every two calls, and not only once; true by default. Some seven thousand
  ///     runs in place of a hundred and twenty.
  /// - Returns: The runs, and each whose end is not that of the journey without a crash.
  /// - Throws: What the ledger throws where no process has ended.
  public static func crashes(of ledger: LedgerUnderTest, inPairs: Bool = true) async throws -> Outcome {
    let whole = try await CanonicalJourney(on: ledger, ends: [:])
    let expected = try await whole.tell()
    var outcome = Outcome()
    outcome.runs = 1
    guard expected.imbalances.isEmpty, expected.issued.count == 2 else {
      outcome.violations.append("without a crash: \(expected)")
      return outcome
    }
    func attempt(_ ends: [Int: FailingLedger.Side]) async throws {
      let seen = try await CanonicalJourney(on: ledger, ends: ends).tell()
      outcome.runs += 1
      guard seen != expected else { return }
      let calls = ends.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: " and ")
      outcome.violations.append("with a crash at call \(calls): \(seen), expected \(expected)")
    }
    for first in 0..<whole.calls {
      for side in FailingLedger.Side.allCases {
        try await attempt([first: side])
        guard inPairs else { continue }
        // A crash brings further calls: the second may come among those.
        for second in (first + 1)..<(whole.calls + 4) {
          for other in FailingLedger.Side.allCases { try await attempt([first: side, second: other]) }
        }
      }
    }
    return outcome
  }

  /// Reports six events and an acknowledgement in every order, and six events of which one comes twice in every order;
  /// of two stories.
  ///
  /// - Parameters:
  ///   - ledger: What is put to the test.
  ///   - step: Only every so-many-th order is tried; every one by default.
  /// - Returns: The runs, some forty-five thousand, and each that came to another state.
  /// - Throws: What the ledger throws.
  public static func orders(of ledger: LedgerUnderTest, every step: Int = 1) async throws -> Outcome {
    var outcome = Outcome()
    let sets = [EventOrders.events, EventOrders.ends].flatMap { events in
      [events + [EventOrders.acknowledgement]] + events.map { events + [$0] }
    }
    var number = 0
    for set in sets {
      var expected: EventOrders.Ending?
      for order in EventOrders.permutations(of: set) {
        number += 1
        guard expected == nil || number.isMultiple(of: step) else { continue }
        let seen = try await EventOrders(on: ledger).report(
          order,
          isAcknowledgedFirst: !set.contains(EventOrders.acknowledgement)
        )
        outcome.runs += 1
        if let expected, expected != seen {
          outcome.violations.append("in the order \(order): \(seen), expected \(expected)")
        }
        expected = expected ?? seen
      }
    }
    return outcome
  }
}
