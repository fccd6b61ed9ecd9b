import Foundation
public import OfferBridgeKit

/// What every `OfferReservations` must do.
///
/// ```swift
/// @Test(arguments: OfferReservationsContract.checks)
/// func `our reservations keep the contract`(check: ContractCheck<OfferReservationsUnderTest>) async throws {
///   try await check.run(on: OfferReservationsUnderTest { now in try await OurReservations(now: now) })
/// }
/// ```
public enum OfferReservationsContract {
  /// All checks.
  public static let checks: [ContractCheck<OfferReservationsUnderTest>] = [
    .init("reserve.keepsOthersOut") { subject, steps in
      let trial = try await subject.trial(steps)
      try await trial.expectReserved("a", ["x"], lasting: 60)
      try await trial.expectRefused("b", ["x"], by: ["x": 60])
      try await trial.expectReserved("b", ["y"], lasting: 60)
    },
    .init("reserve.isOverAtItsEnd") { subject, steps in
      let trial = try await subject.trial(steps)
      try await trial.expectReserved("a", ["x"], lasting: 60)
      trial.wait(59.999)
      try await trial.expectRefused("b", ["x"], by: ["x": 0.001])
      trial.wait(0.001)
      try await trial.expectHeld("a", nil)
      try await trial.expectReserved("b", ["x"], lasting: 60)
    },
    .init("reserve.againReplaces") { subject, steps in
      let trial = try await subject.trial(steps)
      try await trial.expectReserved("a", ["x", "y"], lasting: 60)
      trial.wait(30)
      try await trial.expectReserved("a", ["y", "z"], lasting: 60)
      try await trial.expectHeld("a", ["y", "z"], for: 60)
      try await trial.expectReserved("b", ["x"], lasting: 60)
      trial.wait(45)
      try await trial.expectRefused("c", ["y"], by: ["y": 15])
      try await trial.expectReserved("a", [], lasting: 60)
      try await trial.expectHeld("a", nil)
      try await trial.expectReserved("c", ["y", "z"], lasting: 60)
    },
    .init("reserve.allOrNothing") { subject, steps in
      let trial = try await subject.trial(steps)
      try await trial.expectReserved("a", ["x"], lasting: 60)
      try await trial.expectReserved("b", ["y"], lasting: 90)
      trial.wait(10)
      try await trial.expectRefused("b", ["z", "x"], by: ["x": 50])
      try await trial.expectHeld("b", ["y"], for: 80)
      try await trial.expectReserved("c", ["z"], lasting: 60)
      try await trial.expectRefused("d", ["y", "w", "x"], by: ["y": 80, "x": 50])
    },
    .init("reserve.asOftenAsItIsLeft") { subject, steps in
      let trial = try await subject.trial(steps)
      try await trial.expectReserved("a", ["x"], left: 2, lasting: 30)
      // The same one again is no second one.
      try await trial.expectReserved("a", ["x"], left: 2, lasting: 60)
      try await trial.expectReserved("b", ["x"], left: 2, lasting: 90)
      try await trial.expectReserved("a", ["x"], left: 2, lasting: 60)
      try await trial.expectRefused("c", ["x"], left: 2, by: ["x": 60])
      // Two have it, and one is left: both must go.
      try await trial.expectRefused("c", ["x"], left: 1, by: ["x": 90])
      try await trial.expectReserved("c", ["x"], left: 3, lasting: 60)
    },
    .init("reserve.whatIsRedeemedCountsNoMore") { subject, steps in
      let trial = try await subject.trial(steps)
      try await trial.expectReserved("a", ["x", "y"], left: 2, lasting: 60)
      try await trial.expectReserved("b", ["x"], left: 2, lasting: 60)
      try await trial.expectRefused("c", ["x"], left: 1, redeemedIn: ["d"], by: ["x": 60])
      try await trial.expectRefused("c", ["x"], left: 1, redeemedIn: ["a"], by: ["x": 60])
      try await trial.expectReserved("c", ["x"], left: 2, redeemedIn: ["a", "d"], lasting: 60)
      try await trial.expectRefused("d", ["y"], by: ["y": 60])
    },
    .init("reserve.sixtyFourRacersNeverShare") { subject, steps in
      let trial = try await subject.trial(steps)
      let winners = try await trial.race((0..<64).map { "racer \($0)" }, ["x", "y"], left: 10)
      try steps.expect("those that have it", winners, is: 10)
    },
    .init("release.freesAtOnce") { subject, steps in
      let trial = try await subject.trial(steps)
      try await trial.release("a")
      try await trial.expectReserved("a", ["x", "y"], lasting: 60)
      try await trial.expectReserved("b", ["z"], lasting: 60)
      for _ in 0..<2 { try await trial.release("a") }
      try await trial.expectHeld("a", nil)
      try await trial.expectHeld("b", ["z"], for: 60)
      try await trial.expectReserved("c", ["x", "y"], lasting: 60)
      try await trial.release("a")
      try await trial.expectRefused("a", ["x"], by: ["x": 60])
    },
    .init("tenants.apart") { subject, steps in
      let trial = try await subject.trial(steps)
      try await trial.expectReserved("a", ["x"], lasting: 60)
      let other = trial.of("other")
      try await other.expectHeld("a", nil)
      try await other.release("a")
      try await other.expectReserved("b", ["x"], lasting: 30)
      try await other.expectReserved("a", ["y"], lasting: 30)
      try await trial.expectHeld("a", ["x"], for: 60)
      try await trial.expectRefused("b", ["x"], by: ["x": 60])
    },
  ]
}

