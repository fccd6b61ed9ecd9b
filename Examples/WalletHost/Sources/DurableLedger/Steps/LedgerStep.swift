package import OfferBridgeKit

/// One step of a ledger on one tenant's rows, within its transaction.
///
/// It loads what it touches, decides on values, and writes what changed. The
/// files beside this one hold a step each: what they decide is what
/// `InMemoryOfferLedger` decides.
package final class LedgerStep<Rows: LedgerRows> {
  let rows: Rows
  let tenant: TenantID
  let cause: TrailCause
  /// The ledger's time of the step.
  let now: Int64
  let terms: LedgerTerms

  private var offers = KnownRows<IssuedOffer.ID, IssuedRow>()
  private var messages = KnownRows<DerivedKey, MessageRow>()
  /// The lanes whose first may be another one now.
  private var moved: [LaneName] = []
  var counters: [LimitCounter: Int64] = [:]
  /// What became of ids, as far as it was asked for.
  var identities: [CustomerID: IdentityRow] = [:]
  private var scribe: TrailScribe?
  /// Whether something was told of an event of nobody's that is no row yet.
  private var tellsOfNobodys = false
  private var standing: StandingRow?
  private var writtenStanding: StandingRow?
  /// Whether it is known that no trigger has lapsed by the step's time.
  var hasNoneLapsed = false
  /// The event that is being taken in, until it is told.
  var received: ExternalEventID?

  /// A step that begins.
  ///
  /// - Parameters:
  ///   - cause: Which step it is.
  ///   - tenant: The tenant.
  ///   - rows: The tenant's rows.
  ///   - now: The ledger's time, in milliseconds.
  ///   - terms: What the ledger was set up with.
  package init(_ cause: TrailCause, of tenant: TenantID, on rows: Rows, at now: Int64, _ terms: LedgerTerms) {
    self.cause = cause
    self.tenant = tenant
    self.rows = rows
    self.now = now
    self.terms = terms
  }

  /// Ends the step: writes what is not written yet.
  package func finish() throws {
    try writeRows()
    try writeTrail()
    for (counter, used) in counters { try rows.write(used, of: counter) }
    counters = [:]
    if let standing, standing != writtenStanding { try rows.write(standing) }
    writtenStanding = standing
  }

  /// Writes what is known, so that what is asked of many rows is answered as of now.
  func writeRows() throws {
    try offers.write(insert: rows.insert, update: rows.update)
    try messages.write(insert: rows.insert, update: rows.update)
    for lane in moved { try rows.giveTurn(in: lane) }
    moved = []
  }

  /// Reads anew what it reads from now on, for rows were changed beside it; what was known is written.
  func readAnew() {
    offers = KnownRows()
    messages = KnownRows()
    identities = [:]
  }

  // MARK: - Issued offers

  func issued(_ id: IssuedOffer.ID) throws -> IssuedRow? {
    if let known = offers.row(id) { return known }
    return try rows.issued(id).map { offers.met($0, id) }
  }

  /// A customer's issued offers, in the order of their commits.
  func issued(to customer: CustomerID) throws -> [IssuedRow] {
    try writeRows()
    return try rows.issued(to: customer, of: nil).map { offers.met($0, $0.offer.id) }
  }

  func insert(_ row: IssuedRow) { offers.insert(row, row.offer.id) }

  func update(_ row: IssuedRow) { offers.update(row, row.offer.id) }

  // MARK: - Messages

  func message(_ key: DerivedKey) throws -> MessageRow? {
    if let known = messages.row(key) { return known }
    return try rows.message(key).map { messages.met($0, key) }
  }

  /// A customer's messages, in the order of their commits.
  func messages(of customer: CustomerID) throws -> [MessageRow] {
    try writeRows()
    return met(try rows.messages(of: customer))
  }

  /// Takes over messages that were read with others.
  func met(_ rows: [MessageRow]) -> [MessageRow] { rows.map { messages.met($0, $0.message.key) } }

  /// The messages about an issued offer, in the order of their commits.
  func messages(about issued: IssuedOffer.ID) throws -> [MessageRow] {
    try writeRows()
    return met(try rows.messages(about: issued))
  }

  func insert(_ row: MessageRow) {
    messages.insert(row, row.message.key)
    move(row.lane)
  }

  func update(_ row: MessageRow) { messages.update(row, row.message.key) }

  /// The lane's first may be another one now.
  func move(_ lane: LaneName) { if !moved.contains(lane) { moved.append(lane) } }

  // MARK: - The trail

  func append(
    _ fact: TrailFact,
    _ personal: TrailPersonal?,
    of customer: CustomerID?,
    about event: ExternalEventID? = nil
  ) throws {
    let scribe = try scribe ?? TrailScribe(after: standingRow().anchor)
    self.scribe = scribe
    scribe.tell(TrailScribe.Telling(fact: fact, personal: personal, customer: customer, event: event))
    if customer == nil { tellsOfNobodys = true }
  }

  /// Writes what is told, so that what changes entries finds all of them.
  func writeTrail() throws {
    guard let (entries, anchor) = scribe?.take() else { return }
    for (entry, line, telling) in entries {
      try rows.append(entry, line, about: telling.event, of: telling.customer)
    }
    standing?.anchor = anchor
    tellsOfNobodys = false
  }

  /// Writes what is told where an event of nobody's may be among it, before it becomes somebody's.
  func writeTrailOfNobodys() throws { if tellsOfNobodys { try writeTrail() } }

  // MARK: - What the tenant has once

  func standingRow() throws -> StandingRow {
    if let standing { return standing }
    let read = try rows.standing()
    (standing, writtenStanding) = (read, read)
    return read
  }

  func write(_ row: StandingRow) { standing = row }
}

/// What a ledger was set up with.
package struct LedgerTerms: Sendable {
  /// How long a limit's refusal is repeated.
  let refusalRetention: Int64
  /// Where the salts of the trail come from, 64 bits a call.
  let chance: @Sendable () -> UInt64
  /// The documents that were written or read lately.
  package let memory: LedgerMemory

  /// The terms of one ledger.
  ///
  /// - Parameters:
  ///   - refusalRetention: How long a limit's refusal is repeated.
  ///   - chance: Where the salts of the trail come from, 64 bits a call; `nil` for the system's generator.
  ///   - remembered: How many bytes of its rows it remembers at most.
  package init(
    refusalRetention: Duration,
    chance: (@Sendable () -> UInt64)?,
    remembering remembered: Int = LedgerTerms.usualMemory
  ) {
    memory = LedgerMemory(bytes: remembered)
    self.refusalRetention = refusalRetention.wholeMilliseconds
    self.chance = chance ?? { SystemChance.shared.next() }
  }

  /// Four MiB for each of the four kinds of documents, young and old: what lies minutes back, and not days.
  package static let usualMemory = 32 << 20
}
