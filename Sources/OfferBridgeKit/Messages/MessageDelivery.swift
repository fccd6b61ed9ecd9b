public import Foundation

/// One attempt to deliver a message: what a provider is given.
public struct MessageDelivery: Sendable, Hashable {
  /// The message, the same on every attempt.
  public let message: OfferMessage
  /// Which attempt this is, from 1.
  public let attempt: Int
  /// The ledger's time at which the lease ends and another worker may try the message.
  public let deadline: Date

  /// An attempt.
  ///
  /// - Parameters:
  ///   - message: The message.
  ///   - attempt: Which attempt, from 1.
  ///   - deadline: When another worker may take over.
  public init(message: OfferMessage, attempt: Int, deadline: Date) {
    self.message = message
    self.attempt = attempt
    self.deadline = deadline
  }
}

/// What the external system said to an attempt.
public enum DeliveryAnswer: Sendable, Hashable {
  /// It has the replica. The reference is its name for this customer's one, where it gives one.
  case accepted(reference: ReplicaReference? = nil)
  /// It will never take it; the message is not tried again. A success status around an error body belongs here.
  case rejected(reason: String)
  /// Not now. The next attempt comes no sooner than this, and no sooner than the retry policy says.
  case retry(after: Duration? = nil)
  /// It said something whose meaning is not known, as ``ReplicaWords`` finds: whether it has the replica is unknown.
  /// The message is tried again as the retry policy says, and the first 256 characters of the word are kept with it.
  case unknown(word: String)
}
