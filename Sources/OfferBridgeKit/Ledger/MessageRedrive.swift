public import Foundation

/// An operator's word that a message that ended without success is to be tried again, and why.
///
/// Only what was buried or rejected can be redriven. The bytes are the same in
/// both modes; what differs is what the external system takes them for.
public struct MessageRedrive: Sendable, Hashable, Codable {
  /// Under which key.
  public enum Mode: String, Sendable, Hashable, Codable, CaseIterable {
    /// Under its own: an external system that has it already recognises it.
    ///
    /// The attempts are counted anew, for those of the schedule are spent.
    case sameKey
    /// Under a key of the next generation: a new message to the external system, for one that remembers the refusal
    /// under the old key.
    ///
    /// A message has at most one next generation, which is then the one to redrive.
    case newGeneration
  }

  /// The message.
  public let message: DerivedKey
  /// Under which key.
  public let mode: Mode
  /// Why, in a sentence; it is kept with the message.
  public let reason: String

  /// A command.
  ///
  /// - Parameters:
  ///   - message: The message.
  ///   - mode: Under which key.
  ///   - reason: Why, in a sentence.
  public init(_ message: DerivedKey, mode: Mode, reason: String) {
    self.message = message
    self.mode = mode
    self.reason = reason
  }
}

/// What became of a redrive: of several that hold, the first in this order.
public enum RedriveAnswer: Sendable, Hashable {
  /// The ledger has no such message.
  case unknownMessage
  /// It has a next generation under that key; so it has after a repeat of a redrive under a new one.
  case superseded(by: DerivedKey)
  /// It waits or is leased; so it is after a repeat of a redrive under the same key.
  case alreadyOpen
  /// It did not end in vain: it was accepted or withdrawn. Or its customer was forgotten, and its bytes with them.
  ///
  /// Or it was buried or rejected, and a redemption proves that the external system has the replica: that is told as
  /// accepted without a reference, though the message still reads as it ended.
  case refused(MessageState)
  /// The issued offer that it would bring to the customer is closed; a recall of it is redriven all the same.
  case offerClosed(OfferClosure)
  /// The message waits under that key, due at once.
  case redriven(DerivedKey)
}

/// One redrive of a message, as it is kept with the message.
public struct RedriveRecord: Sendable, Hashable, Codable {
  /// The ledger's time of it.
  public let redrivenAt: Date
  /// Under which key.
  public let mode: MessageRedrive.Mode
  /// Why.
  public let reason: String
  /// How many attempts were spent since the redrive before, or since the commit.
  public let attempts: Int
  /// Where the message had ended.
  public let state: MessageState

  /// A record.
  ///
  /// - Parameters:
  ///   - redrivenAt: The ledger's time of it.
  ///   - mode: Under which key.
  ///   - reason: Why.
  ///   - attempts: How many attempts were spent.
  ///   - state: Where the message had ended.
  public init(redrivenAt: Date, mode: MessageRedrive.Mode, reason: String, attempts: Int, state: MessageState)
  {
    self.redrivenAt = redrivenAt
    self.mode = mode
    self.reason = reason
    self.attempts = attempts
    self.state = state
  }
}
