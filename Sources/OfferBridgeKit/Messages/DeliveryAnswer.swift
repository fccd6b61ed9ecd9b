/// What the external system said to an attempt.
///
/// Each says what is known to have happened there; where nothing is known, the
/// provider throws. ``MessageProvider`` has the table.
public enum DeliveryAnswer: Sendable, Hashable {
  /// It has the replica. The reference is its name for this customer's one, where it gives one.
  case accepted(reference: ReplicaReference? = nil)
  /// It has the message and is still at it. The message waits, no shorter than this and than the retry policy says, and
  /// is then looked up; where that is not supported, it is sent again under its key.
  ///
  /// The replica is `unknown` meanwhile, for it may yet be refused.
  case taken(after: Duration? = nil)
  /// It will never take it; the message is not tried again. A success status around an error body belongs here.
  case rejected(reason: String)
  /// Not now, and nothing has happened there. The next attempt comes no sooner than this, and no sooner than the retry
  /// policy says.
  case retry(after: Duration? = nil)
  /// It said something whose meaning is not known, as ``ReplicaWords`` finds: whether it has the replica is unknown.
  /// The message is tried again as the retry policy says, and the first 256 characters of the word are kept with it.
  case unknown(word: String)
}
