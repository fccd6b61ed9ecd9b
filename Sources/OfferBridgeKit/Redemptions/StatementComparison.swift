import Foundation

/// What a line and the event under its id differ in, compared in full: a pure function of the two.
struct StatementComparison {
  /// What the line says, as an event.
  let line: ExternalEvent
  /// How the line's redemption stands there, where it tells.
  let standing: StatementRecord.Standing?
  /// What was received.
  let here: ExternalEvent
  /// How it stands here, where that is known.
  let standingHere: StatementRecord.Standing?
  /// What its reversals left of it here, where there are any that are not of all.
  let left: Money?
  /// Whether its reversals wait with it, so that nobody knows yet what they leave.
  let isLeftOpen: Bool
  /// What it counts on here, where that was looked up.
  let issued: IssuedOffer?
  /// The ids of whoever it is here, where they have several and that was looked up.
  let identity: CustomerIdentity?
  /// Of a reversal, what its whole redemption was worth, where that is known.
  let whole: Money?

  /// Moments that are closer than this agree: many exports cut the fraction of a second off.
  static let tolerance: Int64 = 1000

  /// Whether the two name what they are of in two ways, so that only the issued offer can tell.
  static func needsIssuedOffer(_ line: ExternalEvent, _ here: ExternalEvent) -> Bool {
    guard case .redemption(let reference, _, let details) = line.content,
      case .redemption(let other, _, let others) = here.content
    else { return false }
    if (details?.customer ?? reference.customer) != nil, (others?.customer ?? other.customer) == nil {
      return true
    }
    return switch (reference, other) {
    case (.issuedOffer, .issuedOffer), (.replica, .replica), (.customer, .customer): false
    case (.issuedOffer, _), (.replica, _), (.customer, _): true
    }
  }

  /// Whose the line says it is and whose it is here, where both are told.
  static func customers(
    _ line: ExternalEvent,
    _ here: ExternalEvent,
    _ issued: IssuedOffer?
  ) -> (there: CustomerID, here: CustomerID)? {
    guard case .redemption(let reference, _, let details) = line.content,
      case .redemption(let other, _, let others) = here.content,
      let there = details?.customer ?? reference.customer,
      let here = others?.customer ?? other.customer ?? issued?.customer
    else { return nil }
    return (there, here)
  }

  /// Each once, in this order; none where they agree.
  var differences: [StatementDiscrepancy.Kind] {
    var found: [StatementDiscrepancy.Kind] = []
    switch (line.content, here.content) {
    case (.redemption(let reference, let amount, _), .redemption(let other, let worth, _)):
      if let standing, let standingHere, standing != standingHere { found.append(.state) }
      if isOther(reference, other) { found.append(.otherReplica) }
      if let (there, here) = Self.customers(line, here, issued), there != here,
        !(identity?.has(there) ?? false)
      {
        found.append(.customer)
      }
      // A statement may give what is left instead of what it was.
      if let amount, amount != worth, amount != left, !isLeftOpen { found.append(.amount) }
    case (.reversal(let id, let part), .reversal(let other, let otherPart)):
      if !id.utf8.elementsEqualFast(other.utf8) { found.append(.state) }
      if isOther(part, otherPart) { found.append(.amount) }
    default: found.append(.state)
    }
    if isOther(line.time, here.time) { found.append(.time) }
    return found
  }

  private func isOther(_ reference: RedemptionReference, _ other: RedemptionReference) -> Bool {
    switch (reference, other) {
    case (.issuedOffer(let id), .issuedOffer(let other)): id != other
    case (.replica(let name), .replica(let other)): name != other
    case (.customer(_, let name), .customer(_, let other)): name != other
    case (.issuedOffer(let id), _): issued.map { $0.id != id } ?? false
    case (.customer(_, let name), _): issued.map { $0.replica(at: here.id.source)?.name != name } ?? false
    // By which references a replica is known is not told of an issued offer.
    case (.replica, _): false
    }
  }

