/// What one campaign or observer decided on one thing that it heard, and why.
public struct CampaignDecision: Sendable, CustomStringConvertible {
  /// What was decided.
  public enum Outcome: Sendable, Hashable {
    /// An offer is issued, as the plan had it; what waited for it is folded by the ledger and read back there.
    case issued(IssuedOffer)
    /// A message is committed, to be delivered through the provider.
    case queued(DerivedKey, through: ProviderID)
    /// An event was raised.
    case raised(String)
    /// The rule is met, but a limit is reached.
    case limitReached(CampaignLimit)
    /// The rule is met, but the offer has no face value in the currency of the campaign's limit any more.
    case limitUnmeasurable(CampaignLimit)
    /// The rule is met, but the issued offer that the message would be about is closed.
    case offerClosed(OfferClosure)
    /// The rule is met, but the customer is in that control group, or in the campaign's own ``Holdout`` where there
    /// is none.
    case heldOut(by: ControlGroupID?)
    /// The rule is met, but the catalog has no such offer any more.
    case offerUnknown(OfferID)
    /// The rule is met, but the offer's pool has no code left. It is asked again when the trigger is reported again.
    case codesExhausted(CodePoolID)
    /// The rule is met, but the offer now takes its codes from a pool that the bridge does not have.
    case codePoolUnknown(CodePoolID)
    /// The rule is met, but a required data point of the message has no value.
    case missingDataPoint(String)
    /// The rule is met, but another campaign of the exclusive group came first.
    case outranked(by: CampaignID)
    /// The rule is met, but the journey has this very step already.
    case alreadyPlanned
    /// The rule is met, but what the step depends on was not written.
    case parentNotWritten
    /// More events follow one another than the bridge allows; the campaign was not asked.
    case chainTooDeep(limit: Int)
    /// Another action or event is known under the same id; no campaign was asked.
    case conflict
    /// The rule is not met.
    case notMet
    /// The rule cannot say, for want of a fact.
    case notEvaluable
    /// The campaign does not run at this time; its rule was not asked.
    case notRunning

    /// Whether something stands because of it.
    public var isActed: Bool {
      switch self {
      case .issued, .queued, .raised: true
      default: false
      }
    }

    /// Whether it is among a call's decisions without being asked for: acted, or stopped after its rule was met.
    var isNotable: Bool {
      switch self {
      // Where a parent was refused, its own decision says so; what hangs on it is only asked for by name.
      case .notMet, .notEvaluable, .notRunning, .parentNotWritten: false
      default: true
      }
    }
  }

  /// The campaign or observer.
  public let campaign: CampaignID
  /// What it heard: "app_opened".
  public let heard: String
  /// What was decided.
  public let outcome: Outcome
  /// Whether an earlier delivery of the same action or event decided it.
  public let isReplay: Bool
  private let explain: @Sendable () -> RuleExplanation
  private let explainMessage: @Sendable () -> MessageExplanation?
  private let explainGroup: @Sendable () -> GroupExplanation?
  private let explainOffer: @Sendable () -> OfferExplanation?

  init(
    campaign: CampaignID,
    heard: String,
    outcome: Outcome,
    isReplay: Bool,
    explain: @escaping @Sendable () -> RuleExplanation,
    explainMessage: @escaping @Sendable () -> MessageExplanation? = { nil },
    explainGroup: @escaping @Sendable () -> GroupExplanation? = { nil },
    explainOffer: @escaping @Sendable () -> OfferExplanation? = { nil }
  ) {
    self.campaign = campaign
    self.heard = heard
    self.outcome = outcome
    self.isReplay = isReplay
    self.explain = explain
    self.explainMessage = explainMessage
    self.explainGroup = explainGroup
    self.explainOffer = explainOffer
  }

  /// Every clause of the campaign's rule, with what was required and what was seen.
  ///
  /// Made when it is read, on the facts that the decision was made on. It holds customer data.
  public var explanation: RuleExplanation { explain() }

  /// Which variant the campaign sends this customer and why, and in which languages.
  ///
  /// Made when it is read, on the facts that the decision was made on; where nothing is sent, what would have been.
  /// `nil` when the campaign sends no messages, or an earlier delivery of the trigger decided it: the message then
  /// says it itself, as ``OfferMessage/variant`` and ``OfferMessage/languages``.
  public var messageExplanation: MessageExplanation? { isReplay ? nil : explainMessage() }

