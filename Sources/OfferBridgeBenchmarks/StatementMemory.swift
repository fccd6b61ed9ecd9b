#if os(Linux)
import Foundation
import OfferBridgeKit

/// What a comparison holds for each event that was received, while it is under way.
///
/// Each figure is from a child process of its own: the growth of the resident
/// memory from the filled ledger to the last finding, by the count of events.
/// Tables grow in steps, so it is taken at four sizes, and the mean is given.
enum StatementMemory {
  static let childArgument = "--statement-memory-of"
  private static let sizes = [130_000, 162_500, 195_000, 227_500]

  static func row() throws -> BenchmarkRow {
    BenchmarkRow(
      name: "memory.statement",
      value: try mean("ours"),
      unit: "bytes",
      comparison: .init(against: "a dictionary of all events, joined", value: try mean("join")),
      minimum: nil
    )
  }

  private static func mean(_ side: String) throws -> Double {
    try sizes.map { try MemoryRows.measured([childArgument, side, String($0)]) }.reduce(0, +)
      / Double(sizes.count)
  }

  /// The child's part: the bytes of one event.
  static func measure(_ arguments: [String]) async throws -> Double {
    guard arguments.count == 2, let size = Int(arguments[1]) else { throw NotTheSameWork() }
    let now = Date()
    let ledger = InMemoryOfferLedger()
    let bridge = try await Shop.bridge([:], Wallet()).using(ledger: ledger)
    let events = (0..<size).map { StatementWork.event($0, of: Shop.action($0, at: now)) }
    for event in events { _ = try await ledger.reconcile([event], tenant: "main") }
    let lines = StatementWork.lines(events)
    let before = try MemoryRows.residentBytes()
    let grown: Double
    if arguments[0] == "ours" {
      var steps = bridge.reconcile(statement: lines).makeAsyncIterator()
      var last: StatementFinding?
      while let step = try await steps.next() { last = step }
      grown = try MemoryRows.residentBytes() - before
      guard case .totals(let totals) = last, totals.lines == lines.count else { throw NotTheSameWork() }
      withExtendedLifetime(steps) {}
    } else {
      // Text that the ledger has already is shared with it here; a host would read it from a database.
      let join = DictionaryJoin(events)
      let counts = join.counts(lines)
      grown = try MemoryRows.residentBytes() - before
      guard counts.missingThere == size / 50 else { throw NotTheSameWork() }
      withExtendedLifetime(join) {}
    }
    // What was there before must stay, or its memory would be taken off.
    withExtendedLifetime((events, lines)) {}
    return grown / Double(size)
  }
}
#endif
