import Foundation

/// What a customer's redemptions amount to: a pure function of the set of events, never of their arrival.
///
/// Events are taken in the order of their own times, then of their ids. A
/// redemption goes to the copy it names; where it names only the customer and
/// the replica, to the first copy in the order of issue for which it is not
/// early and which is not used up. A reversal undoes its redemption once,
/// wherever it stands in time.
struct RedemptionFold {
  /// An event, and the moment by which it is ordered.
  struct Entry {
    let event: ExternalEvent
    let orderedAt: Int64

    /// By its own time, then by its source and id: never by its arrival.
    func isBefore(_ other: Entry) -> Bool {
      if orderedAt != other.orderedAt { return orderedAt < other.orderedAt }
      if event.id.source != other.event.id.source { return event.id.source < other.event.id.source }
      return event.id.id.utf8.lexicographicallyPrecedes(other.event.id.id.utf8)
    }
  }

  /// The copies, in the order of issue; their tallies are the result.
  private(set) var copies: [IssuedOffer]
  /// For each entry, how it stands.
  private(set) var matches: [RedemptionMatch]
  /// For each copy, a bit for each replica that a redemption proves.
  private(set) var evidence: [UInt64]

  private let entries: [Entry]
  private let references: [[ReferenceKey]]
  /// For each copy, what was redeemed of it: in 128 bits, so that a sum beyond the largest amount comes back.
  private var sums: [Int128]
  /// For each redemption that counts: its copy, the units it added, and whether it was reversed.
  private var counted: [Int: Counted] = [:]
  private var reasons: [Int: Set<RedemptionDiscrepancy>] = [:]

  private struct Counted {
    let copy: Int
    let minorUnits: Int64
    var isReversed = false
  }

  /// Folds one customer's events over what was issued to them.
  ///
  /// - Parameters:
  ///   - copies: The issued offers; their replicas' states are what deliveries said.
  ///   - references: For each of them, its replicas' references that were learnt.
  ///   - entries: The events, in any order.
  init(copies: [IssuedOffer], references: [[ReferenceKey]], entries: [Entry]) {
    self.copies = copies
    self.references = references
    self.entries = entries
    matches = Array(repeating: .parked(.unknownOffer), count: entries.count)
    evidence = Array(repeating: 0, count: copies.count)
    sums = Array(repeating: 0, count: copies.count)
    for index in self.copies.indices { self.copies[index].redeemed = .none }

    let order = entries.indices.sorted { entries[$0].isBefore(entries[$1]) }
    var waiting: [ExternalEventID: [Int]] = [:]
    var redemptions: [ExternalEventID: Int] = [:]
    for index in order {
      switch entries[index].event.content {
      case .redemption(let reference, let amount):
        redemptions[entries[index].event.id] = index
        redeem(index, reference, amount)
        for reversal in waiting.removeValue(forKey: entries[index].event.id) ?? [] {
          reverse(reversal, redemption: index)
        }
      case .reversal(let id):
        let target = ExternalEventID(source: entries[index].event.id.source, id: id)
        if let redemption = redemptions[target] {
          reverse(index, redemption: redemption)
        } else {
          matches[index] = .parked(.reversalBeforeRedemption)
          waiting[target, default: []].append(index)
        }
      }
    }
    weighEvidence()
    for (index, counted) in counted {
      let found = (reasons[index] ?? []).sorted { $0.rawValue < $1.rawValue }
      let id = copies[counted.copy].id
      matches[index] = found.isEmpty ? .applied(to: id) : .discrepant(found, on: id)
    }
  }

  private mutating func redeem(_ index: Int, _ reference: RedemptionReference, _ amount: Money?) {
    let event = entries[index].event
    let candidates = copies.indices.filter { isMeant($0, by: reference, from: event.id.source) }
    let inTime = candidates.filter { !event.time.isBeforeIssue(of: copies[$0]) }
    guard
      let copy = inTime.first(where: { copies[$0].redeemed.count < copies[$0].redeemable.count })
        ?? inTime.first ?? candidates.first
    else { return }

    var found: Set<RedemptionDiscrepancy> = []
    if event.time.isBeforeIssue(of: copies[copy]) { found.insert(.beforeIssue) }
    if event.time.isAfterExpiry(of: copies[copy]) { found.insert(.afterExpiry) }
    var units: Int64 = 0
    if let amount {
      let currency =
        copies[copy].faceValue?.currency ?? copies[copy].redeemed.amount?.currency ?? amount.currency
      if currency == amount.currency {
        units = amount.minorUnits
        add(Int128(units), to: copy, currency)
      } else {
        found.insert(.otherCurrency)
      }
    }
    copies[copy].redeemed.count += 1
    let isOverValue = copies[copy].faceValue.map { sums[copy] > Int128($0.minorUnits) } ?? false
    if copies[copy].redeemed.count > copies[copy].redeemable.count || isOverValue { found.insert(.overLimit) }
    counted[index] = Counted(copy: copy, minorUnits: units)
    reasons[index] = found
  }

