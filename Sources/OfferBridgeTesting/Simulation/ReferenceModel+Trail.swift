import Foundation
import OfferBridgeKit

extension ReferenceModel {
  /// What the trail, read from its beginning, comes to otherwise than what is known.
  nonisolated(nonsending)
    func trailDifferences(of ledger: any OfferLedger) async throws -> [String]
  {
    let book = try await TrailBook.read(from: ledger, tenant: tenant)
    var found = book.faults
    found += book.differences(
      offers: offers.map(\.current),
      messages: messages.map(\.record),
      // What was told of an event before its customer was forgotten does not name it any more.
      events: events.filter { event in
        event.customer.map { !tombstones.contains($0) } ?? true || book.tells(of: event.event.id)
      }
      .map { $0.record }
    )
    if book.merged != merges {
      found.append(Self.difference("the trail, how many were merged", merges, book.merged))
    }
    if book.forgotten != tombstones.count {
      found.append(Self.difference("the trail, how many were forgotten", tombstones.count, book.forgotten))
    }
    for message in messages where book.handedOut(message.message.key) != Int(message.fence) {
      found.append(
        Self.difference(
          "the trail, how often \(message.message.key) was handed out",
          message.fence,
          book.handedOut(message.message.key)
        )
      )
    }
    let triggers = lostTriggers + triggers.values
    let raised = triggers.reduce(0) { count, trigger in
      count + trigger.nodes.count { if case .raised = $0.outcome { true } else { false } }
    }
    if raised != book.raised {
      found.append(Self.difference("the trail, how many events were raised", raised, book.raised))
    }
    // What lapsed may be forgotten here; it is told for good.
    let refused = triggers.reduce(0) { count, trigger in
      count + trigger.nodes.count { if case .refused = $0.outcome { true } else { false } }
    }
    if refused > book.refused {
      found.append(Self.difference("the trail, how many steps were refused", refused, book.refused))
    }
    return try await found + strangerDifferences(of: ledger)
  }

  /// What is told of some of whom only steps can be told, and of some who were forgotten.
  nonisolated(nonsending)
    private func strangerDifferences(of ledger: any OfferLedger) async throws -> [String]
  {
    var steps: [CustomerID: Int] = [:]
    for trigger in triggers.values where customers[person(trigger.record.customer)] == nil {
      guard formers[person(trigger.record.customer)] == nil else { continue }
      steps[trigger.record.customer, default: 0] += trigger.nodes.count
    }
    for id in gone { steps[id] = 0 }
    var found: [String] = []
    for (id, count) in steps.sorted(by: { $0.key < $1.key }).prefix(4) {
      var (told, after) = (0, Optional(0))
      while let number = after {
        let query = TrailQuery(tenant: tenant, scope: .customer(id), after: number, limit: 1000)
        let page = try await ledger.trail(query)
        told += page.entries.count
        after = page.next
      }
      // What was refused and lapsed may be forgotten here.
      if told < count || count == 0 && told > 0 {
        found.append(Self.difference("the trail, how much is told of \(id)", count, told))
      }
    }
    return found
  }
}
