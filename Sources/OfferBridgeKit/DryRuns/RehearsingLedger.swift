/// A ledger that can say what a commit would answer, without writing: so a dry run knows which limits are reached.
///
/// ``InMemoryOfferLedger`` is one. A ledger over a database need not be: then a dry run takes limits for passed, and
/// names each in ``DryRun/unaskedLimits``.
public protocol RehearsingLedger: OfferLedger {
  /// Answers a plan as a commit at the plan's own moment would.
  ///
  /// - Afterwards: nothing has changed, for nobody.
  /// - Answer: as ``OfferLedger/commit(_:)-([JourneyPlan])`` would at ``JourneyPlan/plannedAt``, whenever that is: it is
  ///   never too old.
  /// - Database: the transaction of a commit with the plan's moment for now, and `ROLLBACK`. Its locks make commits of
  ///   the same trigger and counters wait for as long.
  nonisolated(nonsending)
    func rehearse(_ plan: JourneyPlan) async throws -> CommitAnswer
}
