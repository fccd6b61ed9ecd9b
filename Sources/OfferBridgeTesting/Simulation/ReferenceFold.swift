import Foundation
import OfferBridgeKit

/// What a customer's events come to, told as a story: each step is a redemption, its reversal or a notice, in their
/// order.
///
/// Every question of a step is answered by looking through the steps before
/// it: nothing is added up along the way.
struct ReferenceFold {
  private(set) var matches: [RedemptionMatch]
  /// Of each issued offer.
  private(set) var tallies: [RedemptionTally]
  private(set) var ends: [OfferEnd?]
  private(set) var proven: [Set<ProviderID>]

  let events: [KnownEvent]
  let offers: [KnownOffer]
  /// Whether an id is one of the customer's.
  private let isTheirs: (CustomerID) -> Bool
  private let places: [DerivedKey: Int]
  /// What counts on each issued offer so far, in the order in which it is folded.
  var counted: [[Counted]]
  /// What ended each issued offer or reinstated it so far, in that order.
  var turns: [[Turn]]

  struct Counted {
    let event: Int
    let amount: Money?
    var lines: [RedemptionLine] = []
    /// Whether its amount is in the currency of the others.
    var isSummed = false
    /// How much each of its reversals took.
    var taken: [Int64] = []
    /// The lines that were reversed.
    var reversedLines: Set<Int> = []
    var isUndone = false
    var reasons: Set<RedemptionDiscrepancy> = []

    var left: Int64 { taken.reduce(amount?.minorUnits ?? 0, -) }
  }

  enum Turn {
    case end(OfferEnd)
    case reinstatement
  }

  /// Folds events over issued offers, which stand in the order of issue.
  init(
    of events: [KnownEvent],
    over offers: [KnownOffer],
    isTheirs: @escaping (CustomerID) -> Bool
  ) {
    self.isTheirs = isTheirs
    self.events = events
    self.offers = offers
    places = Dictionary(zip(offers.map(\.offer.id), offers.indices)) { first, _ in first }
    matches = events.map(\.match)
    tallies = []
    ends = []
    proven = offers.map { _ in [] }
    counted = offers.map { _ in [] }
    turns = offers.map { _ in [] }
    for step in story() {
      switch events[step].event.content {
      case .redemption(let reference, let amount, let details): redeem(step, reference, amount, details)
      case .reversal(let id, let part): matches[step] = reverse(step, id, part)
      case .notice(let kind, let reference): matches[step] = note(step, kind, reference)
      }
    }
    tallies = offers.indices.map(tally)
    ends = offers.indices.map(end(of:))
    judge()
  }

  /// The events in their order, a reversal no sooner than right after its redemption.
  private func story() -> [Int] {
    let ordered = events.indices.sorted { events[$0].isBefore(events[$1]) }
    let hasReversals = events.contains { if case .reversal = $0.event.content { true } else { false } }
    guard hasReversals else { return ordered }
    var redemptions: [ExternalEventID: Int] = [:]
    for (place, event) in ordered.enumerated() {
      if case .redemption = events[event].event.content { redemptions[events[event].event.id] = place }
    }
    let steps = ordered.enumerated().map { place, event in
      if case .reversal(let id, _) = events[event].event.content,
        let redemption = redemptions[target(id, of: event)]
      {
        return (time: max(place, redemption), place: place < redemption ? place + 1 : 0, event: event)
      }
      return (time: place, place: 0, event: event)
    }
    return steps.sorted { ($0.time, $0.place) < ($1.time, $1.place) }.map(\.event)
  }

  func target(_ redemption: String, of reversal: Int) -> ExternalEventID {
    ExternalEventID(source: events[reversal].event.id.source, id: redemption)
  }

  private mutating func redeem(
    _ event: Int,
    _ reference: RedemptionReference,
    _ amount: Money?,
    _ details: RedemptionDetails?
  ) {
    guard let offer = offer(meantBy: event, reference) else {
      matches[event] = .parked(.unknownOffer)
      return
    }
    let issued = offers[offer].offer
    var entry = Counted(event: event, amount: amount, lines: details?.lines ?? [])
    if isEarly(event, for: offer) { entry.reasons.insert(.beforeIssue) }
    if let end = issued.expiresAt, events[event].moment >= end.milliseconds {
      entry.reasons.insert(.afterExpiry)
    }
    if isRevoked(offer, by: event) { entry.reasons.insert(.afterClosure) }
    if let end = end(of: offer) { entry.reasons.insert(end.kind == .expired ? .afterExpiry : .afterClosure) }
    if let customer = details?.customer, !isTheirs(customer) { entry.reasons.insert(.otherCustomer) }
    if let amount {
      entry.isSummed = amount.currency == currency(of: offer) ?? amount.currency
      if !entry.isSummed { entry.reasons.insert(.otherCurrency) }
    }
    counted[offer].append(entry)
    let isOverValue = issued.faceValue.map { sum(of: offer) > Int128($0.minorUnits) } ?? false
    if standing(on: offer) > issued.redeemable.count || isOverValue {
      counted[offer][counted[offer].count - 1].reasons.insert(.overLimit)
    }
  }

