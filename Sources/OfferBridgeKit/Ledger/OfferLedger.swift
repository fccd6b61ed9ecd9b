/// One durable store of what was issued, sent and redeemed.
///
/// Every mutating method is one atomic step for each plan, message, event or
/// command that it is given: all of it or none of it. The store's own clock
/// decides what is due, over or too old.
///
/// **Moments** are whole milliseconds. Keep a moment as its `milliseconds`, an
/// extension of `Date`, and make it a date again by `Date(milliseconds:)`, and
/// in no other way: a date made otherwise may print alike and not be equal. A
/// length is cut to whole milliseconds, so that a wait of 1.5 ends after 1; a
/// sum past the year 9999 is its last millisecond.
///
/// Any method may throw, whatever it throws, and a throw says that the
/// outcome is unknown: it may have been written. So every method is safe to
/// call again, and each page below says what the repeat is answered. The
/// bridge passes the error on as `ledgerFailed`.
///
/// **Use one:** ``InMemoryOfferLedger``, for tests and for apps that need no
/// database.
///
/// **Write one:** over a database with transactions, of one writer. Unique
/// keys make repeats harmless, a conditional update keeps limits, a lease's
/// fence keeps two workers apart. What a page says of a *database* is for
/// PostgreSQL at READ COMMITTED and for SQLite with each step between
/// `BEGIN IMMEDIATE` and `COMMIT`. Tenant stands in every key. A step that is
/// durable only later than its answer breaks what ``OfferBridge`` promises:
/// `synchronous_commit=on`, `synchronous=FULL`. The moment of a step is
/// `clock_timestamp()`, never `now()`, which stands still within a
/// transaction. Keep issued offers, messages, events and limit uses as they
/// encode themselves, by a `JSONEncoder` with its own form of dates, beside the
/// columns that a step looks for; all that a plan brings to be kept is
/// `Codable`. What is *folded* is a ``FoldedRedemptions`` of one customer's
/// events. ``InMemoryOfferLedger`` is the reference of every answer.
public protocol OfferLedger: Sendable {
  /// Reads all that a decision needs, as of one moment of the ledger's clock.
  ///
  /// - Afterwards: nothing has changed.
  /// - Answer: the time; the customer's issued offers of the roots that were asked for, in the order of their commits;
  ///   the trigger's record, version and nodes, if it is remembered; an identity only of a ``ForgettingLedger``. A node that a limit refused is left out from the
  ///   very moment on at which its retention is over; an issued node carries the issued offer as it is now.
  /// - Database: one statement, or several in one REPEATABLE READ transaction, on the writer and on no replica of it.
  nonisolated(nonsending)
    func snapshot(_ query: SnapshotQuery) async throws -> LedgerSnapshot

  /// Writes plans, each in one atomic step and in their order, as ``JourneyPlan`` says.
  ///
  /// - Afterwards: of each plan that is answered `.committed`, every node stands that is answered `.written`: an
  ///   issuance with its limit uses, an event, a message that is due at once, a replica's reason. What is parked for
  ///   a new issued offer is folded within the step. A limit's refusal is remembered with the trigger for the
  ///   ledger's retention from the ledger's now on, a time of its own choosing, 30 days in ``InMemoryOfferLedger``. A
  ///   trigger that nothing was written of is remembered for at least as long, for its fingerprint; whenever the ledger
  ///   forgets it after that, it is new. What a message is about need not be there.
  /// - Answer: for each plan in this order: `.conflict` when another fingerprint is known under the trigger's id;
  ///   `.stale` when it is older than ``JourneyPlan/longestAge`` or did not see the trigger's latest version; else an
  ///   answer for each node, as ``NodeAnswer`` orders them. Limits are asked in the node's order; all are used or
  ///   none. One that honours what comes beyond it refuses no issuance: its counter goes above the cap, the answer is
  ///   `.writtenOver`, with by how much, and the issued offer keeps it as ``IssuedOffer/overLimits``; of a message it
  ///   refuses, as one that does not, and so does each whose sum would not fit into 64 bits. A counter that a node names twice must pass both caps, each with its own amount, and is used once, by the
  ///   first amount. They are counted and used at the moment of the plan, whenever it is committed: in a rolling
  ///   window each use counts until its length has passed since, also one of a plan made later.
  /// - Repeat: `.stale`, for the first call raised the version; read again, and what was written is there. A commit
  ///   that changed nothing of a known trigger raised none, and is answered as before.
  /// - Database: one transaction, of one plan or of several, which is many times as fast. The trigger's row first,
  ///   `INSERT … ON CONFLICT DO NOTHING` without a target, then `SELECT … FOR UPDATE`. Last and in the sorted order
  ///   of their keys the counters, so that no two commits wait for each other in a circle:
  ///   `UPDATE … SET used = used + n WHERE … AND used + n <= cap`, no row meaning the limit is reached; of one that
  ///   honours, `RETURNING used` without the cap, which tells the excess; of a rolling
  ///   window the sum of its uses under the counter's row lock. Where a node is refused, roll back to a savepoint
  ///   before it. A `CHECK` on the counter is a good backstop, a check before an insert is none.
  nonisolated(nonsending)
    func commit(_ plans: [JourneyPlan]) async throws -> [CommitAnswer]

