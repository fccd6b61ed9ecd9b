import Foundation
import OfferBridgeKit
import OfferBridgeTesting

extension Shop {
  /// What is written of a customer by these names, wherever it is; the last four are no names of persons.
  static func texts(of name: String, _ letter: String) -> [String] {
    ["name", "action", "refused", "failure", "redrive", "close", "reference", "basket"].map {
      "\(name)-\($0)"
    }
      + ["r-\(letter)", "v-\(letter)", "e-\(letter)", "tea-\(letter)", "SPRING-\(letter)"]
  }

  /// Ada and Bob with all that there is to have: each text has the customer's name in it, or their letter.
  ///
  /// Bob redeems both offers.
  static func ofTwo() async throws -> Shop {
    // What is refused takes a code and gives it back.
    let wallet = ScriptedMessageProvider(replies: [
      .rejected(reason: "ada-failure"), .accepted(reference: "ada-reference"),
      .rejected(reason: "bob-failure"), .accepted(reference: "bob-reference"),
    ])
    let shop = try await Shop(
      [Shop.reward(limits: [.perCustomer(1), .total(5)]), Shop.toWallet()],
      offers: [
        Offer("ten-off", raises: "ten_off_issued", replicas: ["wallet": "TEN"], codes: "spring")
      ],
      wallet: wallet,
      codePools: ["spring": InMemoryCodePool(["SPRING-a", "SPRING-x", "SPRING-b", "SPRING-y"])]
    )
    for (name, letter) in [("ada", "a"), ("bob", "b")] {
      let customer = CustomerID(name)
      shop.store.save(Member(name: "\(name)-name"), as: customer)
      _ = try await shop.bridge.respond(to: shop.opened("\(name)-action", by: customer))
      _ = try await shop.bridge.respond(to: shop.opened("\(name)-refused", by: customer))
      _ = try await shop.bridge.deliverDueMessages()
      let message = try await shop.message(to: customer).message.key
      _ = try await shop.bridge.redrive(message, reason: "\(name)-redrive")
      _ = try await shop.bridge.deliverDueMessages()
      _ = try await shop.bridge.reconcile(shop.redemption(of: name, letter))
      _ = try await shop.bridge.reconcile(Reversal(id: "v-\(letter)", of: "r-\(letter)", at: shop.time.now))
      _ = try await shop.bridge.reconcile(
        Redemption(id: "e-\(letter)", of: .customer(customer, replica: "OTHER"), at: shop.time.now)
      )
      let issued = try await shop.issued(to: customer).id
      _ = try await shop.bridge.close(issued, as: .revoked, reason: "\(name)-close", limitUses: .kept)
    }
    return shop
  }

  func redemption(of name: String, _ letter: String) -> Redemption {
    Redemption(
      id: "r-\(letter)",
      of: .replica(ReplicaReference("\(name)-reference")),
      by: "bob",
      for: TransactionID("\(name)-basket"),
      at: time.now,
      amount: Money(minorUnits: 100, currency: "EUR"),
      lines: [RedemptionLine("tea-\(letter)", weight: 1)]
    )
  }
}
