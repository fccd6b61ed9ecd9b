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
  func `a customer's only redemption comes to what the whole fold says`(named: RedemptionReference) {
    for state in [Replica.State.pending, .accepted("W1"), .unknown] {
      for (seconds, currency) in [(-3600.0, "EUR"), (60, "EUR"), (60, "USD"), (90 * 86_400, "EUR")] {
        // Of a source that has no replica of it only our own id can be known.
        for source: ProviderID in named.isOurs ? ["wallet", "till"] : ["wallet"] {
          for isClosed in [false, true] {
            var copy = IssuedOffer.example(of: "a", at: Self.issuedAt)
            copy.replicas = [Replica(provider: "wallet", name: "TEN", state: state)]
            if isClosed {
              copy.closure = OfferClosure(
                kind: .revoked,
                reason: "a mistake",
                closedAt: Self.issuedAt + 30,
                limitUses: .kept
              )
            }
            let reference = named.named(copy.id)
            let by: CustomerID? = isClosed ? "somebody else" : currency == "EUR" ? copy.customer : nil
            let amount = Money(minorUnits: 250, currency: currency)
            let event = ExternalEvent(
              id: ExternalEventID(source: source, id: "r-1"),
              content: .redemption(reference, amount: amount, RedemptionDetails(customer: by, lines: [])),
              time: .moment(Self.issuedAt + seconds)
            )
            let whole = RedemptionFold(
              copies: [copy],
              references: [[ReferenceKey(provider: "wallet", reference: "W1")]],
              entries: [.init(event: event, orderedAt: event.time.orderedAt)]
            )
            let lone = LoneRedemption.folded(event, by: reference, amount, by, over: copy)
            #expect(lone.match == whole.matches[0])
            #expect(lone.redeemed == whole.copies[0].redeemed)
            #expect(lone.evidence == whole.evidence[0])
          }
        }
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
    // The second of two equal ones comes back as the first; with another one between, so that it is looked for.
    for number in 0..<1024 { #expect(interned.one(Shared(Word("\(number)", copy: 1))).value.copy == 1) }
    for number in [0, 500, 1023] {
      #expect(interned.one(Shared(Word("\(number)", copy: 2))).value.copy == 1)
    }
    // One more than are remembered keeps its own.
    for text in ["more", "0", "more"] {
      #expect(interned.one(Shared(Word(text, copy: 3))).value.text == text)
    }
    _ = interned.one(Shared(Word("0", copy: 4)))
    #expect(interned.one(Shared(Word("more", copy: 5))).value.copy == 5)
  }

  @Test func `texts that only look the same are kept apart`() {
    var interned = Interned<Word>()
    for text in ["caf\u{E9}", "cafe\u{301}", "caf\u{E9}", "tea", "cafe\u{301}", "caf\u{E9}"] {
      #expect(Array(interned.one(Shared(Word(text))).value.text.utf8) == Array(text.utf8))
    }
  }

  @Test func `two plans whose texts only look the same are read back as they were written`() throws {
    var desk = Desk()
    let names = ["caf\u{E9}", "tea", "cafe\u{301}"]
    for (number, name) in names.enumerated() {
      let offer = IssuedOffer(
        id: Desk.id("a\(number)"),
        offer: "ten-off",
        revision: 1,
        customer: "ada",
        campaign: "reward",
        trigger: TriggerID(.action, "a\(number)"),
        heard: name,
        issuedAt: Date(milliseconds: desk.now),
        expiresAt: nil,
        redeemable: .once,
        faceValue: nil,
        replicas: [Replica(provider: "wallet", name: "TEN", state: .notSent(.notHeard))],
        redeemed: .none
      )
      let message = Desk.message(
        about: offer,
        key: .derive("message", "\(number)"),
        variant: name,
        at: Date(milliseconds: desk.now)
      )
      let plan = JourneyPlan(
        tenant: "main",
        trigger: TriggerRecord(id: offer.trigger, customer: "ada", fingerprint: .derive("f", "\(number)")),
        plannedAt: Date(milliseconds: desk.now),
        triggerVersion: 0,
        nodes: [
          PlanNode(key: offer.id, campaign: "reward", content: .issuance(offer)),
          PlanNode(key: message.key, parent: 0, campaign: "to-wallet", content: .message(message)),
        ]
      )
      #expect(desk.state.commit(plan, now: desk.now) == .committed([.written, .written]))
    }
    let bytes = names.map { Array($0.utf8) }
    #expect(desk.state.issuedOffers(of: "ada").map { Array($0.heard.utf8) } == bytes)
    #expect(desk.state.messages(of: "ada").map { Array($0.message.variant.utf8) } == bytes)
  }

  private struct Word: Internable {
    let text: String
    /// Which of several equal ones it is.
    let copy: Int
    init(_ text: String, copy: Int = 0) {
      self.text = text
      self.copy = copy
    }
    static func == (lhs: Word, rhs: Word) -> Bool { lhs.text == rhs.text }
    func hash(into hasher: inout Hasher) { hasher.combine(text) }
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
  fileprivate var isOurs: Bool {
    if case .issuedOffer = self { true } else { false }
  }

  fileprivate func named(_ id: IssuedOffer.ID) -> Self {
    if case .issuedOffer = self { .issuedOffer(id) } else { self }
  }
}
