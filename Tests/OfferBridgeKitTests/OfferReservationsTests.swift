import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Stores of reservations: the one in memory, and ones that are broken in one way each.
@Suite struct OfferReservationsTests {
  @Test(arguments: OfferReservationsContract.checks)
  func `the reservations in memory keep the contract`(
    check: ContractCheck<OfferReservationsUnderTest>
  ) async throws {
    let subject = OfferReservationsUnderTest { InMemoryOfferReservations(now: $0) }
    #expect(try await check.run(on: subject) == .kept)
  }

  /// Reservations in memory, bent in one way.
  private struct Bent: OfferReservations {
    enum Bend: String, CaseIterable {
      case keepsNobodyOut, isNeverOver, isOverLate, addsToWhatItHad, losesWhatItHadWhenRefused,
        takesWhatItCanGet
      case isOneForAll, countsItselfTwice, countsWhatIsRedeemed, forgetsAllThatWasRedeemedIn, checksThenWrites
      case neverReleases, releasesEverybody, mixesTenants, keepsItsFirstEnd, tellsWhatIsOver, namesTheFirstEnd
    }

    let bend: Bend
    let store: InMemoryOfferReservations
    let now: @Sendable () -> Date
    let known = Guarded<[TransactionID: OfferReservation]>([:])

    func reserve(_ request: ReservationRequest) async throws -> ReservationAnswer {
      func items(_ change: (ReservationRequest.Item) -> ReservationRequest.Item) -> ReservationRequest {
        with(request, items: request.items.map(change))
      }
      switch bend {
      case .keepsNobodyOut:
        return try await store.reserve(items { .init($0.issuedOffer, left: .max, redeemedIn: $0.redeemedIn) })
      case .isNeverOver:
        return try await store.reserve(with(request, length: .days(9)))
      case .isOverLate:
        let answer = try await store.reserve(with(request, length: request.length + .milliseconds(1)))
        return answer.later(by: -1)
      case .addsToWhatItHad:
        let had = try await store.reservation(of: request.transaction, tenant: request.tenant)?.issuedOffers
        let more = (had ?? []).filter { id in !request.items.contains { $0.issuedOffer == id } }
        let answer = try await store.reserve(
          with(request, items: request.items + more.map { .init($0, left: .max) })
        )
        return answer.of(request.items.map(\.issuedOffer))
      case .losesWhatItHadWhenRefused:
        try await store.release(request.transaction, tenant: request.tenant)
        return try await store.reserve(request)
      case .takesWhatItCanGet:
        let answer = try await store.reserve(request)
        guard case .refused(let refusals) = answer else { return answer }
        let left = request.items.filter { item in !refusals.contains { $0.issuedOffer == item.issuedOffer } }
        _ = try await store.reserve(with(request, items: left))
        return answer
      case .isOneForAll:
        return try await store.reserve(items { .init($0.issuedOffer, left: 1, redeemedIn: $0.redeemedIn) })
      case .countsItselfTwice:
        let had = try await store.reservation(of: request.transaction, tenant: request.tenant)?.issuedOffers
        return try await store.reserve(
          items { item in
            let isAgain = (had ?? []).contains(item.issuedOffer) && item.left > 1
            return .init(
              item.issuedOffer,
              left: isAgain ? item.left - 1 : item.left,
              redeemedIn: item.redeemedIn
            )
          }
        )
      case .countsWhatIsRedeemed:
        return try await store.reserve(items { .init($0.issuedOffer, left: $0.left) })
      case .forgetsAllThatWasRedeemedIn:
        for transaction in request.items.flatMap(\.redeemedIn) {
          try await store.release(transaction, tenant: request.tenant)
        }
        return try await store.reserve(request)
      case .checksThenWrites:
        let trial = with(request, length: .nanoseconds(1))
        let answer = try await store.reserve(trial)
        guard case .reserved = answer else { return answer }
        try await store.release(request.transaction, tenant: request.tenant)
        await Task.yield()
        return try await store.reserve(items { .init($0.issuedOffer, left: .max) })
      case .mixesTenants:
        return try await store.reserve(
          ReservationRequest(request.items, for: request.transaction, of: "main", lasting: request.length)
        )
      case .keepsItsFirstEnd:
        let had = try await store.reservation(of: request.transaction, tenant: request.tenant)
        let length = had.map { Duration.milliseconds($0.until.milliseconds - now().milliseconds) }
        return try await store.reserve(with(request, length: length ?? request.length))
      case .tellsWhatIsOver:
        let answer = try await store.reserve(request)
        if case .reserved(let held) = answer { known.withLock { $0[held.transaction] = held } }
        return answer
      case .namesTheFirstEnd:
        let answer = try await store.reserve(request)
        guard case .refused = answer else { return answer }
        let first = try await store.reserve(items { .init($0.issuedOffer, left: 2) })
        return first == answer || !first.isRefused ? answer : first
      case .neverReleases, .releasesEverybody:
        if case .reserved(let held) = try await store.reserve(request) {
          known.withLock { $0[held.transaction] = held }
          return .reserved(held)
        }
        return try await store.reserve(request)
      }
    }

