public import Foundation

/// One durable store of what was issued, sent and redeemed.
///
/// Every mutating method is one atomic step: all of it or none of it. Any of
/// them may throw with the outcome unknown, and every one is safe to call
/// again. The store's own clock decides what is due, over or too old.
///
/// **Use one:** ``InMemoryOfferLedger``, for tests and for apps that need no
/// durability.
///
/// **Write one:** over a database with transactions. Unique keys make replays
/// harmless; a conditional update keeps limits; a lease's fence keeps two
/// workers apart. The in-memory one is the reference of every answer.
public protocol OfferLedger: Sendable {
  /// Reads all that a decision needs, as of one moment of the ledger's clock.
  nonisolated(nonsending)
    func snapshot(_ query: SnapshotQuery) async throws -> LedgerSnapshot

  /// Writes a plan in one atomic step, as ``JourneyPlan`` says.
  ///
  /// In this order: another fingerprint under the trigger's id is
  /// `.conflict`; a plan older than ``JourneyPlan/longestAge``, or one that
  /// did not see the trigger's latest version, is `.stale`; else each node
  /// gets its answer. A limit's refusal is remembered with the trigger for the
  /// ledger's retention, so that a repeat is refused again. What is parked for
  /// a new issued offer folds within the same step.
  nonisolated(nonsending)
    func commit(_ plan: JourneyPlan) async throws -> CommitAnswer

  /// Hands out messages that are due, or whose lease has run out, oldest first.
  ///
  /// Each gets a new lease and a fence one higher than before, and its attempt
  /// is counted here, so that a message that kills its worker is counted too.
  /// Of one customer's messages to one provider only the earliest that is not
  /// settled is ever handed out.
  nonisolated(nonsending)
    func claim(_ query: ClaimQuery) async throws -> ClaimAnswer

  /// Writes what came of attempts, each guarded by its lease's fence.
  ///
  /// The answers are in the order of the settlements. A reference that is
  /// learnt here folds what is parked under it, within the same step.
  nonisolated(nonsending)
    func settle(_ settlements: [Settlement], tenant: TenantID) async throws -> [SettleAnswer]

  /// Takes in events of an external system, each once by its id, and folds them.
  ///
  /// The answers are in the order of the events; each event is an atomic step.
  nonisolated(nonsending)
    func reconcile(_ events: [ExternalEvent], tenant: TenantID) async throws -> [RedemptionMatch]

  /// How an event that was received stands now, or `nil` when none was received under that id.
  nonisolated(nonsending)
    func match(of event: ExternalEventID, tenant: TenantID) async throws -> RedemptionMatch?

  /// Everything that was issued to a customer, in the order of issuance.
  nonisolated(nonsending)
    func issuedOffers(of customer: CustomerID, tenant: TenantID) async throws -> [IssuedOffer]

  /// Every message about a customer, in the order in which they were committed.
  nonisolated(nonsending)
    func messages(of customer: CustomerID, tenant: TenantID) async throws -> [MessageRecord]

  /// Everything that external systems reported about a customer, in the order of its own times, then of ids.
  ///
  /// What waits for something that would tell whose it is, is not among it.
  nonisolated(nonsending)
    func redemptions(of customer: CustomerID, tenant: TenantID) async throws -> [RedemptionRecord]

  /// Counts everything anew, in the store, and compares it with what the store keeps.
  nonisolated(nonsending)
    func audit(tenant: TenantID) async throws -> LedgerAudit
}

/// What a decision asks of the ledger.
public struct SnapshotQuery: Sendable, Hashable {
  /// The tenant.
  public let tenant: TenantID
  /// Whose decision it is.
  public let customer: CustomerID
  /// What it begins with.
  public let trigger: TriggerID
  /// The offers whose issuances a rule looks at; none where no rule does.
  public let offers: Set<OfferID>

  /// A query.
  ///
  /// - Parameters:
  ///   - tenant: The tenant.
  ///   - customer: Whose decision it is.
  ///   - trigger: What it begins with.
  ///   - offers: The offers whose issuances a rule looks at.
  public init(tenant: TenantID, customer: CustomerID, trigger: TriggerID, offers: Set<OfferID>) {
    self.tenant = tenant
    self.customer = customer
    self.trigger = trigger
    self.offers = offers
  }
}

/// What a decision is made on, as of one moment.
public struct LedgerSnapshot: Sendable, Hashable {
  /// The ledger's time, in whole milliseconds: the only clock of the decision.
  public let now: Date
  /// The customer's issued offers of the roots that were asked for, oldest first.
  public let issuedOffers: [IssuedOffer]
  /// What the ledger remembers of the trigger, or `nil` when it is new.
  public let trigger: TriggerRecord?
  /// How many commits of the trigger's journey there were; 0 when it is new.
  public let triggerVersion: Int
  /// The trigger's nodes that were written or refused, in the order of their commits; lapsed refusals left out.
  public let decided: [DecidedNode]

