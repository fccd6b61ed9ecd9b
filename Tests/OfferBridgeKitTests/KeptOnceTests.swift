import Foundation
// Testable, for nothing outside can tell how a ledger keeps its rows.
@testable import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// What the ledger leaves out of its rows changes nothing that is read.
@Suite struct KeptOnceTests {
  private static let issuedAt = Date(timeIntervalSince1970: 1_767_225_600)

  @Test(arguments: [
    RedemptionReference.issuedOffer(.derive("issuance", "a")), .replica("W1"),
    .customer("ada", replica: "TEN"),
  ])
  func `a customer's only redemption comes to what the whole fold says`(reference: RedemptionReference) {
    for state in [Replica.State.pending, .accepted("W1"), .unknown] {
      for (seconds, currency) in [(-3600.0, "EUR"), (60, "EUR"), (60, "USD"), (90 * 86_400, "EUR")] {
        var copy = IssuedOffer.example(of: "a", at: Self.issuedAt)
        copy.replicas = [Replica(provider: "wallet", name: "TEN", state: state)]
        let event = ExternalEvent(
          id: ExternalEventID(source: "wallet", id: "r-1"),
          content: .redemption(
            reference.named(copy.id),
            amount: Money(minorUnits: 250, currency: currency)
          ),
          time: .moment(Self.issuedAt + seconds)
        )
        let whole = RedemptionFold(
          copies: [copy],
          references: [[ReferenceKey(provider: "wallet", reference: "W1")]],
          entries: [.init(event: event, orderedAt: event.time.orderedAt)]
        )
        let lone = LoneRedemption.folded(event, over: copy)
        #expect(lone.match == whole.matches[0])
        #expect(lone.redeemed == whole.copies[0].redeemed)
        #expect(lone.evidence == whole.evidence[0])
      }
    }
  }

  @Test func `an issued offer whose replicas are replaced reads and encodes as they were given`() throws {
    var offer = IssuedOffer.example(of: "a", at: Self.issuedAt)
    let replicas = [
      Replica(provider: "mail", name: "TEN", state: .pending),
      Replica(provider: "wallet", name: "10", state: .rejected(reason: "full")),
    ]
    offer.replicas = replicas
    #expect(offer.replicas == replicas)
    #expect(offer.replica(at: "wallet") == replicas[1])
    let read = try JSONDecoder().decode(IssuedOffer.self, from: JSONEncoder().encode(offer))
    #expect(read == offer)
    #expect(read.replicas == replicas)
  }

  @Test func `equal values are kept once, and no more of them than are remembered`() {
    var interned = Interned<Word>()
    for number in 0..<2000 { #expect(interned.one(Shared(Word("\(number)"))).value.text == "\(number)") }
    #expect(interned.one(Shared(Word("one"))).value.text == "one")
  }

  @Test func `texts that only look the same are kept apart`() {
    var interned = Interned<Word>()
    for text in ["caf\u{E9}", "cafe\u{301}", "caf\u{E9}"] {
      #expect(Array(interned.one(Shared(Word(text))).value.text.utf8) == Array(text.utf8))
    }
  }

  private struct Word: Internable {
    let text: String
    init(_ text: String) { self.text = text }
    func isWritten(like other: Word) -> Bool { text.utf8.elementsEqualFast(other.text.utf8) }
  }

  @Test func `a few are a list`() {
    var few = Few<Int>.none
    for number in 1...3 {
      few.append(number)
      few[number - 1] *= 2
    }
    #expect(few.all == [2, 4, 6])
    #expect(few.contains { $0 == 6 } && !few.contains { $0 == 5 })
  }
}

extension RedemptionReference {
  fileprivate func named(_ id: IssuedOffer.ID) -> Self {
    if case .issuedOffer = self { .issuedOffer(id) } else { self }
  }
}
