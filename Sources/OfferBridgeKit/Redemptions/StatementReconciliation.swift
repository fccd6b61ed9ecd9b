import Foundation

/// A statement being compared with the ledger: discrepancies one by one, and the totals at the end.
///
/// Nothing happens before it is iterated, and each iteration compares anew.
/// What was received is read first, page by page, and 28 bytes of each are
/// kept; then each line is read once and forgotten.
///
/// ```swift
/// var report = StatementReport()
/// for try await finding in bridge.reconcile(statement: records) { report.add(finding) }
/// print(report)
/// ```
///
/// Shape: discrepancies of lines in the order of the lines, each line's in the order of their kinds; then what is
/// missing there in the order of its receipt; then the totals, always, and nothing more. With several passes the first
/// two come once for each.
/// Not an error: a discrepancy, an unusable line, a statement of which nothing matched.
public struct StatementReconciliation<Records: AsyncSequence>: AsyncSequence
where Records.Element == StatementRecord {
  /// A discrepancy, or the totals.
  public typealias Element = StatementFinding
  /// ``OfferBridgeError`` where the ledger or the source is at fault, else what the statement throws.
  public typealias Failure = any Error

  let records: Records
  let work: Result<StatementWork, OfferBridgeError>

  /// Begins a comparison.
  public func makeAsyncIterator() -> Iterator { Iterator(records: records, work: work) }

  /// One comparison under way.
  public struct Iterator: AsyncIteratorProtocol {
    private enum Stage {
      case ledger, lines, rest, ended
    }

    private let records: Records
    private var work: Result<StatementWork, OfferBridgeError>
    private var lines: Records.AsyncIterator?
    private var stage = Stage.ledger
    /// What was found and is not yet told, the next one last.
    private var found: [StatementDiscrepancy] = []

    fileprivate init(records: Records, work: Result<StatementWork, OfferBridgeError>) {
      self.records = records
      self.work = work
    }

    /// Goes on to the next finding.
    ///
    /// - Parameter actor: Whose work it is.
    /// - Returns: A discrepancy, the totals, or `nil` after them.
    /// - Throws: ``OfferBridgeError`` when the ledger fails, or the bridge has not exactly one provider and none is
    ///   named; what the statement throws. Compare again then.
    public mutating func next(isolation actor: isolated (any Actor)?) async throws -> StatementFinding? {
      if let next = found.popLast() { return .discrepancy(next) }
      if case .ended = stage { return nil }
      var work: StatementWork
      do {
        work = try self.work.get()
        // Not kept twice meanwhile, so that the index is never copied.
        self.work = .failure(OfferBridgeError(.ledgerFailed))
        let next = try await findNext(&work, isolation: actor)
        self.work = .success(work)
        return next
      } catch {
        stage = .ended
        throw error
      }
    }

    private mutating func findNext(
      _ work: inout StatementWork,
      isolation actor: isolated (any Actor)?
    ) async throws -> StatementFinding? {
      while true {
        switch stage {
        case .ledger:
          try await work.begin()
          lines = records.makeAsyncIterator()
          stage = .lines
        case .lines:
          while let record = try await lines?.next(isolation: actor) {
            guard let open = work.take(record) else { continue }
            found = try await work.settle(open).reversed()
            if let next = found.popLast() { return .discrepancy(next) }
          }
          lines = nil
          work.endLines()
          stage = .rest
        case .rest:
          while let missing = try await work.missingOnNextPage() {
            found = missing.reversed()
            if let next = found.popLast() { return .discrepancy(next) }
          }
          guard work.beginsAgain() else {
            try await work.end()
            stage = .ended
            return .totals(work.totals)
          }
          stage = .ledger
        case .ended: return nil
        }
      }
    }
  }
}

extension StatementReconciliation: Sendable where Records: Sendable {}
extension StatementLines: Sendable where Lines: Sendable {}

/// The lines of a statement that a host has in memory, one after the other.
public struct StatementLines<Lines: Sequence>: AsyncSequence where Lines.Element == StatementRecord {
  /// A line.
  public typealias Element = StatementRecord
  /// None: what is in memory does not fail.
  public typealias Failure = Never

  let lines: Lines

  /// Begins with the first line.
  public func makeAsyncIterator() -> Iterator { Iterator(lines: lines.makeIterator()) }

  /// The lines that are left.
  public struct Iterator: AsyncIteratorProtocol {
    fileprivate var lines: Lines.Iterator

    /// Goes on to the next line.
    ///
    /// - Parameter actor: Whose work it is.
    /// - Returns: The line, or `nil` after the last.
    public mutating func next(isolation actor: isolated (any Actor)?) async -> StatementRecord? {
      lines.next()
    }
  }
}
