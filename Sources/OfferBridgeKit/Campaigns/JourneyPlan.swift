public import Foundation

/// What one action or host event would do, decided on values and not yet written.
///
/// A forest in one array: issuances, the events they raise, the messages that
/// further campaigns send, and why they send none. A ledger commits it in one
/// atomic step, node by node in order:
///
/// - a node is written only if its parent stands, now or by an earlier commit;
/// - a node that a limit refuses is not written, nor is anything beneath it;
///   its siblings are as they would be without it. A limit whose policy is
///   `honourAndFlag` refuses messages alone: an issuance is written beyond it;
/// - of the nodes of one choice, asked in their order, the first that is
///   written, now or by an earlier commit, is taken; those behind it are
///   outranked, also one that an earlier commit wrote. A withheld step that is
///   written takes its choice too;
/// - a node whose key the trigger has written already is a replay, and is left
///   as it is.
///
/// Of what holds of one node, the first in the order of ``NodeAnswer``'s cases
/// is its answer.
public struct JourneyPlan: Sendable, Hashable, Codable {
  /// The tenant.
  public let tenant: TenantID
  /// What the journey begins with.
  public let trigger: TriggerRecord
  /// The ledger's time of the snapshot that it was planned on; every moment in it is that one.
  ///
  /// One that lies in the ledger's future is no fault: the plan is not too old.
  public let plannedAt: Date
  /// The id that the customer went by, where that was another than the trigger's; another one at the commit makes the
  /// plan stale.
  public let survivor: CustomerID?
  /// The trigger's version that the snapshot saw; another one at the commit makes the plan stale.
  public let triggerVersion: Int
  /// The nodes; a parent stands before its children.
  public let nodes: [PlanNode]

  package init(
    tenant: TenantID,
    trigger: TriggerRecord,
    plannedAt: Date,
    triggerVersion: Int,
    survivor: CustomerID? = nil,
    nodes: [PlanNode]
  ) {
    self.tenant = tenant
    self.survivor = survivor
    self.trigger = trigger
    self.plannedAt = plannedAt
    self.triggerVersion = triggerVersion
    self.nodes = nodes
  }

  /// How old a plan may be at its commit: 60 seconds of the ledger's time, and not a millisecond more.
  public static let longestAge = Duration.seconds(60)
}

/// The action or host event that a journey begins with, as the ledger remembers it.
public struct TriggerRecord: Sendable, Hashable, Codable {
  /// Its name in the ledger.
  public let id: TriggerID
  /// Whose it is, by the id that it was reported under: all keys of its journey are derived from that one.
  public let customer: CustomerID
  /// A digest of kind, name, id, customer, moment and attributes: another one under the same id is a conflict.
  public let fingerprint: DerivedKey

  /// A record.
  ///
  /// - Parameters:
  ///   - id: Its name in the ledger.
  ///   - customer: Whose it is.
  ///   - fingerprint: The digest of its content.
  public init(id: TriggerID, customer: CustomerID, fingerprint: DerivedKey) {
    self.id = id
    self.customer = customer
    self.fingerprint = fingerprint
  }
}

/// One step of a plan.
public struct PlanNode: Sendable, Hashable, Codable {
  /// What a step writes.
  public enum Content: Sendable, Hashable, Codable {
    /// An offer is issued.
    case issuance(IssuedOffer)
    /// An event is raised on the customer's profile.
    case event(name: String)
    /// A message is committed.
    case message(OfferMessage)
    /// Nothing is sent about the issued offer through the provider, and why; it replaces an earlier reason and
    /// nothing else.
    case withheld(IssuedOffer.ID, ProviderID, WithheldReason)
  }

  /// Its derived key: the id of what is issued, the key of a message; of a withheld step, of no account.
  public var key: DerivedKey { step.value.key }
  /// The index of its parent, or `nil` for a root.
  public var parent: Int? { step.value.parent }
  /// Nodes with the same number are ordered alternatives.
  public var choice: Int? { step.value.choice }
  /// The campaign or observer whose step it is, or `nil` for an offer's own event.
  public var campaign: CampaignID? { step.value.campaign }
  /// What that campaign's rule said, or `nil` for an offer's own event.
  public var rule: RuleFingerprint? { step.value.rule }
  /// What it takes from limits; all or none, each counter once.
  public var limits: [LimitUse] { step.value.limits }
  /// What it writes.
  public var content: Content { step.value.content }

