/// Rows as a step knows them, so that each is read once and written once.
struct KnownRows<Key: Hashable, Row> {
  private var rows: [Key: Row] = [:]
  private var isNew: [Key: Bool] = [:]
  /// What is to be written, in the order in which it changed first.
  private var pending: [Key] = []

  func row(_ key: Key) -> Row? { rows[key] }

  /// Takes over a row that was read; the one that is known is newer.
  mutating func met(_ row: Row, _ key: Key) -> Row {
    if let known = rows[key] { return known }
    rows[key] = row
    return row
  }

  mutating func insert(_ row: Row, _ key: Key) {
    rows[key] = row
    isNew[key] = true
    pending.append(key)
  }

  mutating func update(_ row: Row, _ key: Key) {
    rows[key] = row
    if isNew[key] == nil {
      isNew[key] = false
      pending.append(key)
    }
  }

  /// Writes what changed since it was written last.
  mutating func write(insert: (Row) throws -> Void, update: (Row) throws -> Void) throws {
    if pending.isEmpty { return }
    for key in pending {
      guard let row = rows[key] else { continue }
      if isNew[key] == true { try insert(row) } else { try update(row) }
    }
    pending = []
    isNew = [:]
  }
}
