import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Offers kept for a basket, and what a redemption makes of that.
@Suite struct ReservationTests {
  private func shop(redeemable: RedemptionLimit = .once, expires: OfferExpiry = .never) async throws -> Shop {
    let offer = Offer(
      "ten-off",
      raises: "ten_off_issued",
      replicas: ["wallet": "TEN"],
      expires: expires,
      redeemable: redeemable
    )
    let time = ManualTime()
    return try await Shop(
      offers: [offer],
      reservations: InMemoryOfferReservations(now: { time.now }),
      time: time
    )
  }

  private func issue(_ id: String, in shop: Shop) async throws -> IssuedOffer.ID {
    let decisions = try await shop.bridge.respond(to: shop.opened(id))
    guard let issued = decisions["reward"]?.issuedOffer else { throw Unexpected("nothing issued") }
    return issued.id
  }

  private func redemption(
    _ id: String,
    of issued: IssuedOffer.ID,
    for transaction: TransactionID? = nil,
    in shop: Shop
  ) -> Redemption {
    Redemption(id: id, of: .issuedOffer(issued), for: transaction, at: shop.time.now)
  }

  @Test func `a reserved offer is one basket's alone, until it is released or its time is over`() async throws
  {
    let shop = try await shop()
    let issued = try await issue("a-1", in: shop)
    let until = shop.time.now + 900
    let mine = OfferReservation(transaction: "basket-1", issuedOffers: [issued], until: until)
    #expect(
      try await shop.bridge.reserve([issued, issued], for: "basket-1", lasting: .minutes(15))
        == .reserved(mine)
    )
    #expect(try await shop.bridge.reservation(of: "basket-1") == mine)
    let answer = try await shop.bridge.reserve([issued], for: "basket-2", lasting: .minutes(15))
    #expect(answer == .refused([ReservationRefusal(issued, .reservedByOthers(until: until))]))
    try await shop.bridge.release("basket-1")
    #expect(try await shop.bridge.reservation(of: "basket-1") == nil)
    #expect(
      try await shop.bridge.reserve([issued], for: "basket-2", lasting: .minutes(15))
        == .reserved(OfferReservation(transaction: "basket-2", issuedOffers: [issued], until: until))
    )
    shop.time.advance(by: .minutes(15))
    #expect(try await shop.bridge.reservation(of: "basket-2") == nil)
    guard case .reserved = try await shop.bridge.reserve([issued], for: "basket-3", lasting: .minutes(1))
    else {
      throw Unexpected("a refusal")
    }
  }

  @Test
  func `the redemption that names the basket ends its reservation, and leaves its other offers reserved`()
    async throws
  {
    let shop = try await shop(redeemable: .times(2))
    let (first, second) = (try await issue("a-1", in: shop), try await issue("a-2", in: shop))
    _ = try await shop.bridge.reserve([first, second], for: "basket-1", lasting: .minutes(15))
    let redemption = redemption("r-1", of: first, for: "basket-1", in: shop)
    // In any order and any number of times, as every redemption.
    for _ in 0..<2 { _ = try await shop.bridge.reconcile(redemption) }
    #expect(try await shop.bridge.reservation(of: "basket-1")?.issuedOffers == [second])
    // One is left of the first, and nobody has it.
    guard case .reserved = try await shop.bridge.reserve([first], for: "basket-2", lasting: .minutes(5))
    else {
      throw Unexpected("a refusal")
    }
    let until = shop.time.now + 300
    #expect(
      try await shop.bridge.reserve([first], for: "basket-3", lasting: .minutes(5))
        == .refused([ReservationRefusal(first, .reservedByOthers(until: until))])
    )
    #expect(
      try await shop.bridge.reserve([first], for: "basket-1", lasting: .minutes(5))
        == .refused([ReservationRefusal(first, .alreadyRedeemed)])
    )
  }

  @Test func `what cannot be redeemed any more cannot be reserved, and nothing else is then`() async throws {
    let shop = try await shop(expires: .after(.days(30)))
    let used = try await issue("a-1", in: shop)
    let live = try await issue("a-2", in: shop)
    _ = try await shop.bridge.reconcile(redemption("r-1", of: used, in: shop))
    let strange = IssuedOffer.ID.derive("issued", "strange")
    let answer = try await shop.bridge.reserve([live, used, strange], for: "basket-1", lasting: .minutes(15))
    #expect(
      answer
        == .refused([
          ReservationRefusal(used, .over(.redeemed)), ReservationRefusal(strange, .unknownOffer),
        ])
    )
    #expect(try await shop.bridge.reservation(of: "basket-1") == nil)
    guard case .refused(let refusals) = answer else { throw Unexpected("a reservation") }
    #expect(refusals.map(\.description)[0] == "issued offer \(used) is redeemed")
    shop.time.advance(by: .days(30))
    #expect(
      try await shop.bridge.reserve([live], for: "basket-1", lasting: .minutes(15))
        == .refused([ReservationRefusal(live, .over(.expired))])
    )
  }

  @Test func `a redemption counts, whoever had reserved the offer`() async throws {
    let shop = try await shop()
    let issued = try await issue("a-1", in: shop)
    try await shop.bridge.deliverDueMessages()
    _ = try await shop.bridge.reserve([issued], for: "basket-1", lasting: .minutes(15))
    let stranger = redemption("r-1", of: issued, for: "basket-2", in: shop)
    #expect(try await shop.bridge.reconcile(stranger) == .applied(to: issued))
    #expect(
      try await shop.bridge.reserve([issued], for: "basket-1", lasting: .minutes(15))
        == .refused([ReservationRefusal(issued, .over(.redeemed))])
    )
    #expect(try await shop.ledger.audit(tenant: "main").imbalances == [])
  }

  @Test func `a hundred baskets at once have an offer as often as it can be redeemed`() async throws {
    let shop = try await shop(redeemable: .times(7))
    let issued = try await issue("a-1", in: shop)
    let answers = try await withThrowingTaskGroup(of: ReservationAnswer.self) { group in
      for basket in 0..<100 {
        group.addTask {
          try await shop.bridge.reserve([issued], for: TransactionID("b-\(basket)"), lasting: .minutes(1))
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(answers.count { if case .reserved = $0 { true } else { false } } == 7)
  }

  @Test func `a redemption keeps its transaction, and another one under its id is a conflict`() async throws {
    let shop = try await shop(redeemable: .unlimited)
    let issued = try await issue("a-1", in: shop)
    let told = redemption("r-1", of: issued, for: "basket-1", in: shop)
    #expect(try JSONDecoder().decode(Redemption.self, from: JSONEncoder().encode(told)) == told)
    _ = try await shop.bridge.reconcile(told)
    #expect(try await shop.bridge.reconcile(told) == .duplicate)
    for other in ["basket-2", nil] as [TransactionID?] {
      let redemption = redemption("r-1", of: issued, for: other, in: shop)
      #expect(try await shop.bridge.reconcile(redemption) == .conflict)
    }
    guard
      case .redemption(_, _, let details)? = try await shop.bridge.record(of: issued)?.events[0].event.content
    else { throw Unexpected("no redemption") }
    #expect(details?.transaction == "basket-1")
  }

  @Test func `what is unusable is named, with the next step`() async throws {
    let without = try await Shop()
    let bridge = try await shop().bridge
    func code(_ body: () async throws -> Void) async -> OfferBridgeError.Code? {
      do {
        try await body()
        return nil
      } catch { return (error as? OfferBridgeError)?.code }
    }
    #expect(await code { try await without.bridge.release("basket") } == .reservationsMissing)
    #expect(
      await code { _ = try await bridge.reserve([], for: "basket", lasting: .nanoseconds(1)) }
        == .reservationLengthInvalid("basket")
    )
    #expect(
      await code { _ = try await bridge.reservation(of: "") }
        == .identifierInvalid(kind: "transaction", value: "")
    )
    let failing = try await Shop(reservations: Failing())
    #expect(await code { try await failing.bridge.release("basket") } == .reservationsFailed("basket"))
    for code in [.reservationsMissing, .reservationLengthInvalid("b"), .reservationsFailed("b")]
      as [OfferBridgeError.Code]
    {
      #expect("\(OfferBridgeError(code))".contains(". "))
    }
  }

  /// A store that cannot be asked.
  private struct Failing: OfferReservations {
    struct Down: Error {}

    func reserve(_ request: ReservationRequest) async throws -> ReservationAnswer { throw Down() }
    func release(_ transaction: TransactionID, tenant: TenantID) async throws { throw Down() }
    func reservation(of transaction: TransactionID, tenant: TenantID) async throws -> OfferReservation? {
      throw Down()
    }
  }
}
