/// Values that many rows have in common: each is kept once, and the rows hold its pointer.
///
/// Only so many are remembered, for a host may make terms of its own for every
/// customer; a row of any other value keeps its own.
struct Interned<Value: Sendable & Hashable>: Sendable {
  private var kept: Set<Shared<Value>> = []
  // One campaign's issues come one after another, as a rule: then nothing is hashed.
  private var last: Shared<Value>?

  private static var most: Int { 1024 }

  /// The one that equals it, itself where it is the first.
  mutating func one(_ value: Shared<Value>) -> Shared<Value> {
    if let last, last == value { return last }
    if kept.count >= Self.most { return kept.firstIndex(of: value).map { kept[$0] } ?? value }
    let one = kept.insert(value).memberAfterInsert
    last = one
    return one
  }
}