  /// Hands out messages that are due, or whose lease has run out, oldest first.
  ///
  /// - Afterwards: each is leased until now and the lease's length; its fence is one higher and its attempt counted,
  ///   so that a message that kills its worker is counted too; a worker that never came to it gives the attempt back. Of one whose lease had run out, the attempt ended
  ///   without an answer: it may have arrived. The moment of the first claim stays with the message, until an attempt
  ///   ends with a definite "not there" and none before it may have arrived. If a redemption proved its replica
  ///   meanwhile, or its issued offer was closed, it is not handed out but ended, accepted or withdrawn, its fence as
  ///   it was.
  /// - Answer: the claims, with the bytes, their first attempts and since when they are open, and when to come back.
  ///   One message of one customer to one provider at a time, the head of their lane: the one that is leased, also by a
  ///   lease that has run out, else the earliest committed of those that wait. So one that is redriven waits for a
  ///   later one that is on its way. What waits is as old as its due moment, a lease as its end; of equals the earlier
  ///   committed goes first. None are handed out at a limit of 0.
  /// - Repeat: hands out others. What a lost answer handed out is due again when its lease has run out.
  /// - Database: partial indexes on (provider, due) of what waits and (provider, until) of what is leased. Of the heads
  ///   `SELECT … ORDER BY CASE state WHEN 'leased' THEN until ELSE due END, sequence LIMIT n FOR UPDATE SKIP LOCKED`,
  ///   then one `UPDATE … RETURNING` that sets `first_attempted_at = coalesce(first_attempted_at, now)` as well.
  nonisolated(nonsending)
    func claim(_ query: ClaimQuery) async throws -> ClaimAnswer

  /// Prolongs leases, each if its fence still holds.
  ///
  /// - Afterwards: each lease that is answered `.extended` ends at now and the length, and no sooner than it did.
  ///   A lease that has run out is prolonged too, as long as nobody else has claimed the message.
  /// - Answer: in the order of the leases.
  /// - Repeat: prolongs from the later now.
  /// - Database: `UPDATE … WHERE key = … AND fence = … AND state = 'leased'`; no row: read why.
  nonisolated(nonsending)
    func extend(_ leases: [Lease], by length: Duration, tenant: TenantID) async throws -> [ExtendAnswer]

  /// Writes what came of attempts, each if its fence still holds.
  ///
  /// - Afterwards: the message is accepted, rejected or buried; or waits until now and the time given; or, released,
  ///   waits as it did. Where it did not arrive (`isUnknown` or `wasHanded` is false, or it was rejected) and no attempt
  ///   before it may have, its first attempt is forgotten. Released and not handed, its attempt is not counted any more,
  ///   and the replica stays as it was. One that would wait, and whose replica is proven, is accepted without a
  ///   reference; else, if its issued offer was closed, it is withdrawn. The replica follows, as ``Replica/State``
  ///   says. A reference that is learnt, of an acceptance and not of a recall's, is remembered, and what is parked
  ///   under it is folded within the step. An old lease that nobody has claimed since still settles.
  /// - Answer: in the order of the settlements.
  /// - Repeat: `.alreadySettled`, and nothing changes; so also for a lease that ran out and that a claim ended.
  /// - Database: one `UPDATE` on (key, fence, leased), a batch by `unnest`; no row: the same fence and not leased is
  ///   `.alreadySettled`, all else `.lostLease`. No lease has a fence of 0.
  nonisolated(nonsending)
    func settle(_ settlements: [Settlement], tenant: TenantID) async throws -> [SettleAnswer]

  /// Lets a message that was buried or rejected be tried again.
  ///
  /// - Afterwards: under the same key, the message waits, due at once, where it stood in its lane, its attempts counted
  ///   anew and its fence as it was. Under a new one, ``OfferMessage/reissued(in:at:)`` waits as if it had just been
  ///   committed, the last in its lane, and the old one has a next generation and stays as it ended. The redrive is kept
  ///   with the old message. The replica follows, as ``Replica/State`` says.
  /// - Answer: as ``RedriveAnswer`` says. Nothing has changed unless it is `.redriven`.
  /// - Repeat: `.alreadyOpen` or `.superseded(by:)`; a message that ended once more meanwhile is redriven once more.
  /// - Database: `SELECT … FOR UPDATE` of the message, then an update guarded by its state; a unique key on
  ///   (message, generation before) keeps two operators from two generations.
  nonisolated(nonsending)
    func redrive(_ redrive: MessageRedrive, tenant: TenantID) async throws -> RedriveAnswer

