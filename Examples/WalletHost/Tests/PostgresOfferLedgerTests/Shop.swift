import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import PostgresOfferLedger
import Testing

/// A shop whose campaign gives away so many offers in all, with several processes' ledgers over one schema.
///
/// Every call is made again until it is answered, as a host does; what came of
/// it in the end is compared with what had to.
struct Shop {
  struct Shopper: Sendable { var visits = 7 }

  static let cap = 12
  static let shoppers = 30

  let schema: TestSchema
  let wallet = FakeWallet("wallet")
  let time = ManualTime()
  let ledgers: [PostgresOfferLedger]
  let bridges: [OfferBridge<Shopper>]

  /// Opens so many ledgers on a schema, each as another process has it.
  init(processes: Int = 3, patience: Duration = .seconds(10), at address: String = TestDatabase.address)
    async throws
  {
    schema = TestSchema(at: address)
    let (time, wallet) = (time, wallet)
    var ledgers: [PostgresOfferLedger] = []
    var bridges: [OfferBridge<Shopper>] = []
    for _ in 0..<processes {
      let ledger = try await schema.ledger(connections: 2, patience: patience, now: { time.now })
      ledgers.append(ledger)
      bridges.append(try await Self.bridge(wallet, ledger))
    }
    self.ledgers = ledgers
    self.bridges = bridges
  }

  private static func bridge(_ wallet: FakeWallet, _ ledger: PostgresOfferLedger) async throws -> OfferBridge<
    Shopper
  > {
    let reward = Campaign(
      "reward",
      on: .action("visit"),
      rule: Rule<Shopper> { $0.customer.visits >= 3 },
      outcome: .issue("ten-off"),
      limits: [.perCustomer(1), .total(cap)]
    )
    let card = MessageVariant<Shopper>("card") { DataPoint("offer") { $0.replica } }
    let toWallet = Campaign<Shopper>(
      "to-wallet",
      on: .event("ten_off_issued"),
      rule: Everyone(),
      outcome: .send(card, through: "wallet")
    )
    return try await OfferBridge(
      customers: InMemoryCustomerStore(
        Dictionary(uniqueKeysWithValues: (0..<shoppers).map { (customer($0), Shopper()) })
      ),
      catalog: InMemoryOfferCatalog([
        Offer("ten-off", raises: "ten_off_issued", replicas: ["wallet": "TEN"])
      ]),
      campaigns: [reward, toWallet],
      providers: ["wallet": wallet],
      ledger: ledger
    )
  }

  static func customer(_ number: Int) -> CustomerID { CustomerID("shopper-\(number)") }

  /// Reports every shopper's visit to every process, delivers, and redeems what the wallet has, all at once.
  ///
  /// - Returns: How many calls threw.
  func open() async -> Int {
    await withTaskGroup(of: Int.self) { group in
      for bridge in bridges {
        group.addTask {
          await withTaskGroup(of: Int.self) { visits in
            for number in 0..<Self.shoppers {
              visits.addTask { await self.untilAnswered { try await self.visit(number, bridge) } }
            }
            return await visits.reduce(0, +)
          }
        }
        group.addTask {
          var thrown = 0
          for _ in 0..<10 { thrown += await untilAnswered { _ = try await bridge.deliverDueMessages() } }
          return thrown
        }
      }
      return await group.reduce(0, +)
    }
  }

  private func visit(_ number: Int, _ bridge: OfferBridge<Shopper>) async throws {
    let customer = Self.customer(number)
    let visit = CustomerAction("visit", id: "visit-\(number)", by: customer, at: time.now, [:])
    _ = try await bridge.respond(to: visit)
  }

  /// One more visit, of the first shopper, which is written although it brings nothing.
  func visitOnceMore() async throws {
    let visit = CustomerAction("visit", id: "visit-again", by: Self.customer(0), at: time.now, [:])
    _ = try await bridges[0].respond(to: visit)
  }

  /// Makes a call again until it is answered: each page of the ledger says what a repeat is answered.
  private func untilAnswered(_ call: () async throws -> Void) async -> Int {
    for thrown in 0..<500 {
      do {
        try await call()
        return thrown
      } catch { await Task.yield() }
    }
    Issue.record("A call was not answered in 500 attempts.")
    return 500
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
