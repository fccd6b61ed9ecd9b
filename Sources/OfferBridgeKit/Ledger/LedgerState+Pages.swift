import Foundation

extension LedgerState {
  /// Some entries of a listing; never more rows are looked at than ``longestLook``.
  package func page(_ query: PageQuery) -> LedgerPage {
    switch query.listing {
    case .issuedOffers(let customer):
      walk(
        query,
        of: customer,
        from: \.firstIssued,
        isTheirs: { issued.has($0) && issued[$0].customer == $1 }
      ) {
        issued[$0].next
      } entry: {
        .issuedOffer(issued[$0].current)
      }
    case .expiring(let moment):
      scan(query, count: issued.count) { row in
        issued[row].offer.isExpiring(at: moment) && !forgotten.contains(issued[row].customer)
          ? .issuedOffer(issued[row].current) : nil
      }
    case .toBeRecalled(let moment):
      scan(query, count: issued.count) { row in
        issued[row].offer.isToBeRecalled(at: moment) && !forgotten.contains(issued[row].customer)
          ? .issuedOffer(issued[row].current) : nil
      }
    case .messages(let customer):
      walk(
        query,
        of: customer,
        from: \.firstMessage,
        isTheirs: { messages.has($0) && messages[$0].customer == $1 }
      ) {
        messages[$0].nextOfCustomer
      } entry: {
        .message(record($0))
      }
    case .events(let customer):
      walk(query, of: customer, from: \.firstEvent, isTheirs: { events.has($0) && events[$0].customer == $1 })
      {
        events[$0].nextOfCustomer
      } entry: {
        .event(events[$0].record)
      }
    case .messagesIn(let name):
      scan(query, count: messages.count) { row in
        messages[row].told.name == name ? .message(record(row)) : nil
      }
    case .parkedEvents:
      scan(query, count: events.count) { row in
        if case .parked = events[row].match { .event(events[row].record) } else { nil }
      }
    case .discrepantEvents:
      scan(query, count: events.count) { row in
        if case .discrepant = events[row].match { .event(events[row].record) } else { nil }
      }
    case .reported(let source):
      scan(query, count: events.count) { row in
        events[row].event.id.source == source ? .event(events[row].record) : nil
      }
    }
  }

  /// How many rows of all customers are looked at for one page: nobody else waits longer than that.
  static var longestLook: Int { 4096 }

  /// The list of one customer, from the mark on.
  private func walk(
    _ query: PageQuery,
    of customer: CustomerID,
    from first: KeyPath<CustomerRow, Int32>,
    isTheirs: (Int32, Int32) -> Bool,
    next: (Int32) -> Int32,
    entry: (Int32) -> LedgerPage.Entry
  ) -> LedgerPage {
    guard let owner = knownRow(of: customer) else { return LedgerPage(entries: [], next: nil) }
    var row = customers[owner][keyPath: first]
    if let mark = query.after {
      guard let after = Int32(mark.rawValue), isTheirs(after, owner) else {
        return LedgerPage(entries: [], next: nil)
      }
      row = next(after)
    }
    var entries: [LedgerPage.Entry] = []
    var last = nowhere
    while row != nowhere && entries.count < query.limit {
      entries.append(entry(row))
      last = row
      row = next(row)
    }
    return LedgerPage(entries: entries, next: row == nowhere ? nil : PageMark(rawValue: "\(last)"))
  }

  /// The rows of all customers, from the mark on.
  private func scan(_ query: PageQuery, count: Int, entry: (Int32) -> LedgerPage.Entry?) -> LedgerPage {
    var row = query.after.map { max(0, Int32($0.rawValue).map { Int($0) + 1 } ?? count) } ?? 0
    let end = min(count, row + Self.longestLook)
    var entries: [LedgerPage.Entry] = []
    while row < end && entries.count < query.limit {
      if let found = entry(Int32(row)) { entries.append(found) }
      row += 1
    }
    return LedgerPage(entries: entries, next: row < count ? PageMark(rawValue: "\(row - 1)") : nil)
  }

  /// Everything about one issued offer.
  package func record(of id: IssuedOffer.ID) -> IssuedOfferRecord? {
    guard let row = issued.row(of: id) else { return nil }
    let owner = issued[row].customer
    var mine: [MessageRecord] = []
    var next = customers[owner].firstMessage
    while next != nowhere {
      if messages[next].issued == row { mine.append(record(next)) }
      next = messages[next].nextOfCustomer
    }
    var counted: [EventRow] = []
    next = customers[owner].firstEvent
    while next != nowhere {
      if events[next].match.issuedOffer == id { counted.append(events[next]) }
      next = events[next].nextOfCustomer
    }
    counted.sort { $0.entry.isBefore($1.entry) }
    return IssuedOfferRecord(
      issuedOffer: issued[row].current,
      limitUses: uses(issued[row].uses),
      messages: mine,
      events: counted.map(\.record)
    )
  }
}
