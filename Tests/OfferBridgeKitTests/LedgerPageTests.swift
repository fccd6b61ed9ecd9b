import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// What is listed, page by page.
@Suite struct LedgerPageTests {
  private func pages(_ desk: Desk, _ listing: LedgerListing, limit: Int) -> [LedgerPage] {
    var pages: [LedgerPage] = []
    repeat {
      let query = PageQuery(tenant: "main", listing: listing, after: pages.last?.next, limit: limit)
      pages.append(desk.state.page(query))
    } while pages.last?.next != nil
    return pages
  }

  private static let names = ["a", "b", "c", "d", "e"]

  private func desk() -> Desk {
    var desk = Desk()
    for (number, name) in Self.names.enumerated() {
      desk.issue(name)
      desk.redeem("r-\(name)", .issuedOffer(.derive("nobody", name)), at: 0)
      desk.redeem("s-\(name)", .customer("ada", replica: "TEN"), at: Int64(10 - number))
    }
    return desk
  }

  @Test(arguments: [1, 2, 5, 100])
  func `pages of any size hold every entry once, in the order in which they were written`(limit: Int) {
    let desk = desk()
    #expect(
      pages(desk, .issuedOffers(of: "ada"), limit: limit).flatMap(\.issuedOffers).map(\.id)
        == Self.names.map(Desk.id)
    )
    let messages = pages(desk, .messages(of: "ada"), limit: limit).flatMap(\.messages)
    #expect(messages.map(\.message.variant) == Self.names)
    let waiting = pages(desk, .messagesIn(.waiting), limit: limit).flatMap(\.messages)
    #expect(waiting == messages)
    #expect(pages(desk, .messagesIn(.buried), limit: limit).flatMap(\.entries) == [])
    let parked = pages(desk, .parkedEvents, limit: limit).flatMap(\.events)
    #expect(parked.map(\.event.id.id) == Self.names.map { "r-\($0)" })
    let reported = pages(desk, .reported(by: "wallet"), limit: limit).flatMap(\.events)
    #expect(reported.map(\.event.id.id) == Self.names.flatMap { ["r-\($0)", "s-\($0)"] })
    #expect(pages(desk, .reported(by: "till"), limit: limit).flatMap(\.entries) == [])
    let mine = pages(desk, .events(of: "ada"), limit: limit).flatMap(\.events)
    #expect(mine.map(\.event.id.id) == Self.names.map { "s-\($0)" })
    let sizes = pages(desk, .messages(of: "ada"), limit: limit).map(\.entries.count)
    #expect(sizes.dropLast().allSatisfy { $0 == limit })
    #expect(pages(desk, .messages(of: "nobody"), limit: limit) == [LedgerPage(entries: [], next: nil)])
  }

  @Test func `what is written while somebody pages comes later, and what moved on is not seen`() throws {
    var desk = desk()
    let first = desk.state.page(PageQuery(tenant: "main", listing: .messagesIn(.waiting), limit: 2))
    #expect(first.messages.map(\.message.variant) == ["a", "b"])
    desk.settle(desk.claim().first, .rejected(reason: "no"))
    desk.settle(desk.claim().first, .rejected(reason: "no"))
    desk.settle(desk.claim().first, .rejected(reason: "no"))
    desk.issue("f")
    let query = PageQuery(tenant: "main", listing: .messagesIn(.waiting), after: first.next, limit: 9)
    #expect(desk.state.page(query).messages.map(\.message.variant) == ["d", "e", "f"])
  }

  @Test func `a page over all customers ends after a while, full or not`() {
    var desk = Desk()
    for number in 0..<4200 { desk.redeem("r-\(number)", .issuedOffer(Desk.id("a")), at: 0) }
    let found = pages(desk, .parkedEvents, limit: .max)
    #expect(found.map(\.entries.count) == [4096, 104])
    desk.issue("a", redeemable: .unlimited)
    #expect(pages(desk, .parkedEvents, limit: .max).map(\.entries.count) == [0, 0])
  }

  @Test(arguments: ["", "x", "-7", "99", "9223372036854775807"])
  func `a mark that is not the ledger's own ends the listing or begins it anew`(mark: String) {
    let desk = desk()
    for listing in [LedgerListing.messages(of: "ada"), .parkedEvents, .events(of: "ada")] {
      let query = PageQuery(tenant: "main", listing: listing, after: PageMark(rawValue: mark), limit: 9)
      #expect([0, 5].contains(desk.state.page(query).entries.count))
      #expect(desk.state.page(query).next == nil)
    }
  }

  @Test func `a record holds all that is kept of one issued offer, and nothing of others`() async throws {
    let limit = CampaignLimit.perCustomer(2)
    let shop = try await Shop([Shop.reward(limits: [limit]), Shop.toWallet()])
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    _ = try await shop.bridge.respond(to: shop.opened("a-2"))
    try await shop.bridge.deliverDueMessages()
    let issued = try await shop.bridge.issuedOffers(of: "ada")[0]
    for (id, seconds) in [("r-2", 60.0), ("r-1", 30.0)] {
      _ = try await shop.bridge.reconcile(
        Redemption(id: id, of: .issuedOffer(issued.id), at: shop.time.now + seconds)
      )
    }
    let record = try #require(try await shop.bridge.record(of: issued.id))
    #expect(record.issuedOffer.redeemed.count == 2)
    #expect(record.limitUses.map(\.counter.subject) == ["campaign reward"])
    #expect(record.messages.map(\.message.issuedOffer) == [issued.id])
    #expect(record.events.map(\.event.id.id) == ["r-1", "r-2"])
    #expect(record.events.map(\.match.issuedOffer) == [issued.id, issued.id])
    #expect(try await shop.bridge.record(of: .derive("nobody")) == nil)
  }
}
