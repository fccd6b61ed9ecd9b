public import Foundation
public import OfferBridgeKit

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

/// A host's ledger, as the checks of its contract need it.
public struct LedgerUnderTest: Sendable {
  /// The clock that a ledger is given.
  public typealias LedgerClock = @Sendable () -> Date

  package let make: @Sendable (_ now: @escaping LedgerClock) async throws -> any OfferLedger
  let reopen:
    (@Sendable (_ ledger: any OfferLedger, _ now: @escaping LedgerClock) async throws -> any OfferLedger)?
  let process: (@Sendable (_ ledger: any OfferLedger) async throws -> LedgerProcess)?
  let refusalRetention: Duration

  /// A ledger and what it claims.
  ///
  /// - Parameters:
  ///   - refusalRetention: How long it repeats a limit's refusal; 30 days by default.
  ///   - reopen: Gives what a new process would find after that ledger was closed, and need not keep the old one usable;
  ///     `nil`, the default, for a ledger that does not claim to outlive its process.
  ///   - process: Tells how a process of its own opens that ledger's store, for `multiProcess.killNine`; `nil`, the
  ///     default, for a ledger that does not claim that several processes may share it.
  ///   - make: Makes an empty ledger that takes its time from that clock and from nowhere else; called once a check.
  public init(
    refusalRetention: Duration = .days(30),
    reopen: (
      @Sendable (_ ledger: any OfferLedger, _ now: @escaping LedgerClock) async throws -> any OfferLedger
    )? = nil,
    process: (@Sendable (_ ledger: any OfferLedger) async throws -> LedgerProcess)? = nil,
    make: @escaping @Sendable (_ now: @escaping LedgerClock) async throws -> any OfferLedger
  ) {
    self.make = make
    self.reopen = reopen
    self.process = process
    self.refusalRetention = refusalRetention
  }
}
