/// What a row can be found by.
protocol RowName: Hashable, Sendable {
  /// 32 bits of a hash that others cannot foresee.
  var rowHash: UInt32 { get }
}

extension RowName {
  var rowHash: UInt32 {
    var hasher = Hasher()
    hash(into: &hasher)
    return UInt32(truncatingIfNeeded: hasher.finalize())
  }
}

/// A row with the name that it alone has.
protocol NamedRow: Sendable {
  associatedtype Name: RowName
  var name: Name { get }
}

/// Rows in the order in which they came, each found by its name.
///
/// The name stands in the row alone: the index beside it knows hashes.
struct NamedRows<Row: NamedRow>: Sendable {
  private var rows = ChunkedArray<Row>()
  private var index = RowIndex()
  /// The places of rows that were removed, to be used again.
  private var vacant: [Int32] = []

  var indices: Range<Int> { rows.indices }
  /// How many places there are, vacant ones included.
  var count: Int { rows.count }
  /// The place that the next row will have.
  var nextRow: Int32 { vacant.last ?? Int32(rows.count) }
  /// How many names there are.
  var nameCount: Int { index.count }
  /// Every row that can be found by its name.
  var named: some Sequence<Row> {
    rows.indices.lazy.map { Int32($0) }.filter { self.row(of: rows[$0].name) == $0 }.map { rows[$0] }
  }

  subscript(_ row: Int32) -> Row {
    @inline(__always) _read { yield rows[row] }
    @inline(__always) _modify { yield &rows[row] }
  }

  func has(_ row: Int32) -> Bool { row >= 0 && Int(row) < rows.count }

  /// The row of that name, or `nil`.
  func row(of name: Row.Name) -> Int32? { row(of: name, name.rowHash) }

  @inline(__always)
  func row(of name: Row.Name, _ hash: UInt32) -> Int32? {
    index.row(hash) { rows[$0].name == name }
  }

  /// Adds a row, which takes over the name where an earlier one has it.
  @discardableResult
  mutating func append(_ row: consuming Row) -> Int32 {
    let hash = row.name.rowHash
    if let before = self.row(of: row.name, hash) { index.remove(hash, before) }
    return append(row, hash)
  }

  /// Adds a row whose name is not there, and has that hash.
  mutating func append(_ row: consuming Row, _ hash: UInt32) -> Int32 {
    if let place = vacant.popLast() {
      rows[place] = row
      index.insert(hash, place)
      return place
    }
    let place = rows.append(row)
    index.insert(hash, place)
    return place
  }

  /// Lets the name be found no more.
  mutating func forget(_ name: Row.Name) {
    let hash = name.rowHash
    if let row = row(of: name, hash) { index.remove(hash, row) }
  }

  /// Removes a row, and puts another in its place until the place is used again.
  mutating func remove(_ row: Int32, leaving nothing: Row) {
    forget(rows[row].name)
    rows[row] = nothing
    vacant.append(row)
  }
}

// Its bits are evenly spread, but whoever chooses an action's id could choose where its keys lie: hence the seed.
// Two multiplications, where the standard hasher is some 20 ns.
private let seed = UInt64(truncatingIfNeeded: "rows".hashValue)

extension DerivedKey: RowName {
  var rowHash: UInt32 {
    let product = (firstWord ^ seed).multipliedFullWidth(by: seed | 1)
    return UInt32(truncatingIfNeeded: (product.high ^ product.low) >> 16)
  }
}

extension CustomerID: RowName {}
extension TriggerID: RowName {}
extension ExternalEventID: RowName {}
extension ReferenceKey: RowName {}
extension LimitCounter: RowName {}
