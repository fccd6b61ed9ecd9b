extension StatementWork {
  /// Takes the next line, where it needs nothing but the index.
  ///
  /// - Returns: The line's work where it needs more, or `nil` when it was settled.
  mutating func take(_ record: StatementRecord) -> OpenLine? {
    line += 1
    guard isOfThisPass(record.id) else { return nil }
    totals.lines += 1
    guard record.source.map({ $0 == source }) ?? true else {
      return OpenLine(
        number: line,
        record: record,
        step: .unusable("It names the provider \(record.source?.rawValue ?? "").")
      )
    }
    let event: ExternalEvent
    do throws(OfferBridgeError) {
      event = try record.event(from: source)
    } catch {
      return OpenLine(number: line, record: record, step: .unusable(error.description))
    }
    let digest = StatementDigest(event)
    let row = index.row(of: digest.id)
    if totals.agreed + totals.differing == 0 { sample.add(record.id) }
    guard let row else { return OpenLine(number: line, record: record, step: .absent(event, digest)) }
    let agrees = digest.agrees(with: index[row]) && record.agrees(with: index[row].marks)
    if index[row].marks.contains(.onLine) {
      return OpenLine(number: line, record: record, step: .again(event, digest, row, agrees: agrees))
    }
    guard agrees else { return OpenLine(number: line, record: record, step: .unequal(event, digest, row)) }
    pair(row)
    totals.agreed += 1
    return nil
  }

  mutating func pair(_ row: Int32) {
    let marks = index[row].marks
    // A notice is looked for by nobody, but this line has its id.
    if marks.isDisjoint(with: [.redemption, .reversal]) { totals.received += 1 }
    if marks.contains(.parked) { totals.parked += 1 }
    if marks.contains(.discrepant) { totals.discrepant += 1 }
    index[row].marks.insert(.onLine)
  }

  /// A line that the index alone could not settle.
  struct OpenLine {
    let number: Int
    let record: StatementRecord
    let step: Step

    enum Step {
      case unusable(String)
      case absent(ExternalEvent, StatementDigest)
      case unequal(ExternalEvent, StatementDigest, Int32)
      case again(ExternalEvent, StatementDigest, Int32, agrees: Bool)
    }
  }

  /// Settles a line with the help of the ledger.
  ///
  /// - Returns: What it differs in, in the order of the kinds.
  nonisolated(nonsending)
    mutating func settle(_ open: OpenLine) async throws -> [StatementDiscrepancy]
  {
    switch open.step {
    case .unusable(let reason):
      return [found(.unusable, open, nil, .ask("\(reason) Mend the line, or leave it out."))]
    case .absent(let event, let digest): return try await settle(open, absent: event, digest)
    case .unequal(let event, let digest, let row):
      guard let record = try await record(at: row, event.id) else {
        return try await settle(open, absent: event, digest)
      }
      let kinds = try await differences(open.record, event, record, row)
      pair(row)
      guard !kinds.isEmpty else {
        totals.agreed += 1
        return []
      }
      totals.differing += 1
      index[row].marks.insert(.differing)
      firstLines[digest.id] = digest.whole(open.record)
      let isReversedInPart = index[row].marks.contains(.partlyReversed)
      return kinds.map { kind in
        totals.found[kind, default: 0] += 1
        return StatementDiscrepancy(
          kind,
          line: open.number,
          open.record,
          event,
          here: record,
          isReversedInPart: isReversedInPart
        )
      }
    case .again(let event, let digest, let row, let agrees):
      totals.repeated += 1
      let isSame: Bool
      if index[row].marks.contains(.differing) {
        isSame = firstLines[digest.id] == digest.whole(open.record)
      } else if agrees {
        isSame = true
      } else if let record = try await record(at: row, event.id) {
        isSame = try await differences(open.record, event, record, row).isEmpty
      } else {
        isSame = false
      }
      return [again(open, isSame: isSame, try await record(at: row, event.id))]
    }
  }

  nonisolated(nonsending)
    private mutating func settle(
      _ open: OpenLine,
      absent event: ExternalEvent,
      _ digest: StatementDigest
    ) async throws -> [StatementDiscrepancy]
  {
    if let first = firstLines[digest.id] {
      totals.repeated += 1
      return [again(open, isSame: first == digest.whole(open.record), nil)]
    }
    firstLines[digest.id] = digest.whole(open.record)
    guard bounds?.isDue(event.time) ?? true else {
      totals.linesNotDue += 1
      return []
    }
    var kind = StatementDiscrepancy.Kind.missingHere
    if let reference = event.content.reference, try await !here.mayKnow(reference) { kind = .unknownReplica }
    return [found(kind, open, nil, .reconcile(event))]
  }

  private mutating func again(
    _ open: OpenLine,
    isSame: Bool,
    _ record: RedemptionRecord?
  ) -> StatementDiscrepancy {
    isSame
      ? found(.duplicate, open, record, .none("It counts once, however often it is listed."))
      : found(
        .severalLines,
        open,
        record,
        .ask("Ask which of the lines of \(open.record.id) counts, or whether all do.")
      )
  }

  private mutating func found(
    _ kind: StatementDiscrepancy.Kind,
    _ open: OpenLine,
    _ record: RedemptionRecord?,
    _ repair: StatementRepair
  ) -> StatementDiscrepancy {
    totals.found[kind, default: 0] += 1
    return StatementDiscrepancy(
      kind: kind,
      id: open.record.id,
      line: open.number,
      there: open.record,
      here: record,
      repair: repair
    )
  }
}

extension StatementRecord {
  /// Whether kind and standing are those of a row, as far as its marks tell.
  fileprivate func agrees(with marks: StatementIndex.Marks) -> Bool {
    switch content {
    case .redemption:
      marks.contains(.redemption)
        && (standing == nil
          || !marks.contains(.partlyReversed) && (standing == .reversed) == marks.contains(.reversed))
    case .reversal: marks.contains(.reversal)
    }
  }
}

extension StatementDigest {
  /// All that a line tells, in one.
  fileprivate func whole(_ record: StatementRecord) -> UInt64 {
    whole ^ UInt64(StatementRecord.Standing.allCases.firstIndex { $0 == record.standing }.map { $0 + 1 } ?? 0)
  }
}
