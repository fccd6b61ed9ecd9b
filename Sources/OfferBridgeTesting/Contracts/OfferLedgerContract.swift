/// What every `OfferLedger` must do, as checks that a host runs on its own.
///
/// ```swift
/// @Test(arguments: OfferLedgerContract.checks)
/// func `our ledger keeps the contract`(check: ContractCheck<LedgerUnderTest>) async throws {
///   try await check.run(on: LedgerUnderTest { now in try PostgresLedger(in: emptySchema(), now: now) })
/// }
/// ```
///
/// The checks drive the ledger by its protocol alone, with plans of their own:
/// no bridge, no store and no provider are needed. Each begins with an empty
/// ledger and moves its clock by hand. Most of them are some ten calls; those
/// that need racers, permutations or chance are some thousands.
///
/// Three are for those that claim more, and answer `notClaimed` to all others:
/// `durability.reopenSeesEverything` and `trail.reopenGoesOn` for a ledger that outlives its process,
/// `multiProcess.killNine` for one that several processes share. That one
/// starts and kills processes, and its ledger has the system's time.
public enum OfferLedgerContract {
  /// All checks, in the order of an offer's life.
  public static let checks: [ContractCheck<LedgerUnderTest>] =
    issueChecks + limitChecks + claimChecks + settleChecks + reconcileChecks + ageingChecks + expiryChecks
    + trailChecks + batchChecks
    + wholeChecks
    + processChecks
}
