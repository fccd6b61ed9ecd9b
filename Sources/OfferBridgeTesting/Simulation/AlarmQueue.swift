/// Who is woken when: the earliest first, and of equal ones who slept first.
struct AlarmQueue {
  struct Alarm {
    let at: Int64
    let sleeper: Int

    func isBefore(_ other: Alarm) -> Bool { (at, sleeper) < (other.at, other.sleeper) }
  }

  private var heap: [Alarm] = []

  mutating func insert(_ sleeper: Int, at moment: Int64) {
    heap.append(Alarm(at: moment, sleeper: sleeper))
    var child = heap.count - 1
    while child > 0, heap[child].isBefore(heap[(child - 1) / 2]) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func popFirst() -> Alarm? {
    guard let first = heap.first else { return nil }
    let last = heap.removeLast()
    guard !heap.isEmpty else { return first }
    heap[0] = last
    var parent = 0
    while true {
      var earliest = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
        if heap[child].isBefore(heap[earliest]) { earliest = child }
      }
      if earliest == parent { return first }
      heap.swapAt(parent, earliest)
      parent = earliest
    }
  }
}
