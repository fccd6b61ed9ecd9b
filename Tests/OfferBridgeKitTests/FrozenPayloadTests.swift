import Foundation
import OfferBridgeKit
import Testing

/// A message's bytes in what is saved.
@Suite struct FrozenPayloadTests {
  private func message(_ payload: [UInt8]) -> OfferMessage {
    OfferMessage(
      key: .derive("message", "a"),
      provider: "wallet",
      customer: "ada",
      campaign: "card",
      variant: "card",
      issuedOffer: nil,
      replica: nil,
      payload: payload,
      createdAt: Date(timeIntervalSince1970: 1_767_225_600),
      cause: .trigger(TriggerID(.action, "a")),
      trigger: nil
    )
  }

  private struct Saved: Decodable {
    let payload: String
  }

  @Test func `a message's bytes are saved as their text`() throws {
    let data = try JSONEncoder().encode(message(Array(#"{"firstName":"Åda"}"#.utf8)))
    #expect(try JSONDecoder().decode(Saved.self, from: data).payload == #"{"firstName":"Åda"}"#)
  }

  @Test(arguments: [
    [], Array("{}".utf8), Array(0...255), [0], [0xEF, 0xBB, 0xBF, 0x7B], [0xC3], [0xED, 0xA0, 0x80],
  ])
  func `bytes are read back as they were, text or not`(_ bytes: [UInt8]) throws {
    let data = try JSONEncoder().encode(message(bytes))
    #expect(try JSONDecoder().decode(OfferMessage.self, from: data) == message(bytes))
  }

  @Test func `bytes that are no base64 are refused`() throws {
    let data = try JSONEncoder().encode(message([0xFF]))
    let text = String(decoding: data, as: UTF8.self)
    #expect(text.contains(#"{"base64":"\/w=="}"#))
    let broken = text.replacing(#"\/w=="#, with: "?")
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(OfferMessage.self, from: Data(broken.utf8))
    }
  }
}
