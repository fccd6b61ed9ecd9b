/// Values that many rows have in common: each is kept once, and the rows hold its pointer.
///
/// Only so many are remembered, for a host may make terms of its own for every
/// customer; a row of any other value keeps its own.
struct Interned<Value: Internable>: Sendable {
  private var kept: Set<Shared<Value>> = []
  // One campaign's issues come one after another, as a rule: then nothing is hashed.
  private var last: Shared<Value>?

  private static var most: Int { 1024 }

  /// The one that equals it, itself where it is the first.
  mutating func one(_ value: Shared<Value>) -> Shared<Value> {
    if let last, last == value { return value.value.isWritten(like: last.value) ? last : value }
    let one = known(value)
    last = one
    return value.value.isWritten(like: one.value) ? one : value
  }

  private mutating func known(_ value: Shared<Value>) -> Shared<Value> {
    if kept.count < Self.most { return kept.insert(value).memberAfterInsert }
    return kept.firstIndex(of: value).map { kept[$0] } ?? value
  }
}

/// What can be kept once.
protocol Internable: Sendable, Hashable {
  /// Whether the texts of a value that equals it have the same bytes: `String` takes two ways to write "é" for one.
  func isWritten(like other: Self) -> Bool
}