  /// The first that is meant, not early, neither revoked nor ended by then and not used up; else the first that is not
  /// early; else the first.
  private func offer(meantBy event: Int, _ reference: RedemptionReference) -> Int? {
    let meant = offers(meantBy: reference, from: events[event].event.id.source)
    let inTime = meant.filter { !isEarly(event, for: $0) }
    let free = inTime.first { offer in
      standing(on: offer) < offers[offer].offer.redeemable.count && !isRevoked(offer, by: event)
        && end(of: offer) == nil
    }
    return free ?? inTime.first ?? meant.first
  }

  /// Ends an issued offer, or reinstates one: the first that is meant, not early and ended; else the first that is not
  /// early; else the first.
  private mutating func note(
    _ event: Int,
    _ kind: OfferNotice.Kind,
    _ reference: RedemptionReference
  ) -> RedemptionMatch {
    let all = offers(meantBy: reference, from: events[event].event.id.source)
    let inTime = all.filter { !isEarly(event, for: $0) }
    let ended = inTime.first { end(of: $0) != nil } ?? inTime.first ?? all.first
    guard let place = kind == .reinstated ? ended : offer(meantBy: event, reference) else {
      return .parked(.unknownOffer)
    }
    let comesEarly = isEarly(event, for: place)
    if comesEarly, case .customer = reference { return .parked(.unknownOffer) }
    turns[place].append(
      kind == .reinstated
        ? .reinstatement
        : .end(
          OfferEnd(
            kind: kind == .expired ? .expired : .revoked,
            endedAt: Date(milliseconds: events[event].moment),
            event: events[event].event.id
          )
        )
    )
    let id = offers[place].offer.id
    return comesEarly ? .discrepant([.beforeIssue], on: id) : .applied(to: id)
  }

  private func offers(meantBy reference: RedemptionReference, from source: ProviderID) -> [Int] {
    switch reference {
    case .issuedOffer(let id): return places[id].map { [$0] } ?? []
    case .replica(let reference):
      let clue = Clue.replica(reference, at: source)
      return offers.indices.filter { offers[$0].references.contains(clue) }
    case .customer(_, let name):
      return offers.indices.filter { offers[$0].offer.replica(at: source)?.name == name }
    }
  }

  private func isEarly(_ event: Int, for offer: Int) -> Bool {
    let issuedAt = offers[offer].offer.issuedAt
    switch events[event].event.time {
    case .moment:
      return events[event].moment < issuedAt.milliseconds - Redemption.clockTolerance.milliseconds
    case .day(let day, let zone): return day < LocalDay(of: issuedAt, in: zone)
    }
  }

  private func isRevoked(_ offer: Int, by event: Int) -> Bool {
    guard let closure = offers[offer].offer.closure, closure.kind == .revoked else { return false }
    return events[event].moment >= closure.closedAt.milliseconds
  }
}

extension ReferenceFold {
  func standing(on offer: Int) -> Int { counted[offer].count { !$0.isUndone } }

  /// The first end since the last reinstatement; but the first by a reversal before one by a notice.
  func end(of offer: Int) -> OfferEnd? {
    var since: [OfferEnd] = []
    for turn in turns[offer] {
      switch turn {
      case .end(let end): since.append(end)
      case .reinstatement: since = []
      }
    }
    return since.first { $0.kind == .reversed } ?? since.first
  }

  /// That of the face value, else that of the earliest redemption with an amount.
  private func currency(of offer: Int) -> String? {
    offers[offer].offer.faceValue?.currency ?? counted[offer].first { $0.isSummed }?.amount?.currency
  }

  private func sum(of offer: Int) -> Int128 {
    counted[offer].reduce(0) { sum, entry in entry.isSummed ? sum + Int128(entry.left) : sum }
  }

  private func tally(_ offer: Int) -> RedemptionTally {
    let standing = standing(on: offer)
    let amount =
      counted[offer].contains(where: \.isSummed)
      ? currency(of: offer).map { Money(minorUnits: Int64(clamping: sum(of: offer)), currency: $0) } : nil
    return RedemptionTally(count: standing, reversed: counted[offer].count - standing, amount: amount)
  }

  /// What nothing is wrong with, and names one replica, proves it; what counts at no confirmed one is discrepant.
  private mutating func judge() {
    for offer in offers.indices {
      let replicas = offers[offer].offer.replicas
      for entry in counted[offer] where entry.reasons.isEmpty {
        let event = events[entry.event].event
        if case .redemption(.customer, _, _) = event.content { continue }
        if replicas.contains(where: { $0.provider == event.id.source }) {
          proven[offer].insert(event.id.source)
        }
      }
      for entry in counted[offer] {
        let source = events[entry.event].event.id.source
        let isConfirmed =
          proven[offer].contains(source)
          || offers[offer].offer.replica(at: source)?.isKnownToHaveArrived ?? false
        let reasons = isConfirmed ? entry.reasons : entry.reasons.union([.unconfirmedReplica])
        let id = offers[offer].offer.id
        matches[entry.event] =
          reasons.isEmpty
          ? .applied(to: id) : .discrepant(reasons.sorted { $0.rawValue < $1.rawValue }, on: id)
      }
    }
  }
}
