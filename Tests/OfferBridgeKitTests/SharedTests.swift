import Foundation
import OfferBridgeKit
import Testing

@Suite struct SharedTests {
  let issued = IssuedOffer(
    id: .derive("issuance", "ada"),
    offer: "ten-off",
    revision: 2,
    customer: "ada",
    campaign: "reward",
    trigger: TriggerID(.action, "a-1"),
    heard: "app_opened",
    issuedAt: Date(timeIntervalSince1970: 0),
    expiresAt: nil,
    redeemable: .once,
    faceValue: Money(minorUnits: 250, currency: "USD"),
    replicas: [Replica(provider: "wallet", name: "TEN", state: .pending)],
    redeemed: .none
  )

  @Test func `an issued offer is written as one object with all of its fields`() throws {
    let bytes = try JSONEncoder().encode(issued)
    let object = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    #expect(
      object.keys.sorted() == [
        "campaign", "customer", "faceValue", "heard", "id", "issuedAt", "offer", "redeemable", "redeemed",
        "replicas", "revision", "trigger",
      ]
    )
    #expect(try JSONDecoder().decode(IssuedOffer.self, from: bytes) == issued)
  }

  @Test func `a copy that changes leaves the original as it was`() {
    var copy = issued
    copy.replicas[0].state = .unknown
    #expect(issued.replicas[0].state == .pending)
    #expect(copy != issued)
    #expect(copy.id == issued.id)
  }

  @Test func `a message is written as one object with all of its fields`() throws {
    let message = OfferMessage(
      key: .derive("message", "ada"),
      provider: "wallet",
      customer: "ada",
      campaign: "to-wallet",
      variant: "card",
      issuedOffer: issued.id,
      replica: "TEN",
      payload: Array("{}".utf8),
      createdAt: Date(timeIntervalSince1970: 0),
      cause: .trigger(TriggerID(.action, "a-1"))
    )
    let bytes = try JSONEncoder().encode(message)
    let object = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    #expect(
      object.keys.sorted() == [
        "campaign", "cause", "createdAt", "customer", "generation", "issuedOffer", "key", "payload",
        "provider", "purpose", "replica", "variant",
      ]
    )
    #expect(try JSONDecoder().decode(OfferMessage.self, from: bytes) == message)
  }
}
