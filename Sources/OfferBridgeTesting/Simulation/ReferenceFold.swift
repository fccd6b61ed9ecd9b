import OfferBridgeKit

/// What a customer's events come to, told as a story: each step is a redemption or its reversal, in their order.
///
/// Every question of a step is answered by looking through the steps before
/// it: nothing is added up along the way.
struct ReferenceFold {
  private(set) var matches: [RedemptionMatch]
  /// Of each issued offer.
  private(set) var tallies: [RedemptionTally]
  private(set) var proven: [Set<ProviderID>]

  private let events: [KnownEvent]
  private let offers: [KnownOffer]
  private let places: [DerivedKey: Int]
  /// What counts on each issued offer so far, in the order in which it is folded.
  private var counted: [[Counted]]

  private struct Counted {
    let event: Int
    let amount: Money?
    /// Whether its amount is in the currency of the others.
    var isSummed = false
    var isReversed = false
    var reasons: Set<RedemptionDiscrepancy> = []
  }

  /// Folds events over issued offers, which stand in the order of issue.
  init(of events: [KnownEvent], over offers: [KnownOffer]) {
    self.events = events
    self.offers = offers
    places = Dictionary(zip(offers.map(\.offer.id), offers.indices)) { first, _ in first }
    matches = events.map(\.match)
    tallies = []
    proven = offers.map { _ in [] }
    counted = offers.map { _ in [] }
    for step in story() {
      switch events[step].event.content {
      case .redemption(let reference, let amount): redeem(step, reference, amount)
      case .reversal(let id): reverse(step, id)
      }
    }
    tallies = offers.indices.map(tally)
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
      if case .reversal(let id) = events[event].event.content,
        let redemption = redemptions[target(id, of: event)]
      {
        return (time: max(place, redemption), place: place < redemption ? place + 1 : 0, event: event)
      }
      return (time: place, place: 0, event: event)
    }
    return steps.sorted { ($0.time, $0.place) < ($1.time, $1.place) }.map(\.event)
  }

  private func target(_ redemption: String, of reversal: Int) -> ExternalEventID {
    ExternalEventID(source: events[reversal].event.id.source, id: redemption)
  }

  private mutating func redeem(_ event: Int, _ reference: RedemptionReference, _ amount: Money?) {
    guard let offer = offer(meantBy: event, reference) else {
      matches[event] = .parked(.unknownOffer)
      return
    }
    let issued = offers[offer].offer
    var entry = Counted(event: event, amount: amount)
    if isEarly(event, for: offer) { entry.reasons.insert(.beforeIssue) }
    if let end = issued.expiresAt, events[event].moment >= end.milliseconds {
      entry.reasons.insert(.afterExpiry)
    }
    if isRevoked(offer, by: event) { entry.reasons.insert(.afterClosure) }
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

  private mutating func reverse(_ event: Int, _ id: String) {
    let target = target(id, of: event)
    for offer in offers.indices {
      guard let entry = counted[offer].firstIndex(where: { events[$0.event].event.id == target }) else {
        continue
      }
      let isSecond = counted[offer][entry].isReversed
      counted[offer][entry].isReversed = true
      let id = offers[offer].offer.id
      matches[event] = isSecond ? .discrepant([.alreadyReversed], on: id) : .applied(to: id)
      return
    }
    matches[event] = .parked(.reversalBeforeRedemption)
  }

  /// The first that is meant, not early, not revoked by then and not used up; else the first that is not early; else
  /// the first.
  private func offer(meantBy event: Int, _ reference: RedemptionReference) -> Int? {
    let meant = offers(meantBy: reference, from: events[event].event.id.source)
    let inTime = meant.filter { !isEarly(event, for: $0) }
    let free = inTime.first { offer in
      standing(on: offer) < offers[offer].offer.redeemable.count && !isRevoked(offer, by: event)
    }
    return free ?? inTime.first ?? meant.first
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
  private func standing(on offer: Int) -> Int { counted[offer].count { !$0.isReversed } }

  /// That of the face value, else that of the earliest redemption with an amount.
  private func currency(of offer: Int) -> String? {
    offers[offer].offer.faceValue?.currency ?? counted[offer].first { $0.isSummed }?.amount?.currency
  }

  private func sum(of offer: Int) -> Int128 {
    counted[offer].reduce(0) { sum, entry in
      entry.isSummed && !entry.isReversed ? sum + Int128(entry.amount?.minorUnits ?? 0) : sum
    }
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
        if case .redemption(.customer, _) = event.content { continue }
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
