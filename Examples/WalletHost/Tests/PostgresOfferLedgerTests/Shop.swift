import Foundation
import LimitedShop
import OfferBridgeKit
import OfferBridgeTesting
import PostgresOfferLedger
import Testing

/// A shop whose campaign gives away so many offers in all, with several processes' ledgers over one schema.
///
/// Every call is made again until it is answered, as a host does; what came of
/// it in the end is compared with what had to.
struct Shop {
  static let cap = LimitedShop.cap

  let schema: TestSchema
  let wallet = FakeWallet("wallet")
  let time = ManualTime()
  let ledgers: [PostgresOfferLedger]
  private let shops: [LimitedShop]

  var bridges: [OfferBridge<LimitedShop.Shopper>] { shops.map(\.bridge) }

  /// Opens so many ledgers on a schema, each as another process has it.
  init(processes: Int = 3, patience: Duration = .seconds(10), at address: String = TestDatabase.address)
    async throws
  {
    schema = TestSchema(at: address)
    let time = time
    var ledgers: [PostgresOfferLedger] = []
    var shops: [LimitedShop] = []
    for _ in 0..<processes {
      let ledger = try await schema.ledger(connections: 2, patience: patience, now: { time.now })
      ledgers.append(ledger)
      shops.append(try await LimitedShop(over: ledger, wallet))
    }
    self.ledgers = ledgers
    self.shops = shops
  }

  /// Reports every shopper's visit to every process, and delivers, all at once.
  ///
  /// - Returns: How many calls threw.
  func open() async throws -> Int {
    try await withThrowingTaskGroup(of: Int.self) { group in
      for shop in shops {
        group.addTask { try await shop.visit(0..<LimitedShop.shoppers, at: time.now) }
        group.addTask {
          var thrown = 0
          for _ in 0..<10 {
            thrown += try await untilAnswered { _ = try await shop.bridge.deliverDueMessages() }
          }
          return thrown
        }
      }
      return try await group.reduce(0, +)
    }
  }

  /// One more visit, of the first shopper, which is written although it brings nothing.
  func visitOnceMore() async throws {
    let first = LimitedShop.customer(0)
    let visit = CustomerAction("visit", id: "visit-again", by: first, at: time.now, [:])
    _ = try await bridges[0].respond(to: visit)
  }

  /// Does what is left, and compares: the limit is reached and not passed, each offer has one card, all is balanced.
  func expectAllIsWell() async throws {
    for _ in 0..<20 {
      // What was handed out to nobody's knowledge is due again when its lease has run out.
      time.advance(by: .minutes(10))
      for bridge in bridges { _ = try await bridge.deliverDueMessages() }
    }
    let audit = try await ledgers[0].audit(tenant: "main")
    #expect(audit.imbalances == [])
    #expect(audit.issued == Self.cap)
    #expect(audit.messages == Self.cap)
    #expect(audit.messagesAccepted == Self.cap)
    #expect(wallet.cards.count == Self.cap)
    #expect(Set(wallet.cards.compactMap(\.issuedOffer)).count == Self.cap)
    #expect(try await bridges[0].verifiedTrail().isWhole)
  }

  func close() { for ledger in ledgers { ledger.close() } }
}