  /// How the campaign's exclusive group came to its winner: who won over whom, and why.
  ///
  /// Made when it is read. `nil` for a campaign in no group, and for one that heard nothing of it, as the bridge has it no
  /// more.
  public var groupExplanation: GroupExplanation? { explainGroup() }

  /// Which of several offers the campaign issues this customer by weight, and what it was chosen from.
  ///
  /// Where nothing is issued, what would have been. `nil` when the campaign has no choice, or an earlier delivery of the
  /// trigger decided it: which offer it was is the issued offer's own.
  public var offerExplanation: OfferExplanation? { isReplay ? nil : explainOffer() }

  /// The issued offer, where one was issued.
  public var issuedOffer: IssuedOffer? {
    if case .issued(let offer) = outcome { offer } else { nil }
  }

  /// The limits beyond which the offer was issued, and by how much; empty where none was reached.
  public var overLimits: [LimitExcess] { issuedOffer?.overLimits ?? [] }

  /// Such as "app-open-reward on app_opened: issued ten-off".
  public var description: String {
    "\(campaign) on \(heard): \(outcome)\(isReplay ? " (decided before)" : "")"
  }
}

extension CampaignDecision.Outcome: CustomStringConvertible {
  /// What was decided, in a few words.
  public var description: String {
    switch self {
    case .issued(let offer):
      (["issued \(offer.offer)"] + offer.overLimits.map { "\($0)" }).joined(separator: "; ")
    case .queued(_, let provider): "message through \(provider)"
    case .raised(let event): "raised \(event)"
    case .limitReached(let limit): "limit reached (\(limit))"
    case .limitUnmeasurable(let limit): "no amount in the currency of the limit (\(limit))"
    case .offerClosed(let closure): "the issued offer is closed (\(closure.kind.rawValue))"
    case .heldOut(let group): group.map { "held out by the control group \($0)" } ?? "held out"
    case .offerUnknown(let offer): "no offer \(offer) in the catalog"
    case .codesExhausted(let pool): "no code left in \(pool)"
    case .codePoolUnknown(let pool): "no code pool \(pool)"
    case .missingDataPoint(let name): "no value for the data point \(name)"
    case .outranked(let campaign): "\(campaign) came first"
    case .alreadyPlanned: "already part of this journey"
    case .parentNotWritten: "what it depends on was not written"
    case .chainTooDeep(let limit): "more than \(limit) events in a row"
    case .conflict: "another trigger is known under this id"
    case .notMet: "not met"
    case .notEvaluable: "not evaluable"
    case .notRunning: "not running"
    }
  }
}

/// What one action or event led to.
///
/// As a collection, the decisions that acted, or were stopped after their
/// rule was met, in the order of the journey. The others are made when they
/// are asked for: by a campaign's name, or with ``considered``.
public struct Decisions: Sendable, RandomAccessCollection {
  // Positions: a decision is made when somebody looks at it, its explanation's closure with it.
  private let notable: [Int32]
  private let consideredCount: Int
  private let make: @Sendable (Int) -> CampaignDecision
  private let campaignAt: @Sendable (Int) -> CampaignID

  init(
    notable: [Int32],
    count: Int,
    campaignAt: @escaping @Sendable (Int) -> CampaignID,
    make: @escaping @Sendable (Int) -> CampaignDecision
  ) {
    self.notable = notable
    self.consideredCount = count
    self.campaignAt = campaignAt
    self.make = make
  }

  /// 0.
  public var startIndex: Int { 0 }
  /// How many there are.
  public var endIndex: Int { notable.count }
  /// One of them.
  public subscript(position: Int) -> CampaignDecision { make(Int(notable[position])) }

  /// The campaign's first decision of the journey, or `nil` when it heard nothing.
  public subscript(_ campaign: CampaignID) -> CampaignDecision? {
    (0..<consideredCount).first { campaignAt($0) == campaign }.map(make)
  }

  /// Every decision of every campaign that heard something, in the order of the journey.
  public var considered: [CampaignDecision] { (0..<consideredCount).map(make) }

  /// The offers that stand because of it, in the order of the journey.
  public var issuedOffers: [IssuedOffer] { compactMap(\.issuedOffer) }
}

extension Decisions {
  /// Whether nobody heard anything.
  var isNone: Bool { consideredCount == 0 }

  /// Nobody heard anything.
  static let none = Decisions(
    notable: [],
    count: 0,
    campaignAt: { _ in "" },
    make: { _ in preconditionFailure("there is no decision") }
  )
}
