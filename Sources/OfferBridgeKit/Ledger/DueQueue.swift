/// What is due, the earliest first: moments, each with the row it is for.
///
/// Nearly all are put in in their order, for a retry is rare and all leases
/// have one length: those stand in a queue. Only the others need a heap, which
/// costs some 40 ns a look where the queue costs five, and whose one array
/// stops everything while it grows.
struct DueQueue: Sendable {
  private var inOrder = ChunkedQueue<DueEntry>()
  private var others = DueHeap()

  var first: DueEntry? {
    guard let next = inOrder.first else { return others.first }
    guard let other = others.first, other.isBefore(next) else { return next }
    return other
  }

  mutating func insert(_ entry: DueEntry) {
    if let last = inOrder.last, entry.isBefore(last) { others.insert(entry) } else { inOrder.append(entry) }
  }

  mutating func removeFirst() {
    if let other = others.first, inOrder.first.map({ other.isBefore($0) }) ?? true {
      others.removeFirst()
    } else if inOrder.first != nil {
      inOrder.removeFirst()
    }
  }
}

struct DueEntry: Sendable {
  let moment: Int64
  let row: Int32
  // The row's stamp when it was put in: an entry whose row has another by now is void.
  let stamp: UInt32

  // Rows are in the order of their commits.
  func isBefore(_ other: Self) -> Bool {
    moment != other.moment ? moment < other.moment : row < other.row
  }
}

/// The earliest first: a binary heap of moments, each with the row it is for.
private struct DueHeap: Sendable {
  private var entries: [DueEntry] = []

  var first: DueEntry? { entries.first }

  mutating func insert(_ entry: DueEntry) {
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