  /// Takes in events of an external system, each once by its id, and folds them.
  ///
  /// - Afterwards: every event is kept. Matches, tallies, ends and evidence of its customer are those of the set of the
  ///   customer's events, whatever their order; one whose customer is not known yet is parked. Limit uses follow, in
  ///   this step and in every other that folds: where ``IssuedOffer/holdsLimitUses`` becomes false they are given back,
  ///   as by a closing; where it becomes true again they are taken again, at the moment of the issue and whatever the
  ///   limits, and the audit counts each limit above which they stand.
  /// - Answer: in the order of the events, as each stands right after it.
  /// - Repeat: `.duplicate` for an event that is `==`, `.conflict` for another one of that id; both are counted for the
  ///   audit, nothing else changes.
  /// - Database: serialise by what is named, before its row exists: `pg_advisory_xact_lock` of a hash of it, in
  ///   sorted order; SQLite does so by itself. `INSERT … ON CONFLICT DO NOTHING` on (tenant, source, id), then
  ///   ``FoldedRedemptions`` of all events of the customer: never add to what was computed before. Counters last and
  ///   sorted, as in a commit.
  nonisolated(nonsending)
    func reconcile(_ events: [ExternalEvent], tenant: TenantID) async throws -> [RedemptionMatch]

  /// Closes an issued offer, and commits the messages that ask for its replicas back.
  ///
  /// - Afterwards: the issued offer has its closure. Its limit uses are given back if the command says so, and no
  ///   reversal gave them back before: those of lifetime and calendar counters are subtracted, those of rolling ones
  ///   taken out. Its messages that wait are
  ///   withdrawn; one that is leased is, when it would wait again. After that, each recall is committed whose key is
  ///   new and whose replica is read as pending, a worker holding its message, as accepted or as unknown: the last in
  ///   its lane. Redemptions are folded anew.
  /// - Answer: as ``CloseAnswer`` says.
  /// - Repeat: `.alreadyClosed`, with the closure as it was written; limit uses are never given back twice.
  /// - Database: `SELECT … FOR UPDATE` of the issued offer, closure set only where it is null, then messages, then
  ///   counters last and sorted, as in a commit.
  nonisolated(nonsending)
    func close(_ closing: OfferClosing, tenant: TenantID) async throws -> CloseAnswer

  /// How an event that was received stands now, or `nil` when none was received under that id.
  nonisolated(nonsending)
    func match(of event: ExternalEventID, tenant: TenantID) async throws -> RedemptionMatch?

  /// Everything about one issued offer, as of one moment, or `nil` when there is none.
  nonisolated(nonsending)
    func record(of issued: IssuedOffer.ID, tenant: TenantID) async throws -> IssuedOfferRecord?

  /// Some entries of a listing, in the order in which they were first written.
  ///
  /// Each entry is as it is now. One that leaves a listing between two pages
  /// is not seen, one that joins it behind the mark neither.
  ///
  /// - Database: a sequence number in each row, the mark its text: `WHERE … AND sequence > … ORDER BY sequence`. What is
  ///   expiring, and to be recalled, by partial indexes on `warns_at` and `expires_at` of what is not closed.
  nonisolated(nonsending)
    func page(_ query: PageQuery) async throws -> LedgerPage

  /// Some entries of the trail, in the order of their numbers.
  ///
  /// Each step tells what it changed within itself, in the order in which it did, and only then: what is answered as a
  /// repeat, a conflict or stale tells nothing, and so does a lease that is prolonged or a trigger of which nothing was
  /// written. What is told is as ``TrailSubject`` and ``TrailState`` have it: an issued offer, its end, its limit uses;
  /// each message with its replica, where it is handed out, too; a replica that is withheld for another reason or that
  /// a proof moves; what was received, and each time its match becomes another; what was raised or refused.
  ///
  /// An entry never changes and never goes. A page that was read is the same when it is read again, but for what is
  /// personal of customers who were forgotten since.
  ///
  /// - Database: a table of (tenant, sequence, line), inserted into by the step's own transaction: the tenant's last
  ///   entry `SELECT … FOR UPDATE`, then ``TrailEntry/init(after:_:personal:)`` for each change. It makes the steps of
  ///   a tenant wait for one another: take it last, before the counters.
  nonisolated(nonsending)
    func trail(_ query: TrailQuery) async throws -> TrailPage

  /// Counts everything anew, in the store, and compares it with what the store keeps.
  ///
  /// - Database: one REPEATABLE READ, READ ONLY transaction on the writer.
  nonisolated(nonsending)
    func audit(tenant: TenantID) async throws -> LedgerAudit
}

extension OfferLedger {
  /// Writes one plan.
  ///
  /// - Parameter plan: The plan.
  /// - Returns: What became of it.
  /// - Throws: What the ledger throws; the plan may have been written.
  nonisolated(nonsending)
    public func commit(_ plan: JourneyPlan) async throws -> CommitAnswer
  {
    try await commit([plan])[0]
  }
}
