/// What came of one attempt.
public struct Settlement: Sendable, Hashable, Codable {
  /// What came of it.
  public enum Outcome: Sendable, Hashable, Codable {
    /// The external system has it; of a recall, it took the replica out.
    case accepted(ReplicaReference?)
    /// The external system refused it for good.
    case rejected(reason: String)
    /// Again, after so long. `isUnknown`: the attempt may have reached the external system.
    case retry(after: Duration, failure: String, isUnknown: Bool)
    /// The attempts are spent. `isUnknown`: the last attempt may have reached the external system.
    case buried(reason: String, isUnknown: Bool)
    /// Given back at once, due as it was.
    ///
    /// `wasHanded`: its provider had it, so that the attempt stays counted and may have reached the external system.
    /// Else it is as if it had not been claimed, but for its fence: attempt and first attempt are taken back.
    case released(wasHanded: Bool)
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

/// Whether a settlement was written: of several that hold, the first in this order.
public enum SettleAnswer: Sendable, Hashable {
  /// The message has another fence, or is not there: another worker holds it, or settled it; nothing changed.
  case lostLease
  /// It was settled under that very fence, or a claim ended it when the lease had run out; nothing changed.
  case alreadySettled
  /// It was.
  case settled
}

/// Whether a lease was prolonged: of several that hold, the first in this order.
public enum ExtendAnswer: Sendable, Hashable {
  /// The message has another fence, or is not there: another worker holds it, or settled it; nothing changed.
  case lostLease
  /// It was settled under that very fence, or a claim ended it; there is nothing left to attempt.
  case alreadySettled
  /// It was: the same right, with its new end.
  case extended(Lease)
}
