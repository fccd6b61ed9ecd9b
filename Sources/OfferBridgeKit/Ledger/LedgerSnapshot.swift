public import Foundation

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
  /// The customer's issued offers of the roots that were asked for, in the order of their commits.
  public let issuedOffers: [IssuedOffer]
  /// What the ledger remembers of the trigger, or `nil` when it is new.
  public let trigger: TriggerRecord?
  /// How many commits changed what is remembered of the trigger; 0 when it is new.
  ///
  /// The first is one, even if it wrote no node; of the others those that wrote or refused a node that was not there.
  /// A withheld step is no node here.
  public let triggerVersion: Int
  /// The trigger's nodes that were written or refused, in the order of their commits; lapsed refusals left out.
  public let decided: [DecidedNode]
  /// The customer's ids where several customers were made one, or `nil` where that was not so.
  ///
  /// What was issued under any of them is among ``issuedOffers``.
  public let identity: CustomerIdentity?

  /// A snapshot.
  ///
  /// - Parameters:
  ///   - now: The ledger's time.
  ///   - issuedOffers: The customer's issued offers of the roots that were asked for.
  ///   - trigger: What is remembered of the trigger.
  ///   - triggerVersion: How many commits changed what is remembered of the trigger.
  ///   - decided: The trigger's nodes.
  ///   - identity: The customer's ids; `nil`, the default, where nobody was merged.
  public init(
    now: Date,
    issuedOffers: [IssuedOffer],
    trigger: TriggerRecord?,
    triggerVersion: Int,
    decided: [DecidedNode],
    identity: CustomerIdentity? = nil
  ) {
    self.now = now
    self.issuedOffers = issuedOffers
    self.trigger = trigger
    self.triggerVersion = triggerVersion
    self.decided = decided
    self.identity = identity
  }
}
