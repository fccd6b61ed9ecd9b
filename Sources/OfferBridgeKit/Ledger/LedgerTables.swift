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
  mutating func append(_ element: consuming Element) -> Int32 {
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

  var first: Element? { chunks.first.flatMap { taken < $0.count ? $0[taken] : nil } }
  var last: Element? { chunks.last?.last }
  var all: [Element] { Array(chunks.joined().dropFirst(taken)) }

  mutating func append(_ element: Element) {
    if chunks.last.map({ $0.count == Self.size }) ?? true { chunks.append([]) }
    chunks[chunks.count - 1].append(element)
  }

  mutating func removeFirst() {
    taken += 1
    if taken == chunks.first?.count {
      // The last piece is filled again: a queue that runs empty after each message would else make one for each.
      if chunks.count == 1 { chunks[0].removeAll(keepingCapacity: true) } else { chunks.removeFirst() }
      taken = 0
    }
  }
}
