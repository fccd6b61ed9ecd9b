public import Foundation
public import OfferBridgeKit

/// An external system in memory: takes messages, keeps one replica a message key, and emits redemptions.
///
/// ```swift
/// let wallet = FakeWallet()
/// let redemption = try wallet.redeem("TEN", of: "ada", at: tomorrow)
/// let match = try await bridge.reconcile(redemption)   // .applied
/// ```
///
/// A message that comes again under its key makes no second replica and gets
/// the same reference, as a wallet that honours idempotency keys does.
public final class FakeWallet: MessageProvider {
  /// One customer's card.
  public struct Card: Sendable, Hashable {
    /// The wallet's own name for it: "W1", "W2" and so on.
    public let reference: ReplicaReference
    /// Whose it is.
    public let customer: CustomerID
    /// Of which offer, in the wallet's name.
    public let replica: ReplicaName
    /// Our id of the issued offer, which the wallet can echo.
    public let issuedOffer: IssuedOffer.ID?
    /// What the message said.
    public let payload: String
  }

  /// Why a card cannot be redeemed.
  public struct NoSuchCard: Error, Sendable, Hashable, CustomStringConvertible {
    /// Whose card was asked for.
    public let customer: CustomerID
    /// Of which offer.
    public let replica: ReplicaName

    /// The card and the next step.
    public var description: String {
      "'\(customer)' has no card '\(replica)' in the wallet. Deliver the message first."
    }
  }

  /// How the wallet names what was redeemed.
  public enum Echo: Sendable {
    /// By our id of the issued offer.
    case issuedOffer
    /// By its own reference.
    case reference
    /// By customer and replica name.
    case customer
  }

  fileprivate struct State {
    var cards: [Card] = []
    var references: [DerivedKey: ReplicaReference] = [:]
    var attempts = 0
    var redemptions = 0
    var reversals = 0
    var notices = 0
    var outages = 0
    var lostAcknowledgements = 0
    var busyAnswers = 0
  }

  private let state = Guarded(State())
  private let name: ProviderID?

  /// An empty wallet.
  ///
  /// - Parameter name: The provider's name, which redemptions then carry as their source; left out by default.
  public init(_ name: ProviderID? = nil) { self.name = name }

  /// The cards, in the order in which they were made.
  public var cards: [Card] { state.withLock { $0.cards } }

  /// How many messages came, repeats and refused ones included.
  public var attempts: Int { state.withLock { $0.attempts } }

  /// Answers "not now" to the next so many attempts.
  public func beDown(for attempts: Int) { state.withLock { $0.outages += attempts } }

  /// Takes the next so many messages and says nothing.
  public func loseAcknowledgements(_ count: Int) { state.withLock { $0.lostAcknowledgements += count } }

  /// Takes messages, and says to the next so many attempts and look-ups of what it has that it is still at it.
  public func beBusy(for answers: Int) { state.withLock { $0.busyAnswers += answers } }

  /// Says whether there is a card under a key, as one that was never delivered to has none.
  public func lookUp(_ key: DerivedKey) async throws -> DeliveryLookup {
    state.withLock { state in
      guard let reference = state.references[key] else { return .notFound }
      return state.isBusy() ? .taken() : .found(reference: reference)
    }
  }

  /// Takes a message.
  public func deliver(_ delivery: MessageDelivery) async throws -> DeliveryAnswer {
    let message = delivery.message
    enum Outcome { case down, lost, busy, done(ReplicaReference) }
    let outcome = state.withLock { state -> Outcome in
      state.attempts += 1
      if state.outages > 0 {
        state.outages -= 1
        return .down
      }
      let reference = state.references[message.key] ?? ReplicaReference("W\(state.cards.count + 1)")
      if state.references.updateValue(reference, forKey: message.key) == nil {
        state.cards.append(
          Card(
            reference: reference,
            customer: message.customer,
            replica: message.replica ?? "",
            issuedOffer: message.issuedOffer,
            payload: message.payloadText
          )
        )
      }
      if state.lostAcknowledgements > 0 {
        state.lostAcknowledgements -= 1
        return .lost
      }
      return state.isBusy() ? .busy : .done(reference)
    }
    switch outcome {
    case .down: return .retry()
    case .lost: throw ScriptedMessageProvider.Failure(reply: .loseAcknowledgement)
    case .busy: return .taken()
    case .done(let reference): return .accepted(reference: reference)
    }
  }

  /// Redeems a customer's card, as its owner would in a shop.
  ///
  /// - Parameters:
  ///   - replica: The card's offer, in the wallet's name.
  ///   - customer: Whose card.
  ///   - moment: When.
  ///   - amount: How much it was worth; not told by default.
  ///   - echo: How the report names the card; by our id by default.
  /// - Returns: What the wallet reports: "r-1", "r-2" and so on.
  /// - Throws: ``NoSuchCard`` when the customer has none.
  public func redeem(
    _ replica: ReplicaName,
    of customer: CustomerID,
    at moment: Date,
    amount: Money? = nil,
    echoing echo: Echo = .issuedOffer
  ) throws -> Redemption {
    try state.withLock { state in
      guard let card = state.cards.first(where: { $0.customer == customer && $0.replica == replica }) else {
        throw NoSuchCard(customer: customer, replica: replica)
      }
      state.redemptions += 1
      let id = "r-\(state.redemptions)"
      return Redemption(id: id, from: name, of: card.named(by: echo), at: moment, amount: amount)
    }
  }

  /// Ends a customer's card, or makes it good again, as the wallet's own staff would.
  ///
  /// - Parameters:
  ///   - replica: The card's offer, in the wallet's name.
  ///   - customer: Whose card.
  ///   - kind: What becomes of it.
  ///   - moment: When.
  ///   - echo: How the report names the card; by our id by default.
  /// - Returns: What the wallet reports: "n-1", "n-2" and so on.
  /// - Throws: ``NoSuchCard`` when the customer has none.
  public func note(
    _ replica: ReplicaName,
    of customer: CustomerID,
    as kind: OfferNotice.Kind,
    at moment: Date,
    echoing echo: Echo = .issuedOffer
  ) throws -> OfferNotice {
    try state.withLock { state in
      guard let card = state.cards.first(where: { $0.customer == customer && $0.replica == replica }) else {
        throw NoSuchCard(customer: customer, replica: replica)
      }
      state.notices += 1
      return OfferNotice(
        kind,
        id: "n-\(state.notices)",
        from: name,
        of: card.named(by: echo),
        at: moment
      )
    }
  }

  /// Undoes a redemption, as a cashier would.
  ///
  /// - Parameters:
  ///   - redemption: What was redeemed.
  ///   - part: What of it is undone; all that is left by default.
  ///   - moment: When it was undone.
  /// - Returns: What the wallet reports: "v-1", "v-2" and so on.
  public func reverse(_ redemption: Redemption, only part: ReversedPart? = nil, at moment: Date) -> Reversal {
    state.withLock { state in
      state.reversals += 1
      return Reversal(id: "v-\(state.reversals)", from: name, of: redemption.id, only: part, at: moment)
    }
  }
}

extension FakeWallet.State {
  /// Whether it is still at it, once more.
  fileprivate mutating func isBusy() -> Bool {
    guard busyAnswers > 0 else { return false }
    busyAnswers -= 1
    return true
  }
}

extension FakeWallet.Card {
  fileprivate func named(by echo: FakeWallet.Echo) -> RedemptionReference {
    switch echo {
    case .issuedOffer: issuedOffer.map { .issuedOffer($0) } ?? .replica(reference)
    case .reference: .replica(reference)
    case .customer: .customer(customer, replica: replica)
    }
  }
}
