import Foundation

/// What a customer's redemptions amount to: a pure function of the set of events, never of their arrival.
///
/// Events are taken in the order of their own times, then of their ids. A
/// redemption goes to the copy it names; where it names only the customer and
/// the replica, to the first copy in the order of issue for which it is not
/// early and which is neither ended nor used up. A reversal undoes its
/// redemption once, wherever it stands in time; one that comes before is taken
/// right after its redemption. A notice ends one copy, or reinstates one, from
/// its own place in the order on.
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

  /// The copies, in the order of issue; their tallies and ends are the result.
  private(set) var copies: [IssuedOffer]
  /// For each entry, how it stands.
  private(set) var matches: [RedemptionMatch]
  /// For each copy, a bit for each replica that a redemption proves.
  private(set) var evidence: [UInt64]

  private let entries: [Entry]
  /// The customer's ids, where they have several.
  private let identity: CustomerIdentity?
  /// For each entry, what it came to where it is a redemption that counts.
  private var counted: [Counted?]
  private let references: [[ReferenceKey]]
  /// For each copy, what was redeemed of it.
  private var tallies: [RunningTally]
  /// For each copy, the end that the external system has put to it.
  private var ends: [OfferEnd?]

  private struct Counted {
    /// The copy that it counts on.
    let copy: Int
    /// Whether its amount is in the copy's sum.
    let isSummed: Bool
    /// Each once, in the order in which they were found.
    var reasons: [RedemptionDiscrepancy]
    /// What is left of it, once there is a reversal.
    var rest: RedemptionRest?
  }

  /// Folds one customer's events over what was issued to them.
  ///
  /// - Parameters:
  ///   - copies: The issued offers; their replicas' states are what deliveries said.
  ///   - references: For each of them, its replicas' references that were learnt.
  ///   - entries: The events, in any order.
  ///   - identity: The customer's ids, where they have several.
  init(
    copies: [IssuedOffer],
    references: [[ReferenceKey]],
    entries: [Entry],
    identity: CustomerIdentity? = nil
  ) {
    self.copies = copies
    self.identity = identity
    self.references = references
    self.entries = entries
    matches = Array(repeating: .parked(.unknownOffer), count: entries.count)
    evidence = Array(repeating: 0, count: copies.count)
    counted = Array(repeating: nil, count: entries.count)
    tallies = Array(repeating: RunningTally(), count: copies.count)
    ends = Array(repeating: nil, count: copies.count)

    let order = entries.indices.sorted { entries[$0].isBefore(entries[$1]) }
    // Few customers have a reversal; who has none needs no names looked up.
    let hasReversals = entries.contains { $0.event.isReversal }
    var waiting: [ExternalEventID: [Int]] = [:]
    var redemptions: [ExternalEventID: Int] = [:]
    for index in order {
      switch entries[index].event.content {
      case .redemption(let reference, let amount, let details):
        redeem(index, reference, amount, by: details?.customer)
        guard hasReversals else { continue }
        redemptions[entries[index].event.id] = index
        for reversal in waiting.removeValue(forKey: entries[index].event.id) ?? [] {
          reverse(reversal, redemption: index)
        }
      case .notice(let kind, let reference):
        note(index, kind, reference)
      case .reversal(let id, _):
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
    for index in self.copies.indices { self.copies[index].stand(tallies[index].redeemed, ends[index]) }
    for index in entries.indices {
      guard let counted = counted[index] else { continue }
      matches[index] = RedemptionMatch(counted.reasons, on: copies[counted.copy].id)
    }
  }

  private mutating func redeem(
    _ index: Int,
    _ reference: RedemptionReference,
    _ amount: Money?,
    by customer: CustomerID?
  ) {
    let event = entries[index].event
    guard let copy = copy(for: event, reference) else { return }
    // Whoever has several ids is no other customer under any of them.
    let isTheirs = customer.map { identity?.has($0) ?? false } ?? false
    let (isSummed, reasons) = tallies[copy].redeem(
      amount,
      at: event.time,
      of: copies[copy],
      by: isTheirs ? nil : customer,
      after: ends[copy]?.kind
    )
    counted[index] = Counted(copy: copy, isSummed: isSummed, reasons: reasons)
  }

  private mutating func note(_ index: Int, _ kind: OfferNotice.Kind, _ reference: RedemptionReference) {
    let event = entries[index].event
    guard
      let copy = kind == .reinstated ? endedCopy(for: event, reference) : copy(for: event, reference)
    else { return }
    let isEarly = event.time.isBeforeIssue(of: copies[copy])
    // Who names no more than the customer and the replica cannot mean what was only issued later.
    if isEarly && !reference.namesOneReplica { return }
    switch kind {
    case .reinstated: ends[copy] = nil
    case .revoked: end(copy, .revoked, by: index, at: entries[index].orderedAt)
    case .expired: end(copy, .expired, by: index, at: entries[index].orderedAt)
    }
    matches[index] = RedemptionMatch(isEarly ? [.beforeIssue] : [], on: copies[copy].id)
  }

  /// The first end stands until a reinstatement; but one by a reversal takes the place of one by a notice.
  private mutating func end(_ copy: Int, _ kind: OfferEnd.Kind, by index: Int, at moment: Int64) {
    guard ends[copy] == nil || kind == .reversed && ends[copy]?.kind != .reversed else { return }
    ends[copy] = OfferEnd(
      kind: kind,
      endedAt: Date(milliseconds: moment),
      event: entries[index].event.id
    )
  }

  /// The first copy that is meant, not early and ended; else the first that is not early; else the first.
  private func endedCopy(for event: ExternalEvent, _ reference: RedemptionReference) -> Int? {
    var first: Int?
    var firstInTime: Int?
    for copy in copies.indices where isMeant(copy, by: reference, from: event.id.source) {
      first = first ?? copy
      guard !event.time.isBeforeIssue(of: copies[copy]) else { continue }
      if ends[copy] != nil { return copy }
      firstInTime = firstInTime ?? copy
    }
    return firstInTime ?? first
  }

  /// The first copy that is meant, not early, neither revoked nor ended by then and not used up; else the first that
  /// is not early; else the first.
  private func copy(for event: ExternalEvent, _ reference: RedemptionReference) -> Int? {
    var first: Int?
    var firstInTime: Int?
    for copy in copies.indices where isMeant(copy, by: reference, from: event.id.source) {
      first = first ?? copy
      guard !event.time.isBeforeIssue(of: copies[copy]) else { continue }
      if tallies[copy].redeemed.count < copies[copy].redeemable.count,
        ends[copy] == nil, !copies[copy].isRevoked(by: event.time)
      {
        return copy
      }
      firstInTime = firstInTime ?? copy
    }
    return firstInTime ?? first
  }

  private mutating func reverse(_ index: Int, redemption: Int) {
    guard case .reversal(_, let part) = entries[index].event.content,
      case .redemption(_, let amount, let details) = entries[redemption].event.content,
      let redeemed = counted[redemption]
    else {
      matches[index] = .parked(.reversalBeforeRedemption)
      return
    }
    let copy = redeemed.copy
    var rest = redeemed.rest ?? RedemptionRest(amount, details?.lines ?? [])
    let wasUndone = rest.isUndone
    let (units, reasons) = rest.reverse(part)
    counted[redemption]?.rest = rest
    if redeemed.isSummed { tallies[copy].takeBack(units) }
    if rest.isUndone && !wasUndone {
      tallies[copy].undo()
      if copies[copy].reversal == .closes && tallies[copy].redeemed.count == 0 {
        end(
          copy,
          .reversed,
          by: index,
          at: max(entries[index].orderedAt, entries[redemption].orderedAt)
        )
      }
    }
    matches[index] = RedemptionMatch(reasons, on: copies[copy].id)
  }

  /// A redemption without another discrepancy that names our id or the replica's reference proves the replica;
  /// one at a replica that is neither accepted nor proven is unconfirmed.
  private mutating func weighEvidence() {
    for index in entries.indices {
      guard let counted = counted[index], counted.reasons.isEmpty,
        case .redemption(let reference, _, _) = entries[index].event.content, reference.namesOneReplica,
        let replica = replica(of: counted.copy, at: entries[index].event.id.source)
      else { continue }
      evidence[counted.copy] |= 1 << UInt64(replica)
    }
    for index in entries.indices {
      guard let counted = counted[index] else { continue }
      let replica = replica(of: counted.copy, at: entries[index].event.id.source)
      let isConfirmed =
        replica.map {
          copies[counted.copy][replicaState: $0].isConfirmed || evidence[counted.copy] >> UInt64($0) & 1 == 1
        } ?? false
      if !isConfirmed { self.counted[index]?.reasons.append(.unconfirmedReplica) }
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
    copies[copy].replicaIndex(at: provider)
  }
}

extension IssuedOffer {
  /// As it is read: a replica that a redemption proved is accepted.
  func proven(by evidence: UInt64) -> IssuedOffer {
    guard evidence != 0 else { return self }
    var proven = self
    for (index, replica) in replicas.enumerated()
    where evidence >> index & 1 == 1 && !replica.state.isConfirmed {
      proven[replicaState: index] = .accepted(nil)
    }
    return proven
  }
}

extension ExternalEvent {
  fileprivate var isReversal: Bool {
    if case .reversal = content { true } else { false }
  }
}

extension RedemptionReference {
  /// Whether it could only be known from the replica itself.
  var namesOneReplica: Bool {
    if case .customer = self { false } else { true }
  }
}