/// A host's reservations: how to make them.
public struct OfferReservationsUnderTest: Sendable {
  /// The clock that they are given.
  public typealias ReservationClock = @Sendable () -> Date

  let make: @Sendable (@escaping ReservationClock) async throws -> any OfferReservations

  /// Reservations.
  ///
  /// - Parameter make: Makes a store in which nothing is reserved, and that takes its time from that clock and from
  ///   nowhere else.
  public init(
    _ make: @escaping @Sendable (_ now: @escaping ReservationClock) async throws -> any OfferReservations
  ) {
    self.make = make
  }

  func trial(_ steps: ContractSteps) async throws -> OfferReservationsTrial {
    let time = ManualTime()
    let store = try await make { time.now }
    return OfferReservationsTrial(store: store, time: time, tenant: "main", steps: steps)
  }
}

/// Reservations on trial, in which issued offers and transactions have short names.
struct OfferReservationsTrial: Sendable {
  let store: any OfferReservations
  let time: ManualTime
  let tenant: TenantID
  let steps: ContractSteps

  func of(_ tenant: TenantID) -> Self { Self(store: store, time: time, tenant: tenant, steps: steps) }

  func wait(_ seconds: Double) {
    time.advance(by: .milliseconds(Int64((seconds * 1000).rounded())))
    steps.note("\(seconds) seconds pass")
  }

  func expectReserved(
    _ transaction: TransactionID,
    _ names: [String],
    left: Int = 1,
    redeemedIn: Set<TransactionID> = [],
    lasting seconds: Int
  ) async throws {
    let answer = try await reserve(transaction, names, left, redeemedIn, seconds)
    try steps.expect(
      "\(transaction)'s answer",
      answer,
      is: .reserved(reservation(transaction, names, Double(seconds)))
    )
  }

  /// Refuses each of those that are named, for what is reserved that many seconds longer.
  func expectRefused(
    _ transaction: TransactionID,
    _ names: [String],
    left: Int = 1,
    redeemedIn: Set<TransactionID> = [],
    by held: [String: Double]
  ) async throws {
    let answer = try await reserve(transaction, names, left, redeemedIn, 60)
    let refusals = names.compactMap { name in
      held[name].map { ReservationRefusal(issued(name), .reservedByOthers(until: moment(in: $0))) }
    }
    try steps.expect("\(transaction)'s answer", answer, is: .refused(refusals))
  }

  func expectHeld(_ transaction: TransactionID, _ names: [String]?, for seconds: Double = 0) async throws {
    let held = try await store.reservation(of: transaction, tenant: tenant)
    steps.note("what \(transaction) has: \(readable(held as Any))")
    try steps.expect(
      "what \(transaction) has",
      held,
      is: names.map { reservation(transaction, $0, seconds) }
    )
  }

  func release(_ transaction: TransactionID) async throws {
    try await store.release(transaction, tenant: tenant)
    steps.note("\(transaction) of \(tenant) is released")
  }

  /// How many of those that ask at once are answered that they have it.
  func race(_ transactions: [String], _ names: [String], left: Int) async throws -> Int {
    let answers = try await atOnce(transactions.count) { number in
      // Each in another order: who locks them one by one must not wait in a circle.
      let names = number % 2 == 0 ? names : names.reversed()
      return try await store.reserve(request(TransactionID(transactions[number]), names, left, [], 60))
    }
    steps.note("\(transactions.count) at once")
    return answers.count { if case .reserved = $0 { true } else { false } }
  }

  private func reserve(
    _ transaction: TransactionID,
    _ names: [String],
    _ left: Int,
    _ redeemedIn: Set<TransactionID>,
    _ seconds: Int
  ) async throws -> ReservationAnswer {
    let answer = try await store.reserve(request(transaction, names, left, redeemedIn, seconds))
    steps.note(
      "\(transaction) of \(tenant) asks for \(names), left \(left), for \(seconds) seconds: \(readable(answer))"
    )
    return answer
  }

  private func request(
    _ transaction: TransactionID,
    _ names: [String],
    _ left: Int,
    _ redeemedIn: Set<TransactionID>,
    _ seconds: Int
  ) -> ReservationRequest {
    ReservationRequest(
      names.map { .init(issued($0), left: left, redeemedIn: redeemedIn) },
      for: transaction,
      of: tenant,
      lasting: .seconds(seconds)
    )
  }

  private func reservation(
    _ transaction: TransactionID,
    _ names: [String],
    _ seconds: Double
  ) -> OfferReservation {
    OfferReservation(
      transaction: transaction,
      issuedOffers: names.map(issued),
      until: moment(in: seconds)
    )
  }

  private func issued(_ name: String) -> IssuedOffer.ID { .derive("contract issued", name) }

  private func moment(in seconds: Double) -> Date {
    Date(milliseconds: time.now.milliseconds + Int64((seconds * 1000).rounded()))
  }
}
