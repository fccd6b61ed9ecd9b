import Foundation
import OfferBridgeKit
import OfferBridgeTesting

extension BrokenLedger {
  static let trail: [BrokenLedger] = [
    .init("what was handed out is not told", caughtBy: "trail.tellsEveryChangeOnce") { bent, _ in
      bent.retell { facts in facts.filter { $0.0.to != .leased } }
    },
    .init("a redrive is told as a claim", caughtBy: "trail.tellsOfEachStep") { bent, _ in
      bent.retell { facts in
        facts.map { fact, personal in
          var fact = fact
          if fact.cause == .redrive { fact.cause = .claim }
          return (fact, personal)
        }
      }
    },
    .init("an event that comes again is told again", caughtBy: "trail.repeatTellsNothing") { bent, _ in
      let repeats = Aside(0)
      bent.reconcile = { inner, call in
        let answers = try await inner.reconcile(call.0, tenant: call.1)
        repeats.with { $0 += answers.count { $0 == .duplicate } }
        return answers
      }
      bent.retell { facts in
        let again = facts.last { $0.0.subject == .event }
        return facts + (0..<repeats.with { $0 }).compactMap { _ in again }
      }
    },
    .init("the last entry is made anew at each change", caughtBy: "trail.isAppendOnly") { bent, _ in
      bent.retell { facts in facts.last.map { facts.dropLast() + [($0.0, nil)] } ?? [] }
    },
    .init("an entry's moment is rounded once it is hashed", caughtBy: "trail.isChained") { bent, _ in
      bent.trail = { inner, query in
        let page = try await inner.trail(query)
        return TrailPage(
          entries: page.entries.map { entry in
            var fact = entry.fact
            fact.at = Date(timeIntervalSince1970: fact.at.timeIntervalSince1970.rounded(.down))
            return fact == entry.fact ? entry : entry.told(as: fact)
          },
          next: page.next
        )
      }
    },
    .init("a page begins with the entry that it comes after", caughtBy: "trail.pagesAndScopes") { bent, _ in
      bent.trail = { inner, query in
        let after = query.after > 0 && query.limit > 1 ? query.after - 1 : query.after
        return try await inner.trail(
          TrailQuery(tenant: query.tenant, scope: query.scope, after: after, limit: query.limit)
        )
      }
    },
    .init("whoever was issued nothing is not found", caughtBy: "trail.findsWhomOnlyStepsAreToldOf") {
      bent,
      _ in
      bent.trail = { inner, query in
        if case .customer(let id) = query.scope {
          let issued = PageQuery(tenant: query.tenant, listing: .issuedOffers(of: id), limit: 1)
          if try await inner.page(issued).entries.isEmpty { return TrailPage(entries: [], next: nil) }
        }
        return try await inner.trail(query)
      }
    },
    .init("all tenants have one trail", caughtBy: "trail.tenantsAreApart") { bent, _ in
      bent.trail = { inner, query in
        let own = try await inner.trail(query)
        guard own.entries.isEmpty, query.after == 0 else { return own }
        return try await inner.trail(
          TrailQuery(tenant: "main", scope: query.scope, after: query.after, limit: query.limit)
        )
      }
    },
    .init(
      "the salts are in memory only",
      caughtBy: "trail.reopenGoesOn",
      ledger: LedgerUnderTest(
        reopen: { ledger, now in
          guard let ledger = ledger as? InMemoryOfferLedger else { throw DatabaseError("another ledger") }
          var object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(ledger.saved()))
          object = withoutSalts(object)
          let saved = try JSONDecoder().decode(
            SavedLedger.self,
            from: JSONSerialization.data(withJSONObject: object)
          )
          return try InMemoryOfferLedger(restoring: saved, now: now)
        },
        make: { now in InMemoryOfferLedger(now: now) }
      )
    ),
  ]

  private static func withoutSalts(_ value: Any) -> Any {
    if let list = value as? [Any] { return list.map(withoutSalts) }
    guard var object = value as? [String: Any] else { return value }
    for (name, inner) in object { object[name] = withoutSalts(inner) }
    if object["salts"] != nil {
      object["salts"] = [String]()
      object["last"] = nil
    }
    return object
  }
}

extension BentLedger {
  /// Chains other facts than those that were told.
  fileprivate mutating func retell(
    _ change: @escaping @Sendable ([(TrailFact, TrailPersonal?)]) -> [(TrailFact, TrailPersonal?)]
  ) {
    trail = { inner, query in
      var told: [(TrailFact, TrailPersonal?)] = []
      var after: Int? = 0
      while let number = after {
        let page = try await inner.trail(TrailQuery(tenant: query.tenant, after: number))
        told += page.entries.map { ($0.fact, $0.personal) }
        after = page.next
      }
      var anchor = TrailAnchor.beginning(of: query.tenant)
      var entries: [TrailEntry] = []
      for (fact, personal) in change(told) {
        let entry = TrailEntry(after: anchor, fact, personal: personal)
        anchor = entry.anchor
        entries.append(entry)
      }
      let mine = entries.dropFirst(query.after).filter { entry in
        switch query.scope {
        case .all: true
        case .issuedOffer(let id): entry.fact.issuedOffer == id
        case .customer(let id): entry.personal?.customer == id
        }
      }
      let page = Array(mine.prefix(query.limit))
      return TrailPage(entries: page, next: mine.count > page.count ? page.last?.sequence : nil)
    }
  }
}

extension TrailEntry {
  /// The same entry saying something else, its digest as it was.
  fileprivate func told(as fact: TrailFact) -> TrailEntry {
    let changed = TrailEntry(
      after: TrailAnchor(count: sequence - 1, hash: previous),
      fact,
      personal: personal
    )
    let line = changed.line.replacingOccurrences(of: changed.hash.description, with: hash.description)
    return TrailEntry(line: line) ?? changed
  }
}
