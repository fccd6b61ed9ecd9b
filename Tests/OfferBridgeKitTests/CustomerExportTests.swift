import Foundation
// How a message is written down is internal.
@testable import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// What a person is given who asks what is known of them.
@Suite struct CustomerExportTests {
  private static let texts = [
    "ada-name", "ada-action", "ada-refused", "ada-failure", "ada-redrive", "ada-close", "ada-redemption",
    "ada-reversal", "ada-reference", "ada-basket", "ada-line", "ada-early", "SPRING-ada",
  ]

  /// Two customers with everything that there is to have, each text with the customer's name in it.
  private func journey() async throws -> Shop {
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
      codePools: ["spring": InMemoryCodePool(["SPRING-ada", "SPRING-bob"])]
    )
    for name in ["ada", "bob"] {
      let customer = CustomerID(name)
      shop.store.save(Member(name: "\(name)-name"), as: customer)
      _ = try await shop.bridge.respond(to: shop.opened("\(name)-action", by: customer))
      _ = try await shop.bridge.respond(to: shop.opened("\(name)-refused", by: customer))
      _ = try await shop.bridge.deliverDueMessages()
      let message = try await shop.message(to: customer).message.key
      _ = try await shop.bridge.redrive(message, reason: "\(name)-redrive")
      _ = try await shop.bridge.deliverDueMessages()
      let issued = try await shop.issued(to: customer).id
      let lines = [RedemptionLine("\(name)-line", weight: 1)]
      let euro = Money(minorUnits: 100, currency: "EUR")
      _ = try await shop.bridge.reconcile(
        Redemption(
          id: "\(name)-redemption",
          of: .replica(ReplicaReference("\(name)-reference")),
          by: "bob",
          for: TransactionID("\(name)-basket"),
          at: shop.time.now,
          amount: euro,
          lines: lines
        )
      )
      _ = try await shop.bridge.reconcile(
        Reversal(id: "\(name)-reversal", of: "\(name)-redemption", at: shop.time.now)
      )
      _ = try await shop.bridge.reconcile(
        Redemption(id: "\(name)-early", of: .customer(customer, replica: "OTHER"), at: shop.time.now)
      )
      _ = try await shop.bridge.close(issued, as: .revoked, reason: "\(name)-close", limitUses: .kept)
    }
    return shop
  }

  @Test func `an export holds all that was written of a customer, and nothing of another`() async throws {
    let shop = try await journey()
    let export = try await shop.bridge.export(of: "ada")
    let json = String(decoding: try export.json(), as: UTF8.self)
    for text in Self.texts { #expect(json.contains(text), "\(text) is missing") }
    #expect(!json.contains("bob"))

    #expect(export.customer == "ada")
    #expect(export.issuedOffers.map(\.issuedOffer) == [try await shop.issued()])
    #expect(export.issuedOffers[0].limitUses.map(\.counter.customer) == ["ada", nil])
    #expect(export.messages.map(\.payload) == [#"{"name":"ada-name","offer":"TEN"}"#])
    #expect(export.messages[0].state == .accepted("ada-reference"))
    #expect(export.messages[0].redrives.map(\.reason) == ["ada-redrive"])
    #expect(export.events.map(\.event.id.id) == ["ada-early", "ada-redemption", "ada-reversal"])
    #expect(export.events[1].match.description == "discrepant: after it was closed, by another customer")
    #expect(export.trail == (try await shop.bridge.journey(of: "ada").entries))
    #expect(export.trail.allSatisfy { $0.personal?.customer == "ada" || $0.fact.to == .parked })
  }

  @Test func `an export is written with the same bytes each time, and can be read`() async throws {
    let shop = try await journey()
    let export = try await shop.bridge.export(of: "ada")
    #expect(try export.json() == (try await shop.bridge.export(of: "ada").json()))
    let encoder = JSONEncoder()
    #expect(try JSONDecoder().decode(CustomerExport.self, from: encoder.encode(export)) == export)
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([TrailEntry].self, from: Data(#"["{}"]"#.utf8))
    }
  }

  @Test func `of a customer whom nobody knows, an export holds nothing`() async throws {
    let shop = try await journey()
    let export = try await shop.bridge.export(of: "eve")
    #expect(export.issuedOffers.isEmpty && export.messages.isEmpty && export.events.isEmpty)
    #expect(export.trail.isEmpty)
  }

  @Test func `bytes that are no text are exported in base64`() async throws {
    var desk = Desk()
    desk.issue("a")
    let record = desk.state.messages(of: "ada")[0]
    #expect(CustomerExport.Message(record).payload == "a")
    #expect(!CustomerExport.Message(record).isBase64)
    let odd = OfferMessage(
      key: .derive("odd"),
      provider: "wallet",
      customer: "ada",
      campaign: "to-wallet",
      variant: "odd",
      issuedOffer: nil,
      replica: nil,
      payload: [0xFF, 0x00],
      createdAt: Date(milliseconds: 0),
      cause: .trigger(TriggerID(.action, "a"))
    )
    let exported = CustomerExport.Message(
      MessageRecord(
        message: odd,
        state: .withdrawn,
        attempts: 0,
        lastFailure: nil,
        redrives: [],
        nextGeneration: nil
      )
    )
    #expect(exported.payload == "/wA=")
    #expect(exported.isBase64)
  }
}
