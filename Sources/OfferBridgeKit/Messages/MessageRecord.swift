public import Foundation

/// Where a message stands.
public struct MessageRecord: Sendable, Hashable, Codable {
  /// The message.
  public let message: OfferMessage
  /// Where it stands.
  public let state: MessageState
  /// How many attempts were begun since it was committed, or redriven under its key.
  ///
  /// Counted at the claim; one that was released before its provider had it is not.
  public let attempts: Int
  /// Why the last attempt that was settled as failed did so, in a few words; `nil` when none was.
  ///
  /// It stays when a later attempt succeeds, and when the message is redriven under its key.
  public let lastFailure: String?
  /// Each redrive of it, in their order.
  public let redrives: [RedriveRecord]
  /// Its next generation, or `nil` when it was not re-issued.
  public let nextGeneration: DerivedKey?

  /// A record.
  ///
  /// - Parameters:
  ///   - message: The message.
  ///   - state: Where it stands.
  ///   - attempts: How many attempts were begun.
  ///   - lastFailure: Why the last attempt did not succeed.
  ///   - redrives: Each redrive of it.
  ///   - nextGeneration: Its next generation.
  public init(
    message: OfferMessage,
    state: MessageState,
    attempts: Int,
    lastFailure: String?,
    redrives: [RedriveRecord],
    nextGeneration: DerivedKey?
  ) {
    self.message = message
    self.state = state
    self.attempts = attempts
    self.lastFailure = lastFailure
    self.redrives = redrives
    self.nextGeneration = nextGeneration
  }
}

/// The states of a message; all but the first two are ends.
///
/// An end is for good, but for a message that is redriven, and one whose proof is withdrawn.
public enum MessageState: Sendable, Hashable, Codable, CustomStringConvertible {
  /// It may be tried from that moment on, once the customer's earlier messages to the provider are settled.
  case waiting(due: Date)
  /// A worker holds it until then, and afterwards until it is settled or claimed, whatever redemptions or a closing say.
  case leased(until: Date)
  /// The external system has it; or a redemption proved that it does, and then there is no reference.
  ///
  /// What waits is accepted as soon as it is proven, also if its issued offer is closed later.
  case accepted(ReplicaReference?)
  /// The external system refused it for good.
  case rejected(reason: String)
  /// The attempts were spent.
  case buried(reason: String)
  /// Its issued offer was closed before it was accepted, or its customer forgotten; a proof that comes later changes
  /// nothing.
  case withdrawn

  /// A state without what else is known of it.
  public enum Name: String, Sendable, Hashable, Codable, CaseIterable {
    /// It may be tried.
    case waiting
    /// A worker holds it.
    case leased
    /// The external system has it.
    case accepted
    /// The external system refused it.
    case rejected
    /// The attempts were spent.
    case buried
    /// Its issued offer was closed.
    case withdrawn
  }

  /// Which state it is.
  public var name: Name {
    switch self {
    case .waiting: .waiting
    case .leased: .leased
    case .accepted: .accepted
    case .rejected: .rejected
    case .buried: .buried
    case .withdrawn: .withdrawn
    }
  }

  /// Whether nothing more will be tried.
  public var isFinal: Bool {
    switch self {
    case .waiting, .leased: false
    case .accepted, .rejected, .buried, .withdrawn: true
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
    case .withdrawn: "withdrawn: the issued offer was closed"
    }
  }
}