  /// No part is all of it; lines and amounts are not compared with each other.
  private func isOther(_ part: ReversedPart?, _ other: ReversedPart?) -> Bool {
    switch (part, other) {
    case (nil, nil): false
    case (.lines(let names), .lines(let others)):
      Set(names.map { Array($0.utf8) }) != Set(others.map { Array($0.utf8) })
    case (.amount(let amount), .amount(let other)): amount != other
    case (.amount(let amount), nil), (nil, .amount(let amount)): whole.map { $0 != amount } ?? false
    case (.lines, _), (_, .lines): false
    }
  }

  private func isOther(_ time: RedemptionTime, _ other: RedemptionTime) -> Bool {
    switch (time, other) {
    case (.moment(let moment), .moment(let other)):
      (moment.milliseconds - other.milliseconds).magnitude >= Self.tolerance
    case (.day(let day, in: _), .day(let other, in: _)): day != other
    case (.day(let day, in: let zone), .moment(let moment)),
      (.moment(let moment), .day(let day, in: let zone)):
      LocalDay(of: moment, in: zone) != day
    }
  }
}

extension StatementDiscrepancy {
  /// A difference between a line and what was received under its id.
  init(
    _ kind: Kind,
    line number: Int,
    _ record: StatementRecord,
    _ line: ExternalEvent,
    here: RedemptionRecord,
    isReversedInPart: Bool
  ) {
    self.init(
      kind: kind,
      id: record.id,
      line: number,
      there: record,
      here: here,
      repair: Self.repair(kind, record, line, here, isReversedInPart)
    )
  }

  private static func repair(
    _ kind: Kind,
    _ record: StatementRecord,
    _ line: ExternalEvent,
    _ here: RedemptionRecord,
    _ isReversedInPart: Bool
  ) -> StatementRepair {
    switch kind {
    case .state:
      if record.standing == .reversed, case .redemption = here.event.content,
        let reversal = reversal(of: line, nil, "reversed")
      {
        return .reverse(reversal)
      }
      return .ask(
        "Ask whether \(line.id.id) stands there: here it is \(here.event.stateInWords), \(here.match)."
      )
    case .amount:
      // What the external system no longer counts is given back; what it counts beyond that has no notice yet.
      if !isReversedInPart, case .redemption(_, let there?, _) = line.content,
        case .redemption(_, let here?, _) = here.event.content,
        there.currency == here.currency, there.minorUnits < here.minorUnits,
        let reversal = reversal(
          of: line,
          .amount(Money(minorUnits: here.minorUnits - there.minorUnits, currency: here.currency)),
          "amount"
        )
      {
        return .reverse(reversal)
      }
      return .ask(
        "Ask what \(line.id.id) was worth: \(both(record.amountInWords, here.event.amountInWords))."
      )
    case .customer:
      return .ask("Ask who redeemed \(line.id.id): \(both(record.ofInWords, here.event.ofInWords)).")
    case .otherReplica:
      return .ask("Ask what was redeemed by \(line.id.id): \(both(record.ofInWords, here.event.ofInWords)).")
    case .time:
      return .ask(
        "Ask when \(line.id.id) was: \(both(record.time.description, here.event.time.description))."
      )
    case .missingHere, .missingThere, .duplicate, .severalLines, .unknownReplica, .unusable:
      return .none("It is on one side alone.")
    }
  }

  private static func both(_ there: String?, _ here: String?) -> String {
    "\(there ?? "not told") there, \(here ?? "not told") here"
  }

  /// What ids of reversals begin with that were proposed and are on no statement.
  static let ownPrefix = "statement/"

  /// A reversal that the statement implies, at the line's time; `nil` where its id would be too long.
  private static func reversal(of line: ExternalEvent, _ part: ReversedPart?, _ word: String) -> Reversal? {
    let id = "\(Self.ownPrefix)\(word)/\(line.id.id)"
    guard id.utf8.count <= 256 else { return nil }
    return switch line.time {
    case .moment(let moment):
      Reversal(id: id, from: line.id.source, of: line.id.id, only: part, at: moment)
    case .day(let day, in: let zone):
      Reversal(id: id, from: line.id.source, of: line.id.id, only: part, on: day, in: zone)
    }
  }
}