    func release(_ transaction: TransactionID, tenant: TenantID) async throws {
      switch bend {
      case .neverReleases: return
      case .releasesEverybody:
        for transaction in known.withLock({ $0.keys.sorted() }) {
          try await store.release(transaction, tenant: tenant)
        }
      case .mixesTenants: try await store.release(transaction, tenant: "main")
      default: try await store.release(transaction, tenant: tenant)
      }
    }

    func reservation(of transaction: TransactionID, tenant: TenantID) async throws -> OfferReservation? {
      let held = try await store.reservation(
        of: transaction,
        tenant: bend == .mixesTenants ? "main" : tenant
      )
      return bend == .tellsWhatIsOver ? known.withLock { $0[transaction] } : held
    }

    private func with(
      _ request: ReservationRequest,
      items: [ReservationRequest.Item]? = nil,
      length: Duration? = nil
    ) -> ReservationRequest {
      ReservationRequest(
        items ?? request.items,
        for: request.transaction,
        of: request.tenant,
        lasting: length ?? request.length
      )
    }
  }

  @Test func `every store that is bent is caught, and every check catches one`() async throws {
    var broken: Set<String> = []
    for bend in Bent.Bend.allCases {
      let subject = OfferReservationsUnderTest { now in
        Bent(bend: bend, store: InMemoryOfferReservations(now: now), now: now)
      }
      var violations: [ContractViolation] = []
      for check in OfferReservationsContract.checks {
        do { try await check.run(on: subject) } catch let violation as ContractViolation {
          violations.append(violation)
        }
      }
      #expect(!violations.isEmpty, "\(bend)")
      broken.formUnion(violations.map(\.check))
    }
    #expect(broken == Set(OfferReservationsContract.checks.map(\.name)))
  }

  @Test func `what is over is forgotten, so that a year of baskets takes no more room than a busy hour`()
    async throws
  {
    let time = ManualTime()
    let store = InMemoryOfferReservations(now: { time.now })
    for basket in 0..<10_000 {
      let request = ReservationRequest(
        [.init(.derive("issued", "\(basket)"), left: 1)],
        for: TransactionID("basket-\(basket)"),
        of: "main",
        lasting: .minutes(15)
      )
      _ = try await store.reserve(request)
      // The oldest that is not over has 20 seconds left.
      let oldest = TransactionID("basket-\(max(basket - 44, 0))")
      guard try await store.reservation(of: oldest, tenant: "main") != nil else {
        throw Unexpected("\(oldest) was forgotten at \(basket)")
      }
      time.advance(by: .seconds(20))
    }
    #expect(store.count < 300)
  }

  @Test func `the longest of all lengths ends with the year 9999`() async throws {
    let store = InMemoryOfferReservations(now: { Date(milliseconds: 0) })
    let request = ReservationRequest(
      [.init(.derive("issued"), left: 1)],
      for: "basket",
      of: "main",
      lasting: .seconds(Int64.max)
    )
    guard case .reserved(let held) = try await store.reserve(request) else {
      throw Unexpected("a refusal")
    }
    #expect(held.until == Date(milliseconds: .max))
    #expect(try JSONDecoder().decode(OfferReservation.self, from: JSONEncoder().encode(held)) == held)
  }
}

extension ReservationAnswer {
  fileprivate var isRefused: Bool { if case .refused = self { true } else { false } }

  fileprivate func later(by milliseconds: Int64) -> Self {
    switch self {
    case .reserved(let held):
      let until = Date(milliseconds: held.until.milliseconds + milliseconds)
      return .reserved(
        OfferReservation(transaction: held.transaction, issuedOffers: held.issuedOffers, until: until)
      )
    case .refused(let refusals):
      return .refused(
        refusals.map { refusal in
          guard case .reservedByOthers(let until) = refusal.reason else { return refusal }
          let earlier = Date(milliseconds: until.milliseconds + milliseconds)
          return ReservationRefusal(refusal.issuedOffer, .reservedByOthers(until: earlier))
        }
      )
    }
  }

  fileprivate func of(_ issuedOffers: [IssuedOffer.ID]) -> Self {
    guard case .reserved(let held) = self else { return self }
    return .reserved(
      OfferReservation(transaction: held.transaction, issuedOffers: issuedOffers, until: held.until)
    )
  }
}
