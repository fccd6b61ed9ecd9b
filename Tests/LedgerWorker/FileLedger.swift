import Foundation
import OfferBridgeKit

/// A durable ledger over one file, for tests: each step is a line, and whoever opens the file does all of them again.
///
/// A step takes the file's lock, does what others wrote meanwhile, does its
/// own, appends it and lets go. A line that a killed process did not finish is
/// cut off by the next one. The ledger in memory never suspends, so that no
/// call of this process comes between.
package actor FileLedger: OfferLedger {
  /// What is wrong with it, for tests of the checks.
  package enum Fault: String, Sendable {
    case none
    /// Two processes read the same, and both write.
    case takesNoLock
    /// It writes every fourth step, and three before it.
    case answersBeforeItWrites
  }

  package nonisolated let path: String
  private let fault: Fault
  private let isTemporary: Bool
  private let file: Int32
  private let clock: @Sendable () -> Date
  private let moment: Moment
  private let memory: InMemoryOfferLedger
  private var offset: off_t = 0
  private var unwritten = Data()
  private var unwrittenSteps = 0

  /// The ledger's time: that of the step which is done, or done again.
  private final class Moment: Sendable {
    private let value = Guarded(Date(timeIntervalSince1970: 0))

    var now: Date {
      get { value.withLock { $0 } }
      set { value.withLock { $0 = newValue } }
    }
  }

  /// Opens a file, or makes it; a temporary one is removed with this ledger.
  package init(
    at path: String,
    fault: Fault = .none,
    isTemporary: Bool = false,
    now: @escaping @Sendable () -> Date
  ) throws {
    self.path = path
    self.fault = fault
    self.isTemporary = isTemporary
    clock = now
    let moment = Moment()
    self.moment = moment
    // Every process chains the same trail: the salts are no secret here.
    memory = InMemoryOfferLedger(chance: { 0 }, now: { moment.now })
    file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    if file < 0 { throw FileFault(doing: "open") }
  }

  /// An empty one, in a file of its own.
  package static func temporary(now: @escaping @Sendable () -> Date) throws -> FileLedger {
    let name = "ledger-\(UUID().uuidString)"
    let path = FileManager.default.temporaryDirectory.appending(path: name).path(percentEncoded: false)
    return try FileLedger(at: path, isTemporary: true, now: now)
  }

  deinit {
    _ = Foundation.close(file)
    if isTemporary { unlink(path) }
  }

  // MARK: - Steps

  private func write<Answer>(
    _ step: JournalStep,
    _ body: (InMemoryOfferLedger) async throws -> Answer
  ) async throws -> Answer {
    try await locked {
      let entry = JournalEntry(moment: moment.now, step: step)
      let answer = try await body(memory)
      unwritten += try JSONEncoder().encode(entry) + Data("\n".utf8)
      unwrittenSteps += 1
      if fault != .answersBeforeItWrites || unwrittenSteps == 4 { try append() }
      return answer
    }
  }

  /// Does something while no other process does anything, on all that was written until now.
  private func locked<Answer>(_ body: () async throws -> Answer) async throws -> Answer {
    if fault != .takesNoLock {
      while flock(file, LOCK_EX) != 0 {
        if errno != EINTR { throw FileFault(doing: "lock") }
      }
    }
    // Steps that are not written yet are nobody's to come between: the lock is kept until they are.
    defer { if unwritten.isEmpty { flock(file, LOCK_UN) } }
    try await catchUp()
    moment.now = Date(timeIntervalSince1970: (clock().timeIntervalSince1970 * 1000).rounded() / 1000)
    return try await body()
  }

  private func catchUp() async throws {
    let end = lseek(file, 0, SEEK_END)
    guard end > offset else { return }
    var bytes = [UInt8](repeating: 0, count: Int(end - offset))
    guard pread(file, &bytes, bytes.count, offset) == bytes.count else { throw FileFault(doing: "read") }
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast() {
      let entry = try JSONDecoder().decode(JournalEntry.self, from: Data(line))
      moment.now = entry.moment
      try await entry.step.take(on: memory)
      offset += off_t(line.count) + 1
    }
    // The rest of a line is of a process that was killed over it, for this one has the lock.
    if offset < end, fault != .takesNoLock, ftruncate(file, offset) != 0 {
      throw FileFault(doing: "truncate")
    }
  }

  private func append() throws {
    let count = unwritten.withUnsafeBytes { Foundation.write(file, $0.baseAddress, $0.count) }
    guard count == unwritten.count else { throw FileFault(doing: "write") }
    // Where this line ends. Without the lock it may have passed over lines of others, which it never sees.
    offset = lseek(file, 0, SEEK_CUR)
    unwritten = Data()
    unwrittenSteps = 0
  }

  // MARK: - The ledger

  package func commit(_ plans: [JourneyPlan]) async throws -> [CommitAnswer] {
    try await write(.commit(plans)) { try await $0.commit(plans) }
  }

  package func claim(_ query: ClaimQuery) async throws -> ClaimAnswer {
    try await write(.claim(query)) { try await $0.claim(query) }
  }

  package func extend(_ leases: [Lease], by length: Duration, tenant: TenantID) async throws -> [ExtendAnswer]
  {
    try await write(.extend(leases, length, tenant)) {
      try await $0.extend(leases, by: length, tenant: tenant)
    }
  }

  package func settle(_ settlements: [Settlement], tenant: TenantID) async throws -> [SettleAnswer] {
    try await write(.settle(settlements, tenant)) {
      try await $0.settle(settlements, tenant: tenant)
    }
  }

  package func redrive(_ redrive: MessageRedrive, tenant: TenantID) async throws -> RedriveAnswer {
    try await write(.redrive(redrive, tenant)) {
      try await $0.redrive(redrive, tenant: tenant)
    }
  }

  package func reconcile(_ events: [ExternalEvent], tenant: TenantID) async throws -> [RedemptionMatch] {
    try await write(.reconcile(events, tenant)) { try await $0.reconcile(events, tenant: tenant) }
  }

  package func close(_ closing: OfferClosing, tenant: TenantID) async throws -> CloseAnswer {
    try await write(.close(closing, tenant)) { try await $0.close(closing, tenant: tenant) }
  }

  package func snapshot(_ query: SnapshotQuery) async throws -> LedgerSnapshot {
    try await locked { try await memory.snapshot(query) }
  }

  package func match(of event: ExternalEventID, tenant: TenantID) async throws -> RedemptionMatch? {
    try await locked { try await memory.match(of: event, tenant: tenant) }
  }

  package func record(of issued: IssuedOffer.ID, tenant: TenantID) async throws -> IssuedOfferRecord? {
    try await locked { try await memory.record(of: issued, tenant: tenant) }
  }

  package func page(_ query: PageQuery) async throws -> LedgerPage {
    try await locked { try await memory.page(query) }
  }

  package func trail(_ query: TrailQuery) async throws -> TrailPage {
    try await locked { try await memory.trail(query) }
  }

  package func audit(tenant: TenantID) async throws -> LedgerAudit {
    try await locked { try await memory.audit(tenant: tenant) }
  }
}

/// What the operating system would not do.
struct FileFault: Error, CustomStringConvertible {
  let description: String

  init(doing what: String) { description = "The ledger's file: \(what): \(String(cString: strerror(errno)))" }
}
