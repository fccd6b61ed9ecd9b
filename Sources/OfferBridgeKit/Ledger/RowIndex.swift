/// Finds rows by a hash of their name, without holding the names.
///
/// Open addressing in many small tables. One more table is made for every few
/// hundred rows, out of one other, so that no call ever moves more than that;
/// and moving needs no name, for a slot keeps 32 bits of the hash. A slot is
/// eight bytes: a dictionary's holds name and row, some 66 bytes a derived key
/// at its mean load.
struct RowIndex: Sendable {
  /// The upper half of a slot is the hash, the lower one the row and 1; 0 is free.
  private struct Table: Sendable {
    var slots: [UInt64] = []
    var count = 0

    func home(of slot: UInt64) -> Int { Int(((slot >> 32) &* UInt64(slots.count)) >> 32) }

    func next(_ place: Int) -> Int { place + 1 == slots.count ? 0 : place + 1 }

    mutating func insert(_ slot: UInt64) {
      // Full to six sevenths at most, and a third larger then.
      if count * 7 >= slots.count * 6 { resize(to: max(8, count * 3 / 2)) }
      place(slot)
      count += 1
    }

    private mutating func place(_ slot: UInt64) {
      var place = home(of: slot)
      while slots[place] != 0 { place = next(place) }
      slots[place] = slot
    }

    mutating func resize(to capacity: Int) {
      let before = slots
      slots = Array(repeating: 0, count: capacity)
      for slot in before where slot != 0 { place(slot) }
    }

    mutating func remove(at free: Int) {
      var free = free
      var place = next(free)
      // Whatever was pushed on by the one that goes moves up, so that no search ends too early.
      while slots[place] != 0 {
        let home = home(of: slots[place])
        if free <= place ? home <= free || home > place : home <= free && home > place {
          slots[free] = slots[place]
          free = place
        }
        place = next(place)
      }
      slots[free] = 0
      count -= 1
    }
  }

  private var tables = [Table()]
  /// The tables below it have been split at this level.
  private var split = 0
  private var level = 0
  private(set) var count = 0

  private static var rowsATable: Int { 256 }

  /// All of them, in no order.
  var rows: [Int32] {
    tables.flatMap { $0.slots.lazy.filter { $0 != 0 }.map { Int32(truncatingIfNeeded: $0) &- 1 } }
  }

  private func table(of hash: UInt32) -> Int {
    let place = Int(hash) & (1 << level - 1)
    return place < split ? Int(hash) & (1 << (level + 1) - 1) : place
  }

  /// The row of that hash which is the one.
  @inline(__always)
  func row(_ hash: UInt32, where isIt: (Int32) -> Bool) -> Int32? {
    let number = table(of: hash)
    let slots = tables[number].slots
    if slots.isEmpty { return nil }
    var place = tables[number].home(of: UInt64(hash) << 32)
    while true {
      let slot = slots[place]
      if slot == 0 { return nil }
      if UInt32(truncatingIfNeeded: slot >> 32) == hash {
        let row = Int32(truncatingIfNeeded: slot) &- 1
        if isIt(row) { return row }
      }
      place = place + 1 == slots.count ? 0 : place + 1
    }
  }

  /// Adds a row that is not there.
  mutating func insert(_ hash: UInt32, _ row: Int32) {
    tables[table(of: hash)].insert(UInt64(hash) << 32 | UInt64(UInt32(bitPattern: row &+ 1)))
    count += 1
    if count > tables.count * Self.rowsATable { splitOne() }
  }

  /// Removes a row that is there.
  mutating func remove(_ hash: UInt32, _ row: Int32) {
    let number = table(of: hash)
    let slot = UInt64(hash) << 32 | UInt64(UInt32(bitPattern: row &+ 1))
    guard let place = tables[number].slots.firstIndex(of: slot) else { return }
    tables[number].remove(at: place)
    count -= 1
  }

  private mutating func splitOne() {
    let slots = tables[split].slots
    let bit = UInt64(1) << (32 + level)
    let (stay, go) = (slots.filter { $0 != 0 && $0 & bit == 0 }, slots.filter { $0 & bit != 0 })
    tables[split] = Self.table(stay)
    tables.append(Self.table(go))
    split += 1
    if split == 1 << level {
      split = 0
      level += 1
    }
  }

  private static func table(_ slots: [UInt64]) -> Table {
    var table = Table()
    table.resize(to: max(8, slots.count * 4 / 3))
    for slot in slots { table.insert(slot) }
    return table
  }
}
