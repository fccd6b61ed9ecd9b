/// What an external system's words mean for a replica, each one that is known.
///
/// For a provider whose external system answers with a word of its own. The
/// table is total: a word that is not in it, such as one that a new release of
/// the wallet brings, is neither dropped nor guessed at but told as it is.
///
/// ```swift
/// let words: ReplicaWords = ["ACTIVE": .accepted, "QUEUED": .notYet, "REFUSED": .rejected]
///
/// words.answer(to: "ACTIVE", reference: "W1")  // .accepted(reference: "W1")
/// words.answer(to: "QUEUED")                   // .taken(after: nil)
/// words.answer(to: "REFUSED")                  // .rejected(reason: "REFUSED")
/// words.answer(to: "FROZEN")                   // .unknown(word: "FROZEN")
/// ```
///
/// An unknown word leaves the replica `unknown` and is kept with the message;
/// the message is tried again under its key. Once the table knows the word,
/// the next attempt is answered by it. For a look-up there is
/// ``DeliveryLookup/init(_:)``.
///
/// Words are compared as they stand, case included, by their UTF-8 bytes.
public struct ReplicaWords: Sendable, Hashable, ExpressibleByDictionaryLiteral {
  /// What a word means.
  public enum Meaning: String, Sendable, Hashable, Codable, CaseIterable {
    /// The external system has the replica; of a recall, it has taken it out.
    case accepted
    /// It will never take it.
    case rejected
    /// It has the message and is still at it: ask again.
    case notYet
  }

  private var meanings: [[UInt8]: Meaning] = [:]

  /// A table of words.
  ///
  /// - Parameter words: Each word with what it means.
  public init(_ words: [String: Meaning]) {
    for (word, meaning) in words { meanings[Array(word.utf8)] = meaning }
  }

  /// A table of words.
  ///
  /// - Parameter words: Each word with what it means; of a word that is given twice, the last counts.
  public init(dictionaryLiteral words: (String, Meaning)...) {
    for (word, meaning) in words { meanings[Array(word.utf8)] = meaning }
  }

  /// What a word means, or `nil` when it is not in the table.
  public subscript(word: String) -> Meaning? { meanings[Array(word.utf8)] }

  /// What a provider answers when the external system said that word.
  ///
  /// - Parameters:
  ///   - word: The word, as the external system said it.
  ///   - reference: Its name for this customer's replica, where it gave one.
  ///   - after: How long it asked to be left alone, where it did; only heard when it is still at it.
  /// - Returns: Accepted, with the reference; rejected, with the word as the reason; taken, with the wait; or, for a word that is not
  ///   in the table, `unknown` with the word.
  public func answer(
    to word: String,
    reference: ReplicaReference? = nil,
    after: Duration? = nil
  ) -> DeliveryAnswer {
    switch self[word] {
    case .accepted: .accepted(reference: reference)
    case .rejected: .rejected(reason: word)
    case .notYet: .taken(after: after)
    case nil: .unknown(word: word)
    }
  }
}
