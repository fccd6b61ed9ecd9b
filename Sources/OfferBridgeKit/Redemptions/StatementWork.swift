import Foundation

/// A comparison under way: the index of what was received, and what was found so far.
struct StatementWork: Sendable {
  var here: StatementLedger
  let scope: StatementScope
  let providers: [ProviderID]
  let passes: Int
  var pass = 0

  var bounds: StatementScope.Bounds?
  var index = StatementIndex()
  var totals: StatementTotals
  /// What the first line said under an id that was not received, or for which something else was.
  var firstLines: [UInt64: UInt64] = [:]
  /// The number of the line that was read last.
  var line = 0
  /// The page whose rest is looked for next.
  var page: Int32 = 0
  var sample = StatementSample()
  /// The pages that something is on that is missing there.
  var openPages: Set<Int32> = []

  init(_ here: StatementLedger, _ scope: StatementScope, _ providers: [ProviderID], passes: Int) {
    self.here = here
    self.scope = scope
    self.providers = providers
    self.passes = max(1, passes)
    totals = StatementTotals(source: here.source)
  }

  var source: ProviderID { here.source }

  // MARK: - What was received

  /// Reads what was received of the ids of this pass.
  nonisolated(nonsending)
    mutating func begin() async throws
  {
    if bounds == nil {
      bounds = StatementScope.Bounds(scope, now: scope.settling > .zero ? try await here.now() : nil)
    }
    index = StatementIndex()
    firstLines = [:]
    (line, page) = (0, 0)
    here.rewind()
    var mark: PageMark?
    repeat {
      let number = here.pageCount
      let page = try await here.readPage(after: mark)
      for case .event(let record) in page.entries where isOfThisPass(record.event.id.id) {
        add(record, onPage: number)
      }
      mark = page.next
    } while mark != nil
  }

  /// Goes on to the ids of the next pass.
  ///
  /// - Returns: Whether there is one; the statement is read anew for it.
  mutating func beginsAgain() -> Bool {
    pass += 1
    return pass < passes
  }

  mutating func add(_ record: RedemptionRecord, onPage number: Int32) {
    let event = record.event
    var marks: StatementIndex.Marks = []
    switch event.content {
    case .redemption: marks.insert(.redemption)
    case .reversal(let redemption, let part):
      marks.insert(.reversal)
      index.mark(redemption: StatementDigest.of(redemption), part == nil ? .reversed : .partlyReversed)
    case .notice: marks.insert(.notCompared)
    }
    if case .parked = record.match { marks.insert(.parked) }
    if case .discrepant = record.match { marks.insert(.discrepant) }
    if let bounds {
      if !bounds.compares(event) { marks.insert(.notCompared) }
      if !bounds.isDue(event.time) { marks.insert(.notDue) }
    }
    guard index.add(StatementDigest(event), onPage: number, marks) else { return }
    if case .notice = event.content { return }
    totals.received += 1
  }

  /// Ids are dealt out by a digest that is the same in every process, so that the findings come in one order.
  func isOfThisPass(_ id: String) -> Bool {
    guard passes > 1 else { return true }
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in id.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return (hash ^ hash >> 32) % UInt64(passes) == UInt64(pass)
  }

  // MARK: - What is on no line

  /// What of the next page that has any is on no line, in the order of receipt, or `nil` after the last page.
  nonisolated(nonsending)
    mutating func missingOnNextPage() async throws -> [StatementDiscrepancy]?
  {
    guard page < here.pageCount else { return nil }
    defer { page += 1 }
    guard openPages.contains(page) else { return [] }
    var missing: [StatementDiscrepancy] = []
    for record in try await here.events(onPage: page) where isOfThisPass(record.event.id.id) {
      guard let row = index.row(of: StatementDigest.of(record.event.id.id)), index[row].isMissing else {
        continue
      }
      index[row].marks.insert(.onLine)
      totals.found[.missingThere, default: 0] += 1
      missing.append(
        StatementDiscrepancy(
          kind: .missingThere,
          id: record.event.id.id,
          line: nil,
          there: nil,
          here: record,
          repair: .ask(
            "Ask whether \(record.event.id.id) was withdrawn there; a reversal of it has not been reported."
          )
        )
      )
    }
    return missing
  }

  /// Counts what is on no line, once all lines of the pass were taken.
  mutating func endLines() {
    openPages = []
    for row in index.indices {
      let marks = index[row].marks
      if marks.contains(.onLine) || marks.isDisjoint(with: [.redemption, .reversal]) { continue }
      if marks.contains(.notCompared) {
        totals.notCompared += 1
      } else if marks.contains(.notDue) {
        totals.receivedNotDue += 1
      } else {
        openPages.insert(index[row].page)
      }
    }
  }

  /// Says why nothing matched, where nothing did.
  nonisolated(nonsending)
    mutating func end() async throws
  {
    guard totals.isNothingMatched else { return }
    totals.nothingMatched = try await sample.mismatch(with: here, received: totals.received, providers)
  }
}

extension StatementIndex.Row {
  /// Whether it must be on a line, and is on none.
  fileprivate var isMissing: Bool {
    marks.isDisjoint(with: [.onLine, .notCompared, .notDue])
  }
}
