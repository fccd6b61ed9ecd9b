public import Foundation

/// Reservations in memory, behind one lock: for tests, and for apps of one process.
///
/// ```swift
/// let bridge = try await OfferBridge(…, reservations: InMemoryOfferReservations())
/// ```
///
/// What is over is forgotten by and by. All ends with the process, so after a
/// restart a till reserves anew; over several processes, write a store that
/// they share.
public final class InMemoryOfferReservations: OfferReservations {
  private struct Holder: Hashable {
    let tenant: TenantID
    let transaction: TransactionID
  }

  private struct Place: Hashable {
    let tenant: TenantID
    let issuedOffer: IssuedOffer.ID
  }

  private struct State {
    var held: [Holder: OfferReservation] = [:]
    /// Who has an issued offer, or had it and was not forgotten yet.
    var holders: [Place: Set<TransactionID>] = [:]
    /// At how many it is looked for those that are over.
    var sweepsAt = 64

    /// When the first of others' reservations is over that must be, for one more to have room; `nil` when it has.
    func isFull(_ item: ReservationRequest.Item, for holder: Holder, at now: Date) -> Date? {
      let others = holders[Place(tenant: holder.tenant, issuedOffer: item.issuedOffer)] ?? []
      let ends = others.lazy
        .filter { $0 != holder.transaction && !item.redeemedIn.contains($0) }
        .compactMap { held[Holder(tenant: holder.tenant, transaction: $0)]?.until }
        .filter { $0 > now }
        .sorted()
      return ends.count < item.left ? nil : ends[ends.count - item.left]
    }

    mutating func release(_ holder: Holder) {
      for issuedOffer in held.removeValue(forKey: holder)?.issuedOffers ?? [] {
        let place = Place(tenant: holder.tenant, issuedOffer: issuedOffer)
        holders[place]?.remove(holder.transaction)
        if holders[place]?.isEmpty ?? false { holders[place] = nil }
      }
    }

    mutating func hold(_ reservation: OfferReservation, for holder: Holder) {
      release(holder)
      guard !reservation.issuedOffers.isEmpty else { return }
      held[holder] = reservation
      for issuedOffer in reservation.issuedOffers {
        holders[Place(tenant: holder.tenant, issuedOffer: issuedOffer), default: []]
          .insert(holder.transaction)
      }
    }

    mutating func forgetWhatIsOver(at now: Date) {
      guard held.count >= sweepsAt else { return }
      for holder in held.filter({ $0.value.until <= now }).keys { release(holder) }
      sweepsAt = 2 * held.count + 64
    }
  }

  private let now: @Sendable () -> Date
  private let state = Guarded(State())

  /// No reservations yet.
  ///
  /// - Parameter now: Their clock, the system's by default; a test sets its own.
  public init(now: @escaping @Sendable () -> Date = InMemoryOfferLedger.systemClock) { self.now = now }

  /// Reserves everything that is asked for, or nothing.
  public func reserve(_ request: ReservationRequest) async throws -> ReservationAnswer {
    state.withLock { state in
      let moment = now()
      let holder = Holder(tenant: request.tenant, transaction: request.transaction)
      let refusals = request.items.compactMap { item in
        state.isFull(item, for: holder, at: moment).map {
          ReservationRefusal(item.issuedOffer, .reservedByOthers(until: $0))
        }
      }
      guard refusals.isEmpty else { return .refused(refusals) }
      state.forgetWhatIsOver(at: moment)
      let until = moment.milliseconds.addingClamped(request.length.milliseconds)
      let reservation = OfferReservation(
        transaction: request.transaction,
        issuedOffers: request.items.map(\.issuedOffer),
        until: Date(milliseconds: until)
      )
      state.hold(reservation, for: holder)
      return .reserved(reservation)
    }
  }

  /// Ends what a transaction has.
  public func release(_ transaction: TransactionID, tenant: TenantID) async throws {
    state.withLock { $0.release(Holder(tenant: tenant, transaction: transaction)) }
  }

  /// What a transaction has.
  public func reservation(of transaction: TransactionID, tenant: TenantID) async throws -> OfferReservation? {
    state.withLock { state in
      let held = state.held[Holder(tenant: tenant, transaction: transaction)]
      return held.flatMap { $0.until > now() ? $0 : nil }
    }
  }

  /// How many it remembers, those included that are over and not forgotten yet.
  package var count: Int { state.withLock { $0.held.count } }
}
