/// An array in pieces, so that growing it never copies what is there.
///
/// One array of a million rows stops everything while it moves to a larger
/// home; here only a piece of a thousand is ever made at a time.
struct ChunkedArray<Element: Sendable>: Sendable {
  private var chunks: [[Element]] = []
  private(set) var count = 0

  private static var shift: Int { 10 }
  private static var mask: Int { 1 << shift - 1 }

  var indices: Range<Int> { 0..<count }

  /// Appends, and answers the element's index for ever.
  mutating func append(_ element: Element) -> Int32 {
    if count & Self.mask == 0 {
      var chunk: [Element] = []
      // The first piece grows as arrays do, so that a small ledger stays small.
      if !chunks.isEmpty { chunk.reserveCapacity(Self.mask + 1) }
      chunks.append(chunk)
    }
    chunks[count >> Self.shift].append(element)
    count += 1
    return Int32(count - 1)
  }

  subscript(_ index: Int32) -> Element {
    @inline(__always) _read { yield chunks[Int(index) >> Self.shift][Int(index) & Self.mask] }
    @inline(__always) _modify { yield &chunks[Int(index) >> Self.shift][Int(index) & Self.mask] }
  }
}

/// A queue in pieces: neither growing nor shrinking it ever moves what is there.
struct ChunkedQueue<Element: Sendable>: Sendable {
  private var chunks: [[Element]] = []
  /// How many of the first piece are gone.
  private var taken = 0

  private static var size: Int { 1024 }

  var first: Element? { chunks.first?[taken] }
  var all: [Element] { Array(chunks.joined().dropFirst(taken)) }

  mutating func append(_ element: Element) {
    if chunks.last.map({ $0.count == Self.size }) ?? true { chunks.append([]) }
    chunks[chunks.count - 1].append(element)
  }

  mutating func removeFirst() {
    taken += 1
    if taken == chunks.first?.count {
      chunks.removeFirst()
      taken = 0
    }
  }
}

/// A key that can say which of many small tables it belongs to.
protocol ShardedKey: Hashable, Sendable {
  /// Bits that are spread evenly, cheap to get.
  var shardBits: Int { get }
}

/// A dictionary in pieces, so that none of them takes long to grow.
struct ShardedTable<Key: ShardedKey, Value: Sendable>: Sendable {
  private var shards: [[Key: Value]]

  private static var mask: Int { 255 }

  init() { shards = Array(repeating: [:], count: Self.mask + 1) }

  var count: Int { shards.reduce(0) { $0 + $1.count } }
  var all: some Sequence<(key: Key, value: Value)> { shards.lazy.joined().map { ($0.key, $0.value) } }

  subscript(_ key: Key) -> Value? {
    @inline(__always) get { shards[key.shardBits & Self.mask][key] }
    @inline(__always) _modify { yield &shards[key.shardBits & Self.mask][key] }
  }

  subscript(_ key: Key, default value: @autoclosure () -> Value) -> Value {
    @inline(__always) get { shards[key.shardBits & Self.mask][key] ?? value() }
    @inline(__always) _modify { yield &shards[key.shardBits & Self.mask][key, default: value()] }
  }
}

extension DerivedKey: ShardedKey {
  // The dictionary hashes the first word; the shard takes other bits.
  var shardBits: Int { Int(truncatingIfNeeded: firstWord) }
}

extension CustomerID: ShardedKey {
  var shardBits: Int { rawValue.shardBits }
}

extension TriggerID: ShardedKey {
  var shardBits: Int { id.shardBits }
}

extension ExternalEventID: ShardedKey {
  var shardBits: Int { id.shardBits }
}

extension ReferenceKey: ShardedKey {
  var shardBits: Int { reference.rawValue.shardBits }
}

extension LimitCounter: ShardedKey {
  var shardBits: Int { (customer?.rawValue ?? subject).shardBits }
}

extension String {
  /// The last bytes, where counted ids differ, mixed.
  fileprivate var shardBits: Int {
    var text = self
    return text.withUTF8 { bytes in
      var bits = 0
      for index in max(0, bytes.count - 8)..<bytes.count { bits = bits &* 31 &+ Int(bytes[index]) }
      return bits ^ (bits >> 8)
    }
  }
}

/// The earliest first: a binary heap of moments, each with the row it is for.
struct DueHeap: Sendable {
  struct Entry: Sendable {
    let moment: Int64
    let sequence: Int64
    let row: Int32
    // The row's stamp when it was put in: an entry whose row has another by now is void.
    let stamp: UInt32

    func isBefore(_ other: Entry) -> Bool {
      moment != other.moment ? moment < other.moment : sequence < other.sequence
    }
  }

  private var entries: [Entry] = []

  var first: Entry? { entries.first }

  mutating func insert(_ entry: Entry) {
    entries.append(entry)
    var child = entries.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard entries[child].isBefore(entries[parent]) else { return }
      entries.swapAt(child, parent)
      child = parent
    }
  }

  mutating func removeFirst() {
    guard let last = entries.popLast(), !entries.isEmpty else { return }
    entries[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in (2 * parent + 1)...(2 * parent + 2)
      where child < entries.count && entries[child].isBefore(entries[least]) {
        least = child
      }
      if least == parent { return }
      entries.swapAt(parent, least)
      parent = least
    }
  }
}