  private mutating func reverse(_ index: Int, redemption: Int) {
    guard let redeemed = counted[redemption] else {
      matches[index] = .parked(.reversalBeforeRedemption)
      return
    }
    let copy = redeemed.copy
    guard !redeemed.isReversed else {
      matches[index] = .discrepant([.alreadyReversed], on: copies[copy].id)
      return
    }
    counted[redemption]?.isReversed = true
    copies[copy].redeemed.count -= 1
    copies[copy].redeemed.reversed += 1
    if let sum = copies[copy].redeemed.amount { add(-Int128(redeemed.minorUnits), to: copy, sum.currency) }
    matches[index] = .applied(to: copies[copy].id)
  }

  private mutating func add(_ units: Int128, to copy: Int, _ currency: String) {
    sums[copy] += units
    copies[copy].redeemed.amount = Money(minorUnits: Int64(clamping: sums[copy]), currency: currency)
  }

  /// A redemption without another discrepancy that names our id or the replica's reference proves the replica;
  /// one at a replica that is neither accepted nor proven is unconfirmed.
  private mutating func weighEvidence() {
    for (index, counted) in counted where reasons[index]?.isEmpty == true {
      guard case .redemption(let reference, _) = entries[index].event.content, reference.namesOneReplica,
        let replica = replica(of: counted.copy, at: entries[index].event.id.source)
      else { continue }
      evidence[counted.copy] |= 1 << UInt64(replica)
    }
    for (index, counted) in counted {
      let replica = replica(of: counted.copy, at: entries[index].event.id.source)
      let isConfirmed =
        replica.map {
          copies[counted.copy].replicas[$0].isAccepted || evidence[counted.copy] >> UInt64($0) & 1 == 1
        } ?? false
      if !isConfirmed { reasons[index, default: []].insert(.unconfirmedReplica) }
    }
  }

  private func isMeant(_ copy: Int, by reference: RedemptionReference, from source: ProviderID) -> Bool {
    switch reference {
    case .issuedOffer(let id): id == copies[copy].id
    case .replica(let reference):
      references[copy].contains(ReferenceKey(provider: source, reference: reference))
    case .customer(_, let name): copies[copy].replica(at: source)?.name == name
    }
  }

  private func replica(of copy: Int, at provider: ProviderID) -> Int? {
    copies[copy].replicas.firstIndex { $0.provider == provider }
  }
}

extension RedemptionReference {
  /// Whether it could only be known from the replica itself.
  fileprivate var namesOneReplica: Bool {
    if case .customer = self { false } else { true }
  }
}

extension RedemptionTime {
  /// The moment by which events are ordered: a day counts from its start.
  var orderedAt: Int64 {
    switch self {
    case .moment(let moment): moment.milliseconds
    case .day(let day, let zone): day.start(in: zone).milliseconds
    }
  }

  /// A day is early only when it is an earlier day than the issuance's, on the same calendar.
  fileprivate func isBeforeIssue(of offer: IssuedOffer) -> Bool {
    switch self {
    case .moment(let moment):
      moment.milliseconds < offer.issuedAt.milliseconds - Redemption.clockTolerance.milliseconds
    case .day(let day, let zone):
      day < LocalDay(of: offer.issuedAt, in: zone)
    }
  }

  /// A day is late only when the offer was over before it began.
  fileprivate func isAfterExpiry(of offer: IssuedOffer) -> Bool {
    guard let expiresAt = offer.expiresAt else { return false }
    switch self {
    case .moment(let moment): return moment.milliseconds >= expiresAt.milliseconds
    case .day(let day, let zone): return day.start(in: zone).milliseconds >= expiresAt.milliseconds
    }
  }
}
