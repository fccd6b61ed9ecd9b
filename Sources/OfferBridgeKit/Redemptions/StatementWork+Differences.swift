// The ledger's side of a line.
extension StatementWork {
  nonisolated(nonsending)
    mutating func record(at row: Int32, _ id: ExternalEventID) async throws -> RedemptionRecord?
  {
    try await here.events(onPage: index[row].page).first { $0.event.id == id }
  }

  nonisolated(nonsending)
    mutating func differences(
      _ record: StatementRecord,
      _ line: ExternalEvent,
      _ known: RedemptionRecord,
      _ row: Int32
    ) async throws -> [StatementDiscrepancy.Kind]
  {
    let marks = index[row].marks
    var (issued, left, whole) = (IssuedOfferRecord?.none, Money?.none, Money?.none)
    var standing: StatementRecord.Standing? = marks.contains(.reversed) ? .reversed : .stands
    let isInPart = marks.contains(.partlyReversed)
    if isInPart || StatementComparison.needsIssuedOffer(line, known.event), let id = known.match.issuedOffer {
      issued = try await here.record(of: id)
    }
    if isInPart, case .redemption(_, let amount, let details) = known.event.content {
      let reversals = (issued?.events ?? []).filter { $0.event.isReversal(of: known.event.id) }
      var rest = RedemptionRest(amount, details?.lines ?? [])
      for case .reversal(_, let part) in reversals.map(\.event.content) { _ = rest.reverse(part) }
      left = amount.map { Money(minorUnits: rest.left, currency: $0.currency) }
      // Of what waits, nobody knows yet what is left.
      if standing == .stands { standing = issued == nil ? nil : rest.isUndone ? .reversed : .stands }
    }
    if case .reversal(let redemption, _) = known.event.content,
      let target = index.row(of: StatementDigest.of(redemption)),
      let of = try await self.record(at: target, ExternalEventID(source: source, id: redemption)),
      case .redemption(_, let amount, _) = of.event.content
    {
      whole = amount
    }
    var identity: CustomerIdentity?
    if let (there, ours) = StatementComparison.customers(line, known.event, issued?.issuedOffer),
      there != ours
    {
      identity = try await here.identity(of: ours)
    }
    return StatementComparison(
      line: line,
      standing: record.standing,
      here: known.event,
      standingHere: standing,
      left: left,
      isLeftOpen: isInPart && issued == nil,
      issued: issued?.issuedOffer,
      identity: identity,
      whole: whole
    ).differences
  }
}

extension ExternalEvent {
  fileprivate func isReversal(of redemption: ExternalEventID) -> Bool {
    guard case .reversal(let id, _) = content else { return false }
    return self.id.source == redemption.source && id.utf8.elementsEqualFast(redemption.id.utf8)
  }
}
