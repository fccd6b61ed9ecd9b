/// What came of one attempt.
public struct Settlement: Sendable, Hashable {
  /// What came of it.
  public enum Outcome: Sendable, Hashable {
    /// The external system has it.
    case accepted(ReplicaReference?)
    /// The external system refused it for good.
    case rejected(reason: String)
    /// Again, after so long. `isUnknown`: the attempt may have reached the external system.
    case retry(after: Duration, failure: String, isUnknown: Bool)
    /// The attempts are spent. `isUnknown`: the last attempt may have reached the external system.
    case buried(reason: String, isUnknown: Bool)
    /// Given back at once, due as it was; the attempt stays counted, and may have reached the external system.
    case released
  }

  /// The right by which it is settled.
  public let lease: Lease
  /// What came of it.
  public let outcome: Outcome

  /// A settlement.
  ///
  /// - Parameters:
  ///   - lease: The right by which it is settled.
  ///   - outcome: What came of it.
  public init(lease: Lease, outcome: Outcome) {
    self.lease = lease
    self.outcome = outcome
  }
}

/// Whether a settlement was written.
public enum SettleAnswer: Sendable, Hashable {
  /// It was.
  case settled
  /// It was before, under the same fence: a repeat after a lost answer.
  case alreadySettled
  /// Another worker holds the message, or settled it; nothing changed.
  case lostLease
}

/// Whether a lease was prolonged.
public enum ExtendAnswer: Sendable, Hashable {
  /// It was: the same right, with its new end.
  case extended(Lease)
  /// The message was settled under that very fence; there is nothing left to attempt.
  case alreadySettled
  /// Another worker holds the message, or settled it; nothing changed.
  case lostLease
}
