import Foundation

/// The ledger's side of a comparison: what one source reported, page by page and never all of it at once.
struct StatementLedger: Sendable {
  let ledger: any OfferLedger
  let tenant: TenantID
  let source: ProviderID

  /// Where each page began, as far as they were read.
  private var marks: [PageMark?] = []
  /// The page that was read last.
  private var latest: (number: Int32, events: [RedemptionRecord])?

  init(_ ledger: any OfferLedger, tenant: TenantID, source: ProviderID) {
    self.ledger = ledger
    self.tenant = tenant
    self.source = source
  }

  var pageCount: Int32 { Int32(marks.count) }

  /// Forgets where pages began, to read them from the first one again.
  mutating func rewind() {
    marks = []
    latest = nil
  }

  /// Reads one page for the first time.
  ///
  /// - Parameter mark: Where the one before it ended.
  /// - Returns: The page.
  /// - Throws: `OfferBridgeError` when the ledger fails.
  nonisolated(nonsending)
    mutating func readPage(after mark: PageMark?) async throws -> LedgerPage
  {
    marks.append(mark)
    return try await page(after: mark)
  }

  /// The events of a page that was read before, as they are now.
  nonisolated(nonsending)
    mutating func events(onPage number: Int32) async throws -> [RedemptionRecord]
  {
    if let latest, latest.number == number { return latest.events }
    let end = number + 1 < pageCount ? marks[Int(number) + 1] : nil
    var events: [RedemptionRecord] = []
    var mark = marks[Int(number)]
    // A ledger may give fewer entries of the same page than it did before.
    repeat {
      let page = try await page(after: mark)
      events += page.events
      mark = page.next
    } while mark != nil && mark != end
    latest = (number, events)
    return events
  }

  /// Calls the body with every event, a page at a time.
  nonisolated(nonsending)
    func forEachEvent(_ body: (RedemptionRecord) -> Void) async throws
  {
    var mark: PageMark?
    repeat {
      let page = try await page(after: mark)
      page.events.forEach(body)
      mark = page.next
    } while mark != nil
  }

  nonisolated(nonsending)
    private func page(after mark: PageMark?) async throws -> LedgerPage
  {
    try await read { ledger in
      try await ledger.page(PageQuery(tenant: tenant, listing: .reported(by: source), after: mark))
    }
  }

  nonisolated(nonsending)
    func record(of issued: IssuedOffer.ID) async throws -> IssuedOfferRecord?
  {
    try await read { try await $0.record(of: issued, tenant: tenant) }
  }

  nonisolated(nonsending)
    func match(of id: ExternalEventID) async throws -> RedemptionMatch?
  {
    try await read { try await $0.match(of: id, tenant: tenant) }
  }

  /// The ledger's time.
  ///
  /// A ledger tells it with a snapshot, of whatever it is asked.
  nonisolated(nonsending)
    func now() async throws -> Date
  {
    try await snapshot(of: CustomerID(source.rawValue)).now
  }

  /// The ids of a customer, where several customers were made one.
  nonisolated(nonsending)
    func identity(of customer: CustomerID) async throws -> CustomerIdentity?
  {
    try await snapshot(of: customer).identity
  }

  nonisolated(nonsending)
    private func snapshot(of customer: CustomerID) async throws -> LedgerSnapshot
  {
    let query = SnapshotQuery(
      tenant: tenant,
      customer: customer,
      trigger: TriggerID(.action, source.rawValue),
      offers: []
    )
    return try await read { try await $0.snapshot(query) }
  }

  /// Whether anything was issued that the reference could name; a replica's reference can be looked up nowhere.
  nonisolated(nonsending)
    func mayKnow(_ reference: RedemptionReference) async throws -> Bool
  {
    switch reference {
    case .replica: return true
    case .issuedOffer(let id): return try await record(of: id) != nil
    case .customer(let customer, let name):
      var mark: PageMark?
      repeat {
        let query = PageQuery(tenant: tenant, listing: .issuedOffers(of: customer), after: mark)
        let page = try await read { try await $0.page(query) }
        if page.issuedOffers.contains(where: { $0.replica(at: source)?.name == name }) { return true }
        mark = page.next
      } while mark != nil
      return false
    }
  }

  nonisolated(nonsending)
    private func read<Answer>(_ body: (any OfferLedger) async throws -> Answer) async throws -> Answer
  {
    do {
      return try await body(ledger)
    } catch let error as OfferBridgeError {
      throw error
    } catch {
      throw OfferBridgeError(.ledgerFailed, underlying: error)
    }
  }
}
