import Foundation
import HTTPTypes
import Hummingbird
import OfferBridgeKit
import ServiceLifecycle

// Customers who are forgotten, and two who are one.
extension ShopHost {
  private struct Forgotten: Encodable {
    struct Left: Encodable {
      let issuedOffer: String
      let provider: String
      let replica: String
      let state: String
    }

    let issuedOffers: Int
    let messages: Int
    let withdrawn: Int
    let events: Int
    /// What a wallet may still have, told this once.
    let left: [Left]

    init(_ what: ForgottenCustomer) {
      issuedOffers = what.issuedOffers
      messages = what.messages
      withdrawn = what.withdrawn
      events = what.events
      left = what.replicas.map {
        Left(
          issuedOffer: $0.issuedOffer.description,
          provider: $0.replica.provider.rawValue,
          replica: $0.replica.name.rawValue,
          state: "\($0.replica.state)"
        )
      }
    }
  }

  /// Makes the customer nobody to whoever decides, takes back what is in wallets, and forgets them in the ledger, then
  /// in the shop's own file.
  ///
  /// Whatever it ends in the midst of, the customer stays nobody, and the next request goes on from there.
  func forgotten(_ customer: CustomerID) async throws -> Response {
    try await answering {
      try await store.leave(customer, at: Date())
      if let end = try await settled({ try await store.decisionsEnd(of: customer, at: Date()) }) {
        return Self.busy(until: end, "a decision for them is under way; ask again")
      }
      try await takeBack(from: customer)
      switch try await bridge.forget(customer) {
      case .busy(let until): return Self.busy(until: until)
      case .forgotten(let what):
        _ = try await store.forget(customer)
        return Answer.json(.ok, Forgotten(what))
      case .unknownCustomer:
        // The shop may know them all the same: who never had anything, or whom a process forgot here and no further.
        guard try await store.forget(customer) else {
          return Answer.refused(.notFound, "no such customer")
        }
        let nothing = ForgottenCustomer(issuedOffers: 0, messages: 0, withdrawn: 0, events: 0, replicas: [])
        return Answer.json(.ok, Forgotten(nothing))
      }
    }
  }

  /// Looks until nothing is in the way any more, for two seconds at most; less where the server is asked to stop, or
  /// whoever waits has gone.
  ///
  /// - Returns: What is in the way then, or `nil`.
  private func settled<Obstacle: Sendable>(_ look: () async throws -> Obstacle?) async throws -> Obstacle? {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(2)
    while let obstacle = try await look() {
      guard clock.now < end, !Task.isShuttingDownGracefully else { return obstacle }
      try await clock.sleep(for: .milliseconds(50))
    }
    return nil
  }

  /// Closes what a customer has, and has its cards asked for; what the wallet does not answer soon is left there.
  ///
  /// The loop that delivers sends what asks for them, beside all else that is due and as its lanes are set: a wallet
  /// that is out or hangs holds up neither this request nor a shop that is asked to stop.
  private func takeBack(from customer: CustomerID) async throws {
    let offers = try await bridge.issuedOffers(of: customer).filter { $0.closure == nil }
    let isKnown = try await store.profile(of: customer) != nil
    for offer in offers {
      _ = try await farewells.close(
        offer.id,
        as: .revoked,
        reason: "asked to be forgotten",
        limitUses: .kept,
        recall: isKnown ? Shop.takeBack : nil
      )
    }
    signal.wake()
    _ = try await settled {
      try await bridge.messages(of: customer).first { $0.message.purpose == .recall && !$0.state.isFinal }
    }
  }

  private struct Merging: Decodable { let into: String }

  private struct Merged: Encodable {
    struct Exceeded: Encodable {
      let limit: String
      let used: Int64
    }

    let survivor: String
    let issuedOffers: Int
    let messages: Int
    let events: Int
    let exceeded: [Exceeded]
  }

  /// Makes one customer of two: in the shop's own file first, for the bridge asks it for the survivor from then on.
  func merged(_ customer: CustomerID, _ request: Request) async throws -> Response {
    let other = CustomerID(rawValue: try await Body.decoded(Merging.self, request).into)
    return try await answering {
      guard try await store.customer(store.survivor(of: other)) != nil else {
        return Answer.refused(.notFound, "no such customer")
      }
      if let refusal = try await store.merge(customer, into: other) {
        return Answer.refused(.conflict, refusal)
      }
      switch try await bridge.merge(customer, into: other) {
      case .merged(let what): return Self.merged(what)
      case .alreadyMerged(let survivor) where survivor == (try await store.survivor(of: other)):
        // It was asked for before, and whoever asked has had no answer.
        return Self.merged(
          MergedCustomer(survivor: survivor, issuedOffers: 0, messages: 0, events: 0, exceeded: [])
        )
      case .alreadyMerged(let survivor): return Answer.refused(.conflict, "merged into \(survivor)")
      case .circle(let survivor): return Answer.refused(.conflict, "\(survivor) is who survives")
      case .forgotten: return Answer.refused(.conflict, "that is the name of nobody")
      case .busy(let until): return Self.busy(until: until)
      }
    }
  }

  private static func merged(_ what: MergedCustomer) -> Response {
    Answer.json(
      .ok,
      Merged(
        survivor: what.survivor.rawValue,
        issuedOffers: what.issuedOffers,
        messages: what.messages,
        events: what.events,
        exceeded: what.exceeded.map { .init(limit: $0.limit.description, used: $0.used) }
      )
    )
  }

  /// Somebody is at work for the customer: nothing has changed in the ledger, and it is over then.
  static func busy(
    until: Date,
    _ why: String = "a message is on its way; ask again",
    now: Date = Date()
  ) -> Response {
    var response = Answer.refused(.conflict, why)
    let seconds = max(1, Int(until.timeIntervalSince(now).rounded(.up)))
    response.headers[.retryAfter] = "\(seconds)"
    return response
  }
}
