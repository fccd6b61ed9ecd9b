/// The entries of a trail, read as they are asked for.
public struct TrailEntries: AsyncSequence, Sendable {
  /// One entry.
  public typealias Element = TrailEntry

  let ledger: any OfferLedger
  let tenant: TenantID
  let scope: TrailScope
  let after: Int

  /// Begins to read.
  public func makeAsyncIterator() -> Iterator { Iterator(entries: self) }

  /// Reads one entry after another.
  public struct Iterator: AsyncIteratorProtocol {
    private let entries: TrailEntries
    private var read: ArraySlice<TrailEntry> = []
    private var after: Int?

    init(entries: TrailEntries) {
      self.entries = entries
      after = entries.after
    }

    /// The next entry, or `nil` after the last.
    public mutating func next() async throws -> TrailEntry? {
      while read.isEmpty {
        guard let number = after else { return nil }
        let page = try await entries.page(after: number)
        read = page.entries[...]
        after = page.next
      }
      return read.removeFirst()
    }
  }
}

extension TrailEntries {
  fileprivate func page(after number: Int) async throws -> TrailPage {
    do {
      return try await ledger.trail(TrailQuery(tenant: tenant, scope: scope, after: number))
    } catch {
      throw OfferBridgeError(.ledgerFailed, underlying: error)
    }
  }
}
