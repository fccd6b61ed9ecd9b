public import Foundation

/// Which of what was received a statement is expected to hold.
///
/// ```swift
/// bridge.reconcile(statement: records, within: StatementScope(settling: .hours(6)))
/// ```
public struct StatementScope: Sendable, Hashable {
  /// What a statement has lines about.
  public enum Listing: Sendable, Hashable {
    /// A line for each redemption, and one for each reversal.
    case redemptionsAndReversals
    /// A line for each redemption; what became of it stands there, or nowhere.
    case redemptions
  }

  /// The period that the statement covers, its end not included; `nil` for all that ever was.
  ///
  /// What was received from outside it is not missing there. A day is in it when any part of it is. A line is compared
  /// whatever its time: one that was moved out of the period is found.
  public var period: Range<Date>?
  /// How long something may be on one side alone before that is a discrepancy.
  ///
  /// What happened less than this before the ledger's now is not due yet, on either side; of a day counts its end.
  public var settling: Duration
  /// What the statement has lines about.
  public var listing: Listing

  /// A scope.
  ///
  /// - Parameters:
  ///   - period: The period that the statement covers; all that ever was by default.
  ///   - settling: How long something may be on one side alone; no time at all by default.
  ///   - listing: What the statement has lines about; redemptions and reversals by default.
  public init(
    period: Range<Date>? = nil,
    settling: Duration = .zero,
    listing: Listing = .redemptionsAndReversals
  ) {
    self.period = period
    self.settling = settling
    self.listing = listing
  }

  /// What a scope makes of events, at one moment of the ledger's clock.
  struct Bounds: Sendable {
    let listing: Listing
    let period: Range<Int64>?
    /// What is later than this is not due; `nil` where nothing is too young.
    let dueUntil: Int64?

    /// The bounds at the ledger's time, or at none where nothing is too young.
    init(_ scope: StatementScope, now: Date?) {
      listing = scope.listing
      period = scope.period.map { $0.lowerBound.milliseconds..<$0.upperBound.milliseconds }
      dueUntil = now.map { $0.milliseconds.subtractingClamped(scope.settling.milliseconds) }
    }

    /// Whether it must be on a statement, by and by.
    func compares(_ event: ExternalEvent) -> Bool {
      if case .reversal = event.content {
        // One that was proposed by an earlier comparison is on no statement.
        if listing == .redemptions || event.id.id.hasPrefix(StatementDiscrepancy.ownPrefix) { return false }
      }
      guard let period else { return true }
      switch event.time {
      case .moment(let moment): return period.contains(moment.milliseconds)
      case .day(let day, in: let zone):
        let interval = day.interval(in: zone)
        return interval.lowerBound.milliseconds < period.upperBound
          && period.lowerBound < interval.upperBound.milliseconds
      }
    }

    /// Whether it is old enough to be on both sides.
    func isDue(_ time: RedemptionTime) -> Bool {
      guard let dueUntil else { return true }
      return switch time {
      case .moment(let moment): moment.milliseconds <= dueUntil
      case .day(let day, in: let zone): day.interval(in: zone).upperBound.milliseconds <= dueUntil
      }
    }
  }
}
