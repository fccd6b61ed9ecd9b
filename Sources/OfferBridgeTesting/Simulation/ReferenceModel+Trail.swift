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
      events: events.map { RedemptionRecord(event: $0.event, match: $0.match) }
    )
    for message in messages where book.handedOut(message.message.key) != Int(message.fence) {
      found.append(
        Self.difference(
          "the trail, how often \(message.message.key) was handed out",
          message.fence,
          book.handedOut(message.message.key)
        )
      )
    }
    let raised = triggers.values.reduce(0) { count, trigger in
      count + trigger.nodes.count { if case .raised = $0.outcome { true } else { false } }
    }
    if raised != book.raised {
      found.append(Self.difference("the trail, how many events were raised", raised, book.raised))
    }
    // What lapsed may be forgotten here; it is told for good.
    let refused = triggers.values.reduce(0) { count, trigger in
      count + trigger.nodes.count { if case .refused = $0.outcome { true } else { false } }
    }
    if refused > book.refused {
      found.append(Self.difference("the trail, how many steps were refused", refused, book.refused))
    }
    return found
  }
}
