/// What a comparison keeps of each event that was received: digests, and on which page it stands.
///
/// 28 bytes an event and its place in a ``RowIndex``, whatever the event holds.
/// Ids are told apart by 64 bits, and what else a line tells by 32 bits each.
/// A digest that differs proves nothing: the event is read again then, and the
/// two are compared in full. Digests that agree are taken for the thing.
struct StatementIndex: Sendable {
  struct Row: Sendable {
    /// The half of the id's digest that the index does not have.
    let id: UInt32
    let reference: UInt32
    let customer: UInt32
    let amount: UInt32
    let time: UInt32
    /// The number of its page.
    let page: Int32
    var marks: Marks
  }

  /// What is known of a row in a bit each.
  struct Marks: OptionSet, Sendable {
    let rawValue: UInt16
    static let redemption = Marks(rawValue: 1)
    static let reversal = Marks(rawValue: 2)
    static let parked = Marks(rawValue: 4)
    static let discrepant = Marks(rawValue: 8)
    /// Need not be on the statement.
    static let notCompared = Marks(rawValue: 16)
    /// So young that it need not be on it yet.
    static let notDue = Marks(rawValue: 32)
    /// A reversal of all that is left of it was received, or one of a part.
    static let reversed = Marks(rawValue: 64)
    static let partlyReversed = Marks(rawValue: 128)
    /// A line has its id; and that line says something else.
    static let onLine = Marks(rawValue: 256)
    static let differing = Marks(rawValue: 512)
  }

  private var rows = ChunkedArray<Row>()
  private var index = RowIndex()
  /// What reversals said of redemptions that were received after them.
  private var waiting: [UInt64: Marks] = [:]

  var indices: Range<Int32> { 0..<Int32(rows.count) }

  subscript(_ row: Int32) -> Row {
    _read { yield rows[row] }
    _modify { yield &rows[row] }
  }

  func row(of id: UInt64) -> Int32? {
    let rest = UInt32(truncatingIfNeeded: id)
    return index.row(UInt32(truncatingIfNeeded: id >> 32)) { rows[$0].id == rest }
  }

  /// Adds an event; a ledger lists each once, and one that it lists again is left out.
  ///
  /// - Returns: Whether it was new.
  mutating func add(_ digest: StatementDigest, onPage page: Int32, _ marks: Marks) -> Bool {
    guard row(of: digest.id) == nil else { return false }
    let known = waiting.isEmpty ? [] : waiting.removeValue(forKey: digest.id) ?? []
    let row = rows.append(
      Row(
        id: UInt32(truncatingIfNeeded: digest.id),
        reference: digest.reference,
        customer: digest.customer ?? 0,
        amount: digest.amount ?? 0,
        time: digest.time,
        page: page,
        marks: marks.union(known)
      )
    )
    index.insert(UInt32(truncatingIfNeeded: digest.id >> 32), row)
    return true
  }

  /// Writes at a redemption that it was reversed, whichever of the two came first.
  mutating func mark(redemption id: UInt64, _ marks: Marks) {
    if let row = row(of: id) {
      rows[row].marks.formUnion(marks)
    } else {
      waiting[id, default: []].formUnion(marks)
    }
  }
}

/// What an event says, in digests that nobody can foresee.
struct StatementDigest: Sendable {
  let id: UInt64
  /// Of what it is, customers left aside.
  let reference: UInt32
  /// Whose it is; `nil` where it does not tell.
  let customer: UInt32?
  let amount: UInt32?
  let time: UInt32

  init(_ event: ExternalEvent) {
    id = Self.of(event.id.id)
    var (named, customer, amount, parts) = (Hasher(), CustomerID?.none, Money?.none, [String]())
    switch event.content {
    case .redemption(let reference, let worth, let details):
      named.add(reference)
      customer = details?.customer ?? reference.customer
      amount = worth
    case .notice(_, let reference):
      named.add(reference)
    case .reversal(let redemption, let part):
      named.combine(3 as UInt8)
      named.add(redemption)
      switch part {
      case .amount(let part): amount = part
      case .lines(let names): parts = names
      case nil: break
      }
    }
    reference = named.short
    self.customer = customer.map { customer in
      var hasher = Hasher()
      customer.hash(into: &hasher)
      return hasher.short
    }
    var worth = Hasher()
    if let amount {
      worth.combine(amount.minorUnits)
      worth.add(amount.currency)
    }
    for part in parts {
      worth.combine(part.utf8.count)
      worth.add(part)
    }
    self.amount = amount == nil && parts.isEmpty ? nil : worth.short
    var hasher = Hasher()
    switch event.time {
    case .moment(let moment): hasher.combine(moment.milliseconds)
    // The zone is left out: a day agrees with the same day of another zone's calendar.
    case .day(let day, in: _): hasher.combine(day)
    }
    time = hasher.short
  }

  /// All that is told, in one.
  var whole: UInt64 {
    var hasher = Hasher()
    hasher.combine(reference)
    hasher.combine(customer)
    hasher.combine(amount)
    hasher.combine(time)
    return UInt64(bitPattern: Int64(hasher.finalize()))
  }

  /// Whether a row says the same, as far as this tells.
  func agrees(with row: StatementIndex.Row) -> Bool {
    reference == row.reference && time == row.time && (customer == nil || customer == row.customer)
      // A reversal without an amount is one of all that is left.
      && ((amount ?? 0) == row.amount || amount == nil && !row.marks.contains(.reversal))
  }

  static func of(_ id: String) -> UInt64 {
    var hasher = Hasher()
    hasher.add(id)
    return UInt64(bitPattern: Int64(hasher.finalize()))
  }
}

extension Hasher {
  fileprivate mutating func add(_ text: String) {
    var text = text
    text.withUTF8 { combine(bytes: UnsafeRawBufferPointer($0)) }
  }

  fileprivate mutating func add(_ reference: RedemptionReference) {
    switch reference {
    case .issuedOffer(let id):
      combine(0 as UInt8)
      combine(id)
    case .replica(let name):
      combine(1 as UInt8)
      combine(name)
    case .customer(_, let replica):
      combine(2 as UInt8)
      combine(replica)
    }
  }

  fileprivate var short: UInt32 {
    // 0 stands for what is not told.
    max(1, UInt32(truncatingIfNeeded: finalize()))
  }
}

extension RedemptionReference {
  /// The customer that it names, or `nil`.
  var customer: CustomerID? {
    if case .customer(let customer, _) = self { customer } else { nil }
  }
}
