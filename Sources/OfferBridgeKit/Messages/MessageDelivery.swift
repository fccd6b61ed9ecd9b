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
