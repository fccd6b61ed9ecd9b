/// What the external system knows of a message key: the answer to ``MessageProvider/lookUp(_:)``.
///
/// ```swift
/// switch response.status {
/// case 200: return DeliveryLookup(words.answer(to: response.word, reference: response.card))
/// case 404: return .notFound
/// case 429: return .retry(after: response.retryAfter)
/// default: throw WalletError(status: response.status)
/// }
/// ```
///
/// ``notFound`` is a statement: the external system was asked, has looked, and
/// has never had the key. The message is then sent. Whoever could not ask, or
/// did not understand the answer, must not say it: `retry(after:)`,
/// `unknown(word:)` and a throw leave the message waiting, its replica
/// `unknown`, and nothing is sent.
///
/// An external system whose look-up forgets a key as its memory does cannot
/// tell "never" from "no more". Say ``notSupported`` to its "no such key", and
/// never ``notFound``: then the ``MessageProvider/idempotencyWindow`` decides,
/// and after it nothing is sent that could make a second replica.
public enum DeliveryLookup: Sendable, Hashable {
  /// It has the replica. The reference is its name for this customer's one, where it gives one.
  case found(reference: ReplicaReference? = nil)
  /// It has the message and is still at it: it is looked up again, no sooner than this.
  case taken(after: Duration? = nil)
  /// It had the message and has refused it for good; the message is not tried again.
  case rejected(reason: String)
  /// It has never had the message, which is sent.
  case notFound
  /// It does not say now: it is looked up again, no sooner than this.
  case retry(after: Duration? = nil)
  /// It said something whose meaning is not known, as ``ReplicaWords`` finds; it is looked up again as the retry policy
  /// says.
  case unknown(word: String)
  /// It cannot be asked by key: the message is sent again within the ``MessageProvider/idempotencyWindow``, and buried
  /// after it.
  case notSupported

  /// What a look-up answers when the external system says of a key what it could have said to an attempt.
  ///
  /// So that one table of words is enough for both.
  ///
  /// - Parameter answer: What it would have been as the answer to an attempt.
  public init(_ answer: DeliveryAnswer) {
    switch answer {
    case .accepted(let reference): self = .found(reference: reference)
    case .taken(let after): self = .taken(after: after)
    case .rejected(let reason): self = .rejected(reason: reason)
    case .retry(let after): self = .retry(after: after)
    case .unknown(let word): self = .unknown(word: word)
    }
  }
}
