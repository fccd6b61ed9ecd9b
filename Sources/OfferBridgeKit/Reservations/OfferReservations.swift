/// Where the host keeps which transaction has reserved which issued offers.
///
/// Where an offer is redeemed at a checkout, two baskets of one customer must
/// not both count on it. A reservation keeps it for one of them, for a while:
///
/// ```swift
/// switch try await bridge.reserve([ten.id, free.id], for: "basket-42", lasting: .minutes(15)) {
/// case .reserved(let reservation): print("yours until \(reservation.until)")
/// case .refused(let refusals): for refusal in refusals { print(refusal) }
/// }
/// ```
///
/// It ends by itself when its time is over, by
/// ``OfferBridge/release(_:)``, or by the redemption that names the
/// transaction: `Redemption(id: "r-1", of: .issuedOffer(ten.id), for: "basket-42", at: moment)`.
/// That needs no call to these reservations, for the bridge tells them on every
/// call which transactions have redeemed already.
///
/// A reservation binds other reservations alone. The external system keeps the
/// last word: what it reports as redeemed counts, whoever had reserved it.
///
/// **Use one:** ``InMemoryOfferReservations``, for tests and for apps of one
/// process.
///
/// **Write one:** over a table of (tenant, issued offer, transaction, until),
/// unique in the first three. In one transaction: lock the requested issued
/// offers' names in their sorted order (`pg_advisory_xact_lock` of a hash, or
/// `BEGIN IMMEDIATE`); count for each what others have that is not over, by
/// `clock_timestamp()`; and only if every one has room, delete what the
/// transaction had and insert what it asks for. What is over may be deleted at
/// any time. Throw only when the store could not be asked.
/// `OfferReservationsContract` of `OfferBridgeTesting` puts it to the test.
///
/// **Fake one:** `InMemoryOfferReservations(now: { time.now })` is the fake.
public protocol OfferReservations: Sendable {
  /// Reserves everything that is asked for, in place of what the transaction had before; or nothing.
  ///
  /// - Afterwards: if it is reserved, the transaction has just these issued offers, until now and the length. If it is
  ///   refused, it has what it had before, for as long as before.
  /// - Answer: `refused`, with each issued offer that has no room, in the order of the request. One has room while
  ///   fewer other transactions have it than it can still be redeemed; those do not count whose reservation is over,
  ///   from the very moment of its end on, or that have redeemed it already.
  /// - Repeat: reserves the same anew, until later.
  ///
  /// - Parameter request: Who asks for what.
  /// - Returns: Reserved or refused, by the store's own clock.
  /// - Throws: Whatever says that the store could not be asked; it may have been done.
  nonisolated(nonsending)
    func reserve(_ request: ReservationRequest) async throws -> ReservationAnswer

  /// Ends what a transaction has; nothing happens when it has nothing.
  ///
  /// - Parameters:
  ///   - transaction: The transaction.
  ///   - tenant: Whose transaction it is.
  /// - Throws: Whatever says that the store could not be asked; it may have been done.
  nonisolated(nonsending)
    func release(_ transaction: TransactionID, tenant: TenantID) async throws

  /// What a transaction has, or `nil` when it has nothing, or its time is over.
  ///
  /// - Parameters:
  ///   - transaction: The transaction.
  ///   - tenant: Whose transaction it is.
  /// - Returns: What it asked for last, also what it has redeemed since.
  /// - Throws: Whatever says that the store could not be asked.
  nonisolated(nonsending)
    func reservation(of transaction: TransactionID, tenant: TenantID) async throws -> OfferReservation?
}
