package import Foundation
package import OfferBridgeKit
import OfferBridgeTesting

/// A shop whose campaign gives away so many offers in all, as one of several processes has it.
package struct LimitedShop: Sendable {
  package struct Shopper: Sendable { var visits = 7 }

  /// How many offers there are in all, one a shopper.
  package static let cap = 12
  package static let shoppers = 30

  package let bridge: OfferBridge<Shopper>

  /// The shop over a ledger, with a wallet that is called "wallet".
  package init(over ledger: any OfferLedger, _ wallet: any MessageProvider) async throws {
    let reward = Campaign(
      "reward",
      on: .action("visit"),
      rule: Rule<Shopper> { $0.customer.visits >= 3 },
      outcome: .issue("ten-off"),
      limits: [.perCustomer(1), .total(Self.cap)]
    )
    let card = MessageVariant<Shopper>("card") { DataPoint("offer") { $0.replica } }
    let toWallet = Campaign<Shopper>(
      "to-wallet",
      on: .event("ten_off_issued"),
      rule: Everyone(),
      outcome: .send(card, through: "wallet")
    )
    bridge = try await OfferBridge(
      customers: InMemoryCustomerStore(
        Dictionary(uniqueKeysWithValues: (0..<Self.shoppers).map { (Self.customer($0), Shopper()) })
      ),
      catalog: InMemoryOfferCatalog([
        Offer("ten-off", raises: "ten_off_issued", replicas: ["wallet": "TEN"])
      ]),
      campaigns: [reward, toWallet],
      providers: ["wallet": wallet],
      ledger: ledger
    )
  }

  package static func customer(_ number: Int) -> CustomerID { CustomerID("shopper-\(number)") }

  /// Reports a shopper's visit, under the same id each time.
  package func visit(_ number: Int, at moment: Date) async throws {
    let visit = CustomerAction("visit", id: "visit-\(number)", by: Self.customer(number), at: moment, [:])
    _ = try await bridge.respond(to: visit)
  }

  /// Reports visits, all at once, each again until it is answered.
  ///
  /// - Returns: How many calls threw.
  package func visit(_ numbers: Range<Int>, at moment: Date) async throws -> Int {
    try await withThrowingTaskGroup(of: Int.self) { group in
      for number in numbers {
        group.addTask { try await untilAnswered { try await visit(number, at: moment) } }
      }
      return try await group.reduce(0, +)
    }
  }
}

/// Makes a call again until it is answered: each page of the ledger says what a repeat is answered.
///
/// - Returns: How often it threw.
/// - Throws: What it threw last, of very many times.
package func untilAnswered(_ call: () async throws -> Void) async throws -> Int {
  var thrown = 0
  while true {
    do {
      try await call()
      return thrown
    } catch {
      thrown += 1
      if thrown == 500 { throw error }
      await Task.yield()
    }
  }
}
