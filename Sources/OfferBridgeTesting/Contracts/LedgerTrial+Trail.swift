import Foundation
import OfferBridgeKit

// The trail as checks read it.
extension LedgerTrial {
  /// A whole trail, page after page.
  func trail(_ scope: TrailScope = .all, after: Int = 0, limit: Int = 100) async throws -> [TrailEntry] {
    var entries: [TrailEntry] = []
    var next: Int? = after
    while let number = next {
      let page = try await ledger.trail(
        TrailQuery(tenant: tenant, scope: scope, after: number, limit: limit)
      )
      try expect("at most \(limit) entries", page.entries.count <= limit, seen: page.entries.count)
      let isOnward = page.next.map { $0 > number || $0 == number && page.entries.isEmpty } ?? true
      try expect("a page that goes on", isOnward, seen: page.next ?? -1)
      entries += page.entries
      next = page.next
    }
    return entries
  }

  /// What was told, in a few words each.
  func words(after: Int = 0) async throws -> [String] {
    try await trail(after: after).map(\.change)
  }

  /// The trail must follow from itself, and come to what the ledger says.
  func compareTrail() async throws {
    let book = try await TrailBook.read(from: ledger, tenant: tenant)
    try expect("what contradicts itself", book.faults, is: [])
    var messages: [MessageRecord] = []
    for name in MessageState.Name.allCases { messages += try await list(.messagesIn(name)).messages }
    let customers = Set(try await trail().compactMap { $0.personal?.customer }).sorted()
    var offers: [IssuedOffer] = []
    var events = try await list(.parkedEvents).events
    for customer in customers {
      offers += try await list(.issuedOffers(of: customer)).issuedOffers
      events += try await list(.events(of: customer)).events.filter {
        if case .parked = $0.match { false } else { true }
      }
    }
    let differences = book.differences(offers: offers, messages: messages, events: events)
    try expect("what the trail comes to otherwise", differences, is: [])
  }
}

extension TrailEntry {
  /// Such as "claim message waiting → leased".
  var change: String {
    var words = "\(fact.cause) \(fact.subject) \(fact.from.map { "\($0) " } ?? "")→ \(fact.to)"
    if let from = fact.replicaFrom, let to = fact.replicaTo { words += ", replica \(from) → \(to)" }
    return words
  }
}
