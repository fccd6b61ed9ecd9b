import Foundation
package import OfferBridgeKit
import Synchronization

/// The documents of one kind that were written or read lately, with their values: what a step writes, the next one of
/// the same journey reads as a rule.
///
/// A value is known by its whole text and by nothing else. So it is right whoever wrote the row: where another process
/// has changed it, the text is another one.
package final class DocumentMemory<Value: LedgerDocument>: Sendable {
  /// A text by its bytes: of two texts that look the same, each is its own.
  private struct Key: Hashable {
    let text: String
    // Kept, so that neither a neighbour in the table nor a table that grows has the whole text read again.
    private let digest: Int

    init(_ text: String) {
      var text = text
      digest = text.withUTF8 { bytes in
        var hasher = Hasher()
        hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
        return hasher.finalize()
      }
      self.text = text
    }

    static func == (one: Self, other: Self) -> Bool {
      let count = one.text.utf8.count
      guard one.digest == other.digest, count == other.text.utf8.count else { return false }
      var (one, other) = (one.text, other.text)
      return one.withUTF8 { one in
        other.withUTF8 { other in
          guard let start = one.baseAddress, let otherStart = other.baseAddress else { return true }
          return memcmp(start, otherStart, count) == 0
        }
      }
    }

    func hash(into hasher: inout Hasher) { hasher.combine(digest) }
  }

  /// What is remembered, in two ages: what nobody asked for while the younger one filled up is forgotten.
  private struct State {
    var young: [Key: Value] = [:]
    var old: [Key: Value] = [:]
    var youngBytes = 0
  }

  private let most: Int
  private let state = Mutex(State())

  /// - Parameter most: How many bytes of text each of both ages holds; 0 remembers nothing.
  package init(most: Int) { self.most = most }

  /// How many are remembered.
  package var count: Int { state.withLock { $0.young.count + $0.old.count } }

  /// Whether a text is remembered, without asking for its value.
  package func remembers(_ text: String) -> Bool {
    state.withLock { $0.young[Key(text)] != nil || $0.old[Key(text)] != nil }
  }

  /// The JSON of a value.
  ///
  /// - Parameter value: What is written.
  /// - Returns: One line.
  /// - Throws: What encoding throws.
  package func text(_ value: Value) throws -> String {
    let text = try value.json()
    remember(value, of: Key(text))
    return text
  }

  /// Reads a value.
  ///
  /// - Parameter text: Its JSON.
  /// - Returns: The value.
  /// - Throws: `DecodingError` where it is no JSON, or none of such a value.
  package func value(_ text: String) throws -> Value {
    let key = Key(text)
    if let known = known(key) {
      assert((try? DocumentDecoder().value(text)) == known, "It is remembered otherwise: \(text)")
      return known
    }
    let value: Value = try DocumentDecoder().value(text)
    remember(value, of: key)
    return value
  }

  /// Forgets them all.
  package func clear() { state.withLock { $0 = State() } }

  private func known(_ key: Key) -> Value? {
    state.withLock { state in
      if let value = state.young[key] { return value }
      guard let value = state.old.removeValue(forKey: key) else { return nil }
      add(value, of: key, to: &state)
      return value
    }
  }

  private func remember(_ value: Value, of key: Key) { state.withLock { add(value, of: key, to: &$0) } }

  private func add(_ value: Value, of key: Key, to state: inout State) {
    let count = key.text.utf8.count
    if count > most { return }
    if state.youngBytes + count > most {
      state.old = state.young
      (state.young, state.youngBytes) = ([:], 0)
    }
    if state.young.updateValue(value, forKey: key) == nil { state.youngBytes += count }
  }
}