  var isIssuance: Bool { if case .issuance = content { true } else { false } }

  // A node passes through draft, plan, ledger and decisions, and is some 180 bytes.
  private let step: Shared<Step>

  private struct Step: Sendable, Hashable, Codable {
    let key: DerivedKey
    let parent: Int?
    let choice: Int?
    let campaign: CampaignID?
    let rule: RuleFingerprint?
    let limits: [LimitUse]
    let content: Content
  }

  package init(
    key: DerivedKey,
    parent: Int? = nil,
    choice: Int? = nil,
    campaign: CampaignID? = nil,
    rule: RuleFingerprint? = nil,
    limits: [LimitUse] = [],
    content: Content
  ) {
    step = Shared(
      Step(
        key: key,
        parent: parent,
        choice: choice,
        campaign: campaign,
        rule: rule,
        limits: limits,
        content: content
      )
    )
  }

  /// Reads one object with all of its fields.
  public init(from decoder: any Decoder) throws { step = try Shared(from: decoder) }

  /// Writes one object with all of its fields.
  public func encode(to encoder: any Encoder) throws { try step.encode(to: encoder) }
}

/// What became of a plan: of several that hold, the first in this order.
public enum CommitAnswer: Sendable, Hashable {
  /// Another trigger is known under that id. Nothing was written.
  case conflict
  /// It is too old, or the trigger was decided further since, or its customer was merged: read again and plan again.
  /// Nothing was written.
  case stale
  /// It was committed; an answer for each node, in their order.
  case committed([NodeAnswer])
}

/// What became of one node: of several that hold, the first in this order.
///
/// A withheld step has no other answers than `parentNotWritten`, `outranked`
/// and `written`: it has no key, takes no limits and is written anew each time.
public enum NodeAnswer: Sendable, Hashable {
  /// Its parent does not stand.
  case parentNotWritten
  /// An earlier alternative, at that index, was taken.
  ///
  /// Of a message, the replica that it would have brought is withheld as outranked, for this reason and no other: its
  /// reason names the message's own campaign.
  case outranked(by: Int)
  /// It was there already.
  case replayed
  /// It is a message about an issued offer that is closed; its replica is withheld for that. Nothing is remembered.
  case offerClosed(OfferClosure)
  /// A limit refuses it now, the first of its limits that does; of a message, the replica is withheld for that, and
  /// the reason names the message's own campaign.
  ///
  /// Or one did so at a commit that is remembered: that goes before ``offerClosed(_:)``, and withholds nothing anew.
  case refused(CampaignLimit)
  /// It was written, an issuance, though limits had no room for it that honour what comes beyond them: which, in the
  /// node's order, and by how much. The issued offer says the same, as ``IssuedOffer/overLimits``.
  case writtenOver([LimitExcess])
  /// It was written. A message may be about an issued offer that the ledger does not have.
  case written

  /// Whether what the node says is in the ledger.
  public var stands: Bool {
    switch self {
    case .written, .writtenOver, .replayed: true
    case .refused, .parentNotWritten, .outranked, .offerClosed: false
    }
  }
}

/// A node of a trigger that was decided before.
public struct DecidedNode: Sendable, Hashable, Codable {
  /// What was decided.
  public enum Outcome: Sendable, Hashable, Codable {
    /// The offer was issued; as it is now.
    case issued(IssuedOffer)
    /// The event of that name was raised.
    case raised(String)
    /// The message was committed.
    case queued(ProviderID)
    /// A limit refused it.
    case refused(CampaignLimit)
  }

  /// Its key.
  public let key: DerivedKey
  /// Its parent's key, or `nil` for a root.
  public let parent: DerivedKey?
  /// The campaign or observer whose step it was.
  public let campaign: CampaignID?
  /// What was decided.
  public let outcome: Outcome

  /// A node.
  ///
  /// - Parameters:
  ///   - key: Its key.
  ///   - parent: Its parent's key.
  ///   - campaign: The campaign or observer whose step it was.
  ///   - outcome: What was decided.
  public init(key: DerivedKey, parent: DerivedKey?, campaign: CampaignID?, outcome: Outcome) {
    self.key = key
    self.parent = parent
    self.campaign = campaign
    self.outcome = outcome
  }

  /// Whether it was written, and not refused.
  public var isWritten: Bool {
    if case .refused = outcome { false } else { true }
  }
}
