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
}

/// Where a message stands.
public struct MessageRecord: Sendable, Hashable, Codable {
  /// The message.
  public let message: OfferMessage
  /// Where it stands.
  public let state: MessageState
  /// How many attempts were begun.
  public let attempts: Int
  /// Why the last attempt did not succeed, in a few words; `nil` when none failed.
  public let lastFailure: String?

  package init(message: OfferMessage, state: MessageState, attempts: Int, lastFailure: String?) {
    self.message = message
    self.state = state
    self.attempts = attempts
    self.lastFailure = lastFailure
  }
}

/// The states of a message; the last three are final.
public enum MessageState: Sendable, Hashable, Codable, CustomStringConvertible {
  /// It may be tried from that moment on, once the customer's earlier messages to the provider are settled.
  case waiting(due: Date)
  /// A worker holds it until then.
  case leased(until: Date)
  /// The external system has it; or a redemption proved that it does.
  case accepted(ReplicaReference?)
  /// The external system refused it for good.
  case rejected(reason: String)
  /// The attempts were spent.
  case buried(reason: String)

  /// Whether nothing more will be tried.
  public var isFinal: Bool {
    switch self {
    case .waiting, .leased: false
    case .accepted, .rejected, .buried: true
    }
  }

  /// Such as "accepted as W1".
  public var description: String {
    switch self {
    case .waiting(let due): "waiting until \(due.rfc3339)"
    case .leased(let until): "leased until \(until.rfc3339)"
    case .accepted(let reference): reference.map { "accepted as \($0)" } ?? "accepted"
    case .rejected(let reason): "rejected: \(reason)"
    case .buried(let reason): "buried: \(reason)"
    }
  }
}
