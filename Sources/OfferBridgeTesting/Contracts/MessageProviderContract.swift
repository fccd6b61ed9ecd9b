import OfferBridgeKit

/// What every `MessageProvider` must do, as checks that any test framework can run.
///
/// ```swift
/// @Test(arguments: MessageProviderContract.checks)
/// func `our provider keeps the contract`(check: ContractCheck<MessageProviderUnderTest>) async throws {
///   try await check.run(on: ours)
/// }
///
/// @Test func `of the contract nothing else is left out`() async throws {
///   #expect(try await MessageProviderContract.untried(on: ours) == ["window.isLongerThanAnAttempt"])
/// }
/// ```
///
/// One closure sets up the external system, as for one's own tests; each
/// further ``WalletCondition`` that it can arrange, and each further part of a
/// ``WalletStand``, unlocks the checks that need it.
///
/// | checks | need |
/// |---|---|
/// | one effect a key, references, cancelled before it begins, look-ups, times | `accepting` |
/// | key, bytes, content type, sent once, customers apart, nothing sent after a cancellation | `arrivals` |
/// | what the answers mean | `losingAnswer`, `failing`, `throttling`, `throttlingUntilDate`, `refusing`, `refusingInSuccess`, `sayingUnknownWord`, `busy` |
/// | cancelled under way, no thread blocked | `hanging` |
/// | the time-out | `hanging` and `pass` |
/// | look-ups that fail | `failingLookUps` |
public enum MessageProviderContract {
  /// All checks.
  public static let checks = deliverChecks + answerChecks + cancellationChecks + lookUpChecks + timeChecks

  /// The names of the checks that were not tried, because a stand or a part of it is missing, or the provider does not
  /// claim what they are about.
  ///
  /// - Parameter subject: What is put to the test; all checks are run on it.
  /// - Returns: The names, in the order of ``checks``; empty when all were tried.
  /// - Throws: ``ContractViolation`` when the contract is not kept.
  public static func untried(on subject: MessageProviderUnderTest) async throws -> [String] {
    var names: [String] = []
    for check in checks where try await check.run(on: subject) == .notClaimed { names.append(check.name) }
    return names
  }

  private static let timeChecks: [ContractCheck<MessageProviderUnderTest>] = [
    .init("timeout.isSomeTime") { subject, steps in
      let timeout = try await subject.stand(.accepting).provider.timeout
      try steps.expect("a time-out above zero", timeout > .zero, seen: timeout)
    },
    .init("window.isLongerThanAnAttempt") { subject, steps in
      let provider = try await subject.stand(.accepting).provider
      guard let window = provider.idempotencyWindow else { throw NotClaimed() }
      try steps.expect("a window longer than the time-out", window > provider.timeout, seen: window)
    },
  ]
}
