import Foundation
// How a message is written down is internal.
@testable import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// What a person is given who asks what is known of them.
@Suite struct CustomerExportTests {
  @Test func `an export holds all that was written of a customer, and nothing of another`() async throws {
    let shop = try await Shop.ofTwo()
    let export = try await shop.bridge.export(of: "ada")
    let json = String(decoding: try export.json(), as: UTF8.self)
    for text in Shop.texts(of: "ada", "a") { #expect(json.contains(text), "\(text) is missing") }
    for text in ["bob"] + Shop.texts(of: "bob", "b") { #expect(!json.contains(text), "\(text) is told") }

    #expect(export.customer == "ada")
    #expect(export.issuedOffers.map(\.issuedOffer) == [try await shop.issued()])
    #expect(export.issuedOffers[0].limitUses.map(\.counter.customer) == ["ada", nil])
    #expect(export.messages.map(\.payload) == [#"{"name":"ada-name","offer":"TEN"}"#])
    #expect(export.messages[0].state == .accepted("ada-reference"))
    #expect(export.messages[0].redrives.map(\.reason) == ["ada-redrive"])
    #expect(export.events.map(\.event.id.id) == ["e-a", "r-a", "v-a"])
    #expect(export.events[1].match.description == "discrepant: after it was closed, by another customer")
    #expect(export.trail == (try await shop.bridge.journey(of: "ada").entries))
    #expect(export.trail.allSatisfy { $0.personal?.customer == "ada" || $0.fact.to == .parked })
  }

  @Test func `an export is written with the same bytes each time, and can be read`() async throws {
    let shop = try await Shop.ofTwo()
    let export = try await shop.bridge.export(of: "ada")
    #expect(try export.json() == (try await shop.bridge.export(of: "ada").json()))
    let encoder = JSONEncoder()
    #expect(try JSONDecoder().decode(CustomerExport.self, from: encoder.encode(export)) == export)
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([TrailEntry].self, from: Data(#"["{}"]"#.utf8))
    }
  }

  @Test func `of a customer whom nobody knows, an export holds nothing`() async throws {
    let shop = try await Shop.ofTwo()
    let export = try await shop.bridge.export(of: "eve")
    #expect(export.issuedOffers.isEmpty && export.messages.isEmpty && export.events.isEmpty)
    #expect(export.trail.isEmpty)
  }

  @Test func `whoever was issued nothing is told what was refused them, also after a restart`() async throws {
    let shop = try await Shop([Shop.reward(limits: [.total(1)]), Shop.toWallet()])
    shop.store.save(Member(), as: "bob")
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    _ = try await shop.bridge.respond(to: shop.opened("b-1", by: "bob"))
    let told = try await shop.bridge.export(of: "bob").trail
    #expect(told.map(\.fact.to) == [.refused])
    #expect(told.map(\.personal?.trigger) == [TriggerID(.action, "b-1")])

    let restored = try InMemoryOfferLedger(restoring: shop.ledger.saved(), now: { shop.time.now })
    #expect(try await restored.trail(TrailQuery(tenant: "main", scope: .customer("bob"))).entries == told)
    guard case .forgotten = try await restored.forget("bob", tenant: "main") else {
      throw Unexpected("bob is not forgotten")
    }
    #expect(try await restored.trail(TrailQuery(tenant: "main", scope: .customer("bob"))).entries.isEmpty)
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
