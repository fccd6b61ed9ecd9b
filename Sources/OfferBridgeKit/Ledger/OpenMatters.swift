/// What is not settled, read as it is asked for.
public struct OpenMatters: AsyncSequence, Sendable {
  /// One matter.
  public typealias Element = OpenMatter

  let ledger: any OfferLedger
  let tenant: TenantID
  /// What began later is passed over.
  let horizon: Int64

  private static let listings: [LedgerListing] = [
    .parkedEvents, .discrepantEvents, .messagesIn(.buried), .messagesIn(.rejected), .messagesIn(.waiting),
    .messagesIn(.leased),
  ]

  /// Begins to read.
  public func makeAsyncIterator() -> Iterator { Iterator(matters: self) }

  /// Reads one matter after another.
  public struct Iterator: AsyncIteratorProtocol {
    private let matters: OpenMatters
    private var open = OpenMatters.listings[...]
    private var mark: PageMark?
    private var read: ArraySlice<OpenMatter> = []

    init(matters: OpenMatters) { self.matters = matters }

    /// The next matter, or `nil` after the last.
    public mutating func next() async throws -> OpenMatter? {
      while read.isEmpty {
        guard let listing = open.first else { return nil }
        let page = try await matters.page(listing, after: mark)
        read =
          page.entries.compactMap(OpenMatter.init).filter { $0.since.milliseconds <= matters.horizon }[...]
        mark = page.next
        if mark == nil { open.removeFirst() }
      }
      return read.removeFirst()
    }
  }

  fileprivate func page(_ listing: LedgerListing, after mark: PageMark?) async throws -> LedgerPage {
    do {
      return try await ledger.page(PageQuery(tenant: tenant, listing: listing, after: mark))
    } catch {
      throw OfferBridgeError(.ledgerFailed, underlying: error)
    }
  }
}

extension OpenMatter {
  fileprivate init?(_ entry: LedgerPage.Entry) {
    switch entry {
    case .event(let record): self.init(record)
    case .message(let record): self.init(record)
    case .issuedOffer: return nil
    }
  }
}
