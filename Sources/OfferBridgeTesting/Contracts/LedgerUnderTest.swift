public import Foundation
public import OfferBridgeKit

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
