import Foundation

// Rows keep the id that they were written under; whose they are is told by their customer's row alone.
extension LedgerState {
  /// Makes one customer of two, as ``ForgettingLedger`` says.
  mutating func merge(_ customer: CustomerID, into other: CustomerID, now: Int64) -> MergeAnswer {
    for id in [customer, other] {
      if let row = knownRow(of: id), forgotten.contains(row) { return .forgotten(id) }
    }
    if let row = customers.row(of: customer), merged.isMerged(row) {
      return .alreadyMerged(into: survivor(of: customer))
    }
    if survivor(of: other) == customer { return .circle(survivor: customer) }
    if let from = knownRow(of: customer), let into = knownRow(of: other),
      let until = lanesInTwoHands(from, into, now: now)
    {
      return .busy(until: Date(milliseconds: until))
    }
    begin(.merge, at: now)
    let (into, from) = (row(of: other), row(of: customer))
    releaseLapsed(from, into)
    trail.tell(.customer, into, from: nil, to: .merged, other: from)
    merged.merge(from, into: into)
    forgetLastCustomer()
    joinLanes(from, into)
    let issued = joinIssued(from, into)
    let messages = joinMessages(from, into)
    let events = joinEvents(from, into)
    let counters = joinCounters(of: customer, with: customers[into].name)
    let exceeded = exceeded(counters, by: into, now: now)
    fold(into)
    return .merged(
      MergedCustomer(
        survivor: customers[into].name,
        issuedOffers: issued,
        messages: messages,
        events: events,
        exceeded: exceeded
      )
    )
  }

  /// In the order of their commits, as if they had been one customer's from the beginning.
  private mutating func joinIssued(_ from: Int32, _ into: Int32) -> Int {
    let mine = list(customers[from].firstIssued) { issued[$0].next }
    let all = (mine + list(customers[into].firstIssued) { issued[$0].next }).sorted()
    for (row, next) in zip(all, all.dropFirst() + [nowhere]) {
      issued[row].customer = into
      issued[row].next = next
    }
    (customers[from].firstIssued, customers[from].lastIssued) = (nowhere, nowhere)
    (customers[into].firstIssued, customers[into].lastIssued) = (all.first ?? nowhere, all.last ?? nowhere)
    return mine.count
  }

  private mutating func joinMessages(_ from: Int32, _ into: Int32) -> Int {
    let mine = list(customers[from].firstMessage) { messages[$0].nextOfCustomer }
    let all = (mine + list(customers[into].firstMessage) { messages[$0].nextOfCustomer }).sorted()
    for (row, next) in zip(all, all.dropFirst() + [nowhere]) {
      messages[row].customer = into
      messages[row].nextOfCustomer = next
    }
    (customers[from].firstMessage, customers[from].lastMessage) = (nowhere, nowhere)
    (customers[into].firstMessage, customers[into].lastMessage) = (all.first ?? nowhere, all.last ?? nowhere)
    return mine.count
  }

  /// In the order in which they were known to be theirs: those of the one who is merged are known now.
  private mutating func joinEvents(_ from: Int32, _ into: Int32) -> Int {
    let mine = list(customers[from].firstEvent) { events[$0].nextOfCustomer }
    (customers[from].firstEvent, customers[from].lastEvent) = (nowhere, nowhere)
    for row in mine {
      events[row].nextOfCustomer = nowhere
      append(event: row, to: into)
    }
    return mine.count
  }

  /// A list that rows are chained in, from its first row on.
  func list(_ first: Int32, _ next: (Int32) -> Int32) -> [Int32] {
    var rows: [Int32] = []
    var row = first
    while row != nowhere {
      rows.append(row)
      row = next(row)
    }
    return rows
  }
}

// MARK: - Limits

extension LedgerState {
  /// Adds what one customer used to what the other did, and answers the counters that both had.
  private mutating func joinCounters(of customer: CustomerID, with survivor: CustomerID) -> [Int32] {
    var moved: [Int32: Int32] = [:]
    for row in counters.indices.lazy.map({ Int32($0) }) where counters[row].name.customer == customer {
      let name = counters[row].name.of(survivor)
      if let place = counters.row(of: name) {
        counters[place].add(counters[row])
        moved[row] = place
      } else {
        counters.rename(row) { $0.name = name }
      }
    }
    guard !moved.isEmpty else { return [] }
    // Their rows are used again: nothing may point at them any more.
    for row in issued.indices.lazy.map({ Int32($0) }) {
      if let uses = issued[row].uses.all.moved(by: moved) { issued[row].uses = Few(uses) }
    }
    for row in messages.indices.lazy.map({ Int32($0) }) {
      if let uses = messages[row].uses.moved(by: moved) { messages[row].uses = uses }
    }
    for row in moved.keys { counters.remove(row, leaving: .nothing) }
    return moved.values.sorted()
  }

  /// Which of the counters stand above all that was allowed to those who used them.
  private func exceeded(_ rows: [Int32], by owner: Int32, now: Int64) -> [MergedCustomer.ExceededLimit] {
    guard !rows.isEmpty else { return [] }
    var widest: [Int32: CampaignLimit] = [:]
    func look(at use: KeptUse) {
      guard rows.contains(use.counter), widest[use.counter].map({ $0.cap < use.limit.value.cap }) ?? true
      else { return }
      widest[use.counter] = use.limit.value
    }
    for row in list(customers[owner].firstIssued, { issued[$0].next })
    where issued[row].offer.holdsLimitUses { issued[row].uses.forEach(look) }
    for row in list(customers[owner].firstMessage, { messages[$0].nextOfCustomer }) {
      messages[row].uses.forEach(look)
    }
    return rows.compactMap { row in
      guard let limit = widest[row] else { return nil }
      let used = counters[row].count(in: limit.window, at: now)
      return used > limit.cap ? .init(limit: limit, counter: counters[row].name, used: used) : nil
    }
    .sorted { $0.counter.isBefore($1.counter) }
  }
}

extension [KeptUse] {
  /// The uses of counters that were moved, or `nil` where none was.
  fileprivate func moved(by rows: [Int32: Int32]) -> [KeptUse]? {
    guard contains(where: { rows[$0.counter] != nil }) else { return nil }
    return map { KeptUse(limit: $0.limit, counter: rows[$0.counter] ?? $0.counter, amount: $0.amount) }
  }
}
