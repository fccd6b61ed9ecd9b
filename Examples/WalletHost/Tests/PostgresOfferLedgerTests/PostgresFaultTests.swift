import Dispatch
import OfferBridgeKit
import OfferBridgeTesting
// The connection is the saboteur's, too.
@testable import PostgresOfferLedger
import Synchronization
import Testing

/// What goes wrong between a ledger and its database: nothing is lost, nothing is given away twice.
@Suite(.timeLimit(.minutes(2)), .enabled(if: TestDatabase.isThere, TestDatabase.condition))
struct PostgresFaultTests {
  @Test func `three processes at once give away as much as the limit allows, and each offer once`()
    async throws
  {
    let shop = try await Shop()
    #expect(try await shop.open() == 0)
    try await shop.expectAllIsWell()
  }

  @Test func `connections that are ended in the midst of work lose nothing and repeat nothing`() async throws
  {
    let shop = try await Shop()
    let isOpen = Atomic(true)
    let name = Session.applicationName(shop.schema.name)
    let saboteur = ConnectionPool(most: 1) { try PostgresConnection(to: TestDatabase.address) }
    async let ended = saboteur.run { slot in
      var ended = 0
      let connection = try slot.connected()
      while isOpen.load(ordering: .relaxed) {
        try connection.write("BEGIN")
        // At a pace at which something is done in between.
        let rows = try connection.read(
          """
          SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity, pg_sleep(0.03)
          WHERE application_name = $1
          """,
          .of(name)
        )
        ended += try rows.first { try $0[0] as Int } ?? 0
        try connection.commit()
      }
      return ended
    }
    _ = try await shop.open()
    isOpen.store(false, ordering: .relaxed)
    #expect(try await ended > 10)
    try await shop.expectAllIsWell()
  }

  @Test(arguments: [0, 300, 3_000])
  func `a process that falls silent in the midst of a step holds up others no longer than their patience`(
    writes: Int
  ) async throws {
    let shop = try await Shop(processes: 1, patience: .milliseconds(200))
    _ = try await shop.open()
    // As the server sees a process that was stopped: it has the tenant, and says nothing.
    let silent = try Session(schema: shop.schema.name, patience: .milliseconds(200)).open(
      TestDatabase.address
    )
    try silent.write("BEGIN")
    let locked = try silent.read("SELECT tenant FROM standing FOR UPDATE")
    #expect(locked.count == 1)
    // More than is kept to be sent together: the server must not take them for a reason to wait.
    let much = String(repeating: "x", count: 1_000)
    for _ in 0..<writes { try silent.write("SELECT $1::text", .of(much)) }

    try await shop.visitOnceMore()
    // When it goes on, it finds that its step is over, and that nothing of it was written.
    let error = #expect(throws: PostgresLedgerError.self) {
      try silent.write("UPDATE standing SET trail_count = 0")
      try silent.commit()
    }
    guard case .lost = error else {
      Issue.record("It is told something else: \(String(describing: error))")
      return
    }
    try await shop.expectAllIsWell()
  }

  @Test func `a circle of waiting is broken and the step made again`() async throws {
    let ledger = try await TestSchema().ledger(connections: 2)
    let meeting = Meeting(of: 2)
    async let one: Void = lock(701, 702, in: ledger, meeting)
    async let two: Void = lock(702, 701, in: ledger, meeting)
    _ = try await (one, two)
    #expect(meeting.arrivals == 3)
  }

  /// Takes what the other takes second, as no step of the ledger does.
  private func lock(_ first: Int, _ second: Int, in ledger: PostgresOfferLedger, _ meeting: Meeting)
    async throws
  {
    try await ledger.database.attempted { connection in
      try connection.write("BEGIN")
      _ = try connection.read("SELECT pg_advisory_xact_lock($1)", .of(first))
      meeting.arrive()
      _ = try connection.read("SELECT pg_advisory_xact_lock($1)", .of(second))
      try connection.commit()
    }
  }

  @Test func `processes that begin at once make one schema`() async throws {
    let schema = TestSchema()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<8 { group.addTask { _ = try await schema.ledger(connections: 1) } }
      try await group.waitForAll()
    }
    let audit = try await schema.ledger().audit(tenant: "main")
    #expect(audit == LedgerAudit())
  }

  @Test func `a schema of a later version is refused`() async throws {
    let schema = TestSchema()
    _ = try await schema.ledger()
    let connection = try PostgresConnection(to: TestDatabase.address)
    try connection.write("BEGIN")
    try connection.write("UPDATE \(schema.name).schema_version SET version = 99")
    try connection.commit()
    await #expect(throws: PostgresLedgerError.newerSchema(99, known: Schema.migrations.count)) {
      try await schema.ledger()
    }
  }

  @Test func `each connection flushes each commit, whatever its role is set to`() async throws {
    let schema = TestSchema(at: TestDatabase.address + "?options=-c%20synchronous_commit%3Doff")
    let ledger = try await schema.ledger(connections: 1)
    let value = try await ledger.database.pool.run { slot in
      try slot.connected().read("SHOW synchronous_commit").first { try $0[0] as String }
    }
    #expect(value == "on")
  }

  @Test func `a closed ledger and a database that is not there say what to do`() async throws {
    let ledger = try await TestSchema().ledger()
    ledger.close()
    await #expect(throws: PostgresLedgerError.closed) { try await ledger.audit(tenant: "main") }
    let error = await #expect(throws: PostgresLedgerError.self) {
      try await PostgresOfferLedger(at: "postgresql://nobody@127.0.0.1:1/nothing")
    }
    #expect(error?.description.contains("Check its address, and that it runs.") == true)
  }
}

/// Where so many threads wait for one another; who comes later need not.
private final class Meeting: Sendable {
  private let count: Int
  private let arrived = Mutex(0)
  private let all = DispatchSemaphore(value: 0)

  init(of count: Int) { self.count = count }

  /// How often somebody came.
  var arrivals: Int { arrived.withLock { $0 } }

  func arrive() {
    let number = arrived.withLock { arrived in
      arrived += 1
      return arrived
    }
    if number == count { for _ in 0..<count { all.signal() } }
    if number <= count { all.wait() }
  }
}