  /// A snapshot.
  ///
  /// - Parameters:
  ///   - now: The ledger's time.
  ///   - issuedOffers: The customer's issued offers of the roots that were asked for.
  ///   - trigger: What is remembered of the trigger.
  ///   - triggerVersion: How many commits of the trigger's journey there were.
  ///   - decided: The trigger's nodes.
  public init(
    now: Date,
    issuedOffers: [IssuedOffer],
    trigger: TriggerRecord?,
    triggerVersion: Int,
    decided: [DecidedNode]
  ) {
    self.now = now
    self.issuedOffers = issuedOffers
    self.trigger = trigger
    self.triggerVersion = triggerVersion
    self.decided = decided
  }
}

/// What a worker asks for.
public struct ClaimQuery: Sendable, Hashable {
  /// The tenant.
  public let tenant: TenantID
  /// The provider whose messages are wanted.
  public let provider: ProviderID
  /// How many at most.
  public let limit: Int
  /// How long they are held.
  public let lease: Duration
  /// Only what was due then; `nil` for the ledger's own now.
  public let dueBy: Date?

  /// A query.
  ///
  /// - Parameters:
  ///   - tenant: The tenant.
  ///   - provider: The provider whose messages are wanted.
  ///   - limit: How many at most.
  ///   - lease: How long they are held.
  ///   - dueBy: Only what was due then; the ledger's own now by default.
  public init(tenant: TenantID, provider: ProviderID, limit: Int, lease: Duration, dueBy: Date? = nil) {
    self.tenant = tenant
    self.provider = provider
    self.limit = limit
    self.lease = lease
    self.dueBy = dueBy
  }
}

/// The right to attempt a message for a while.
public struct Lease: Sendable, Hashable, Codable {
  /// The message.
  public let message: DerivedKey
  /// One higher at each claim: a worker whose fence is old changes nothing.
  public let fence: UInt64
  /// The ledger's time at which the message may be handed to another.
  public let until: Date

  /// A lease.
  ///
  /// - Parameters:
  ///   - message: The message.
  ///   - fence: One higher at each claim.
  ///   - until: When it ends.
  public init(message: DerivedKey, fence: UInt64, until: Date) {
    self.message = message
    self.fence = fence
    self.until = until
  }
}

/// A message that was handed out.
public struct Claim: Sendable, Hashable {
  /// The message.
  public let message: OfferMessage
  /// The right to attempt it.
  public let lease: Lease
  /// Which attempt this is, from 1.
  public let attempt: Int

  /// A claim.
  ///
  /// - Parameters:
  ///   - message: The message.
  ///   - lease: The right to attempt it.
  ///   - attempt: Which attempt this is, from 1.
  public init(message: OfferMessage, lease: Lease, attempt: Int) {
    self.message = message
    self.lease = lease
    self.attempt = attempt
  }
}

/// What a worker gets.
public struct ClaimAnswer: Sendable, Hashable {
  /// The ledger's time of the answer.
  public let now: Date
  /// The messages, oldest first; empty when none is due.
  public let claims: [Claim]
  /// When to come back for this provider: the earliest next due moment or lease end, those of `claims` included;
  /// `nil` when all is settled.
  public let nextDue: Date?

  /// An answer.
  ///
  /// - Parameters:
  ///   - now: The ledger's time.
  ///   - claims: The messages.
  ///   - nextDue: When to come back.
  public init(now: Date, claims: [Claim], nextDue: Date?) {
    self.now = now
    self.claims = claims
    self.nextDue = nextDue
  }
}

/// What came of one attempt.
public struct Settlement: Sendable, Hashable {
  /// What came of it.
  public enum Outcome: Sendable, Hashable {
    /// The external system has it.
    case accepted(ReplicaReference?)
    /// The external system refused it for good.
    case rejected(reason: String)
    /// Again, after so long. `isUnknown`: the attempt may have reached the external system.
    case retry(after: Duration, failure: String, isUnknown: Bool)
    /// The attempts are spent. `isUnknown`: the last attempt may have reached the external system.
    case buried(reason: String, isUnknown: Bool)
    /// Given back at once, due as it was; the attempt stays counted, and may have reached the external system.
    case released
  }

  /// The right by which it is settled.
  public let lease: Lease
  /// What came of it.
  public let outcome: Outcome

  /// A settlement.
  ///
  /// - Parameters:
  ///   - lease: The right by which it is settled.
  ///   - outcome: What came of it.
  public init(lease: Lease, outcome: Outcome) {
    self.lease = lease
    self.outcome = outcome
  }
}

/// Whether a settlement was written.
public enum SettleAnswer: Sendable, Hashable {
  /// It was.
  case settled
  /// It was before, under the same fence: a repeat after a lost answer.
  case alreadySettled
  /// Another worker holds the message, or settled it; nothing changed.
  case lostLease
}
