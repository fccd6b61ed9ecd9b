package import OfferBridgeKit

/// One tenant's rows, as a step reads and writes them within its one transaction.
///
/// What a database's adapter implements, and nothing of it decides: the steps
/// do. Moments are whole milliseconds. Rows that are read together come in the
/// order in which they were first written, unless a page says otherwise.
package protocol LedgerRows {
  // MARK: Customers' ids

  /// What became of an id.
  func identity(of id: CustomerID) throws -> IdentityRow
  /// Has an id be a survivor's, and with it those that were merged into it; one that stands for nobody has none.
  func write(_ survivor: CustomerID?, of id: CustomerID) throws
  /// Lets an id be its customer's own again.
  func removeName(_ id: CustomerID) throws
  /// Makes all that is one customer's another's: issued offers, messages, what was told, and events behind the other's.
  ///
  /// None of either's messages has the turn after that.
  func give(allOf customer: CustomerID, to owner: CustomerID) throws
  /// Whether an issued offer or a message with one of these keys is somebody's who was forgotten.
  func areForgotten(_ keys: [DerivedKey]) throws -> Bool

  // MARK: Triggers

  func trigger(_ id: TriggerID) throws -> TriggerRow?
  /// Writes it, whether or not it is there.
  func write(_ trigger: TriggerRow) throws
  func remove(_ trigger: TriggerID) throws
  /// Those that were committed under these ids: each of the tenant's is looked at.
  func triggers(of customers: Set<CustomerID>) throws -> [TriggerRow]
  /// Some of those of which something may be forgotten, the longest lapsed first.
  func triggers(lapsedBy moment: Int64, limit: Int) throws -> [TriggerRow]

  // MARK: Issued offers

  func issued(_ id: IssuedOffer.ID) throws -> IssuedRow?
  /// A customer's, of those offers alone; of all where that is `nil`.
  func issued(to customer: CustomerID, of offers: Set<OfferID>?) throws -> [IssuedRow]
  func insert(_ issued: IssuedRow) throws
  func update(_ issued: IssuedRow) throws
  /// Writes what no other step changes: whom its content names, and its limit uses.
  func rewrite(_ issued: IssuedRow) throws

  // MARK: Replicas' references

  /// Remembers what an external system calls an issued offer's replica; a repeat changes nothing.
  func insert(_ reference: ReplicaReference, at provider: ProviderID, of issued: IssuedOffer.ID) throws
  /// Has another name stand for what was learnt of one issued offer.
  func rename(
    _ reference: ReplicaReference,
    at provider: ProviderID,
    of issued: IssuedOffer.ID,
    to name: ReplicaReference
  ) throws
  /// Whose the issued offer is for which it was learnt first.
  func owner(of reference: ReplicaReference, at provider: ProviderID) throws -> CustomerID?
  /// All that was learnt of a customer's issued offers.
  func references(of customer: CustomerID) throws -> [IssuedOffer.ID: [ProviderID: Set<ReplicaReference>]]

  // MARK: Messages

  func message(_ key: DerivedKey) throws -> MessageRow?
  func messages(about issued: IssuedOffer.ID) throws -> [MessageRow]
  func messages(of customer: CustomerID) throws -> [MessageRow]
  func insert(_ message: MessageRow) throws
  /// Writes it; one that is leased has its lane's turn at its lease's end, one that ended has none.
  func update(_ message: MessageRow) throws
  /// Writes what no other step changes: its content, and its limit uses.
  func rewrite(_ message: MessageRow) throws
  /// Gives the turn to the first of a lane: to what is leased, else to the earliest committed of what waits.
  func giveTurn(in lane: LaneName) throws
  /// Those whose turn it is and has come, the oldest first; of equals the earlier committed.
  func turns(at provider: ProviderID, by moment: Int64, limit: Int) throws -> [MessageRow]
  /// The earliest turn that is to come, or has come.
  func nextTurn(at provider: ProviderID) throws -> Int64?

  // MARK: External events

  func event(_ id: ExternalEventID) throws -> EventRow?
  /// A customer's, in the order in which they were known to be theirs.
  func events(of customer: CustomerID) throws -> [EventRow]
  /// Those that are nobody's yet, and what would tell whose.
  func events(awaiting clue: EventClue) throws -> [EventRow]
  /// Those that tell that one of these redeemed, whosever they are.
  func events(redeemedBy customers: Set<CustomerID>) throws -> [EventRow]
  func insert(_ event: EventRow, awaiting clue: EventClue?) throws
  /// Writes what no other step changes: its content, and that it was changed.
  func rewrite(_ event: EventRow) throws
  func write(_ match: RedemptionMatch, of event: ExternalEventID) throws
  /// Makes it a customer's, the last of theirs, and so what was told of it.
  func give(_ event: ExternalEventID, to customer: CustomerID) throws

  // MARK: Limits

  /// What is used of a counter, but for rolling uses; `nil` when it is not there.
  func used(of counter: LimitCounter) throws -> Int64?
  func write(_ used: Int64, of counter: LimitCounter) throws
  /// How much of a counter, at most, merges brought to it.
  func brought(to counter: LimitCounter) throws -> Int64
  func write(brought: Int64, to counter: LimitCounter) throws
  /// Makes a counter's rolling uses those of another, which is there, and removes it.
  func removeCounter(_ counter: LimitCounter, leavingUsesTo other: LimitCounter) throws
  /// The sum of a counter's rolling uses after a moment.
  func sum(of counter: LimitCounter, after moment: Int64) throws -> Int64
  func insert(_ amount: Int64, at moment: Int64, of counter: LimitCounter) throws
  /// Takes one such use out, if there is one.
  func remove(_ amount: Int64, at moment: Int64, of counter: LimitCounter) throws
  func removeUses(of counter: LimitCounter, through moment: Int64) throws

  // MARK: Trail

  func standing() throws -> StandingRow
  func write(_ standing: StandingRow) throws
  /// Writes an entry, as its line.
  func append(_ entry: TrailEntry, _ line: String, about event: ExternalEventID?, of customer: CustomerID?)
    throws
  /// Writes an entry in the place of that number.
  func rewrite(_ entry: TrailEntry) throws

  // MARK: Listings and sums

  /// The entries of a listing with their places, after a place; of what expires those of which the row says so itself.
  func page(_ listing: LedgerListing, after place: Int64, limit: Int) throws -> [PlacedEntry]
  func entries(_ scope: TrailScope, after sequence: Int, limit: Int) throws -> [TrailEntry]
  /// Everybody to whom something was issued, or of whom something was reported.
  func forEachCustomer(_ body: (CustomerID) throws -> Void) throws
  func forEachMessage(_ body: (MessageRow) throws -> Void) throws
  /// The events that are nobody's yet.
  func forEachUnownedEvent(_ body: (EventRow) throws -> Void) throws
  func forEachCounter(_ body: (_ counter: LimitCounter, _ used: Int64, _ brought: Int64) throws -> Void)
    throws
  /// How many open messages stand in a lane of which one has the turn.
  func openMessagesInLanes() throws -> Int
}

/// An entry of a listing, and its place in it.
package struct PlacedEntry {
  package let place: Int64
  package let entry: LedgerPage.Entry

  package init(place: Int64, entry: LedgerPage.Entry) {
    self.place = place
    self.entry = entry
  }
}
