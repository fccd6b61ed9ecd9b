import DurableLedger
import Foundation
import OfferBridgeKit
import Testing
import WalletHostBenchmarks

/// What a ledger remembers of its rows, and the columns that it writes by hand.
@Suite struct DocumentMemoryTests {
  private func match(_ number: UInt64) -> RedemptionMatch {
    .applied(to: IssuedOffer.ID(drawnFrom: { number }))
  }

  @Test func `a text is read as the value that was written as it`() throws {
    let memory = DocumentMemory<RedemptionMatch>(most: 1024)
    let text = try memory.text(.parked(.unknownOffer))
    #expect(memory.count == 1)
    #expect(try memory.value(text) == .parked(.unknownOffer))
    #expect(memory.count == 1)
  }

  @Test func `a text that was not written here is read, and remembered`() throws {
    let memory = DocumentMemory<RedemptionMatch>(most: 1024)
    #expect(try memory.value(#"{"parked":{"_0":"unknownOffer"}}"#) == .parked(.unknownOffer))
    #expect(try memory.value(#"{ "parked": { "_0": "unknownOffer" } }"#) == .parked(.unknownOffer))
    #expect(memory.count == 2)
    #expect(throws: DecodingError.self) { try memory.value(#"{"parked":{}}"#) }
    #expect(memory.count == 2)
  }

  @Test func `two texts that look the same are two`() async throws {
    let memory = DocumentMemory<ExternalEvent>(most: 4096)
    let journey = try #require(try await PlanPress.journeys(of: ["ada"], tenant: "main").first)
    let text = try journey.redemption.json()
    // Swift takes the names for equal, and a database does not.
    for name in ["\u{E9}", "e\u{301}", "\u{E9}"] {
      let read = try memory.value(text.replacing("redemption-0", with: name))
      #expect(Array(read.id.id.utf8) == Array(name.utf8))
    }
    #expect(memory.count == 2)
  }

  @Test func `what nobody asks for while others come is forgotten`() throws {
    let text = try match(1).json()
    let memory = DocumentMemory<RedemptionMatch>(most: text.utf8.count * 3)
    for number in 0..<10 as Range<UInt64> {
      _ = try memory.text(match(number))
      #expect(try memory.value(match(0).json()) == match(0))
      #expect(memory.count <= 6)
    }
    #expect(memory.remembers(try match(0).json()))
    #expect(!memory.remembers(try match(2).json()))
    memory.clear()
    #expect(memory.count == 0)
  }

  @Test func `a memory of no bytes remembers nothing, and reads`() throws {
    let memory = DocumentMemory<RedemptionMatch>(most: 0)
    #expect(try memory.value(memory.text(match(1))) == match(1))
    #expect(memory.count == 0)
  }

  // MARK: - By hand

  private func use(of limit: CampaignLimit, by customer: CustomerID?) throws -> LimitUse {
    struct Counter: Encodable {
      let subject = "money \"EUR\" of å"
      let customer: CustomerID?
      let period = "2026-01 Europe/Oslo"
    }
    struct Use: Encodable {
      let limit: CampaignLimit
      let counter: Counter
      let amount: Int64 = -5
    }
    let encoded = try JSONEncoder().encode(Use(limit: limit, counter: Counter(customer: customer)))
    return try JSONDecoder().decode(LimitUse.self, from: encoded)
  }

  private static let limits: [CampaignLimit] = [
    .total(3), .perCustomer(1), .total(3, of: .offer), .total(3, of: .programme),
    .total(3, of: .group("a \"b\" \\ å")), .perCustomer(1, in: .rolling(.days(30))),
    .total(3, in: .calendar(.month)), .total(3, in: .calendar(.day, in: .gmt)),
    .total(3, beyond: .honourAndFlag), .total(Money(minorUnits: 900, currency: "EUR")),
    .perCustomer(
      Money(minorUnits: 900, currency: "EUR"),
      each: Money(minorUnits: 9, currency: "EUR"),
      beyond: .honourAndFlag
    ),
  ]

  @Test(arguments: DocumentMemoryTests.limits)
  func `what was taken from a limit is written as it encodes itself`(_ limit: CampaignLimit) throws {
    let uses = [try use(of: limit, by: nil), try use(of: limit, by: "a \"b\" \\ å")]
    let text = try #require(try StoredUses(uses).column)
    #expect(try JSONDecoder().decode([LimitUse].self, from: Data(text.utf8)) == uses)
    #expect(try StoredUses(column: text).uses == uses)
    #expect(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSArray
        == JSONSerialization.jsonObject(with: JSONEncoder().encode(uses)) as? NSArray
    )
  }

  @Test func `nothing taken is no text`() throws {
    #expect(try StoredUses([]).column == nil)
    #expect(try StoredUses(column: nil).uses == [])
  }
}
