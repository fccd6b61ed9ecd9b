public import Foundation

/// An offer that was issued to one customer: ours, whatever becomes of its replicas.
///
/// It says why it exists (which campaign, on which trigger), where each
/// replica stands, and what the external systems reported of its redemption.
public struct IssuedOffer: Sendable, Hashable, Codable, Identifiable {
  /// Derived from tenant, campaign, customer, root trigger and offer, so that a repeat is the same one.
  public typealias ID = DerivedKey

  /// Its derived id.
  public var id: ID { facts.value.id }
  /// Which offer.
  public var offer: OfferID { terms.value.offer }
  /// Which revision of it.
  public var revision: Int { terms.value.revision }
  /// To whom.
  public var customer: CustomerID { facts.value.customer }
  /// The campaign that issued it.
  public var campaign: CampaignID { terms.value.campaign }
  /// The action or host event that the journey began with.
  public var trigger: TriggerID { facts.value.trigger }
  /// What the campaign's rule said when it was issued, or `nil` where that is not known.
  public var rule: RuleFingerprint? { terms.value.rule }
  /// What the campaign heard: the trigger's own name, or that of an event further down the journey.
  public var heard: String { terms.value.heard }
  /// The ledger's time of the decision.
  public var issuedAt: Date { facts.value.issuedAt }
  /// The first moment at which it is over, or `nil`.
  public var expiresAt: Date? { facts.value.expiresAt }
  /// The event that says that its end is near, or `nil`.
  public var warning: ExpiryWarning? { terms.value.warning }
  /// The first moment at which its end is near, or `nil`; no sooner than its issuance.
  public var warnsAt: Date? {
    guard let warning, let expiresAt else { return nil }
    let moment = expiresAt.milliseconds.subtractingClamped(warning.lead.milliseconds)
    return Date(milliseconds: max(moment, issuedAt.milliseconds))
  }
  /// What becomes of its replicas when its time is over.
  public var onExpiry: ExpiryPolicy { terms.value.onExpiry ?? .lapses }
  /// How often it may be redeemed.
  public var redeemable: RedemptionLimit { terms.value.redeemable }
  /// What it is worth in all, or `nil` where that is unknown.
  public var faceValue: Money? { terms.value.faceValue }
  /// What becomes of it when its redemptions are all wholly reversed.
  public var reversal: ReversalPolicy { terms.value.reversal ?? .reopens }
  /// Its unique code, or `nil` when the offer has none.
  public var code: OfferCode? { issuedCode?.code }
  /// The pool that its code is from, or `nil` when the offer has none.
  public var codePool: CodePoolID? { issuedCode?.pool }
  /// Its replicas, in the order of their providers' names.
  public var replicas: [Replica] {
    get { terms.value.places.indices.map(replica) }
    set {
      let places = newValue.map(Replica.Place.init)
      if places != terms.value.places { terms = Shared(terms.value.with(places)) }
      states = Few(newValue.map(\.state))
    }
  }
  /// What was redeemed of it so far.
  public var redeemed: RedemptionTally {
    get { course?.value.redeemed ?? .none }
    set { course = Course.shared(newValue, closure, course?.value.ended, overLimits) }
  }
  /// The end that we put to it, or `nil`.
  public var closure: OfferClosure? {
    get { course?.value.closure }
    set { course = Course.shared(redeemed, newValue, course?.value.ended, overLimits) }
  }
  /// The end that the external system put to it, as its events say now, or `nil` when it is live there.
  public var ended: OfferEnd? {
    get { course?.value.ended?.value }
    set { course = Course.shared(redeemed, closure, newValue.map { Shared($0) }, overLimits) }
  }

  /// The limits above which its issuance stood, in the order of its campaign's, and by how much; empty for most.
  ///
  /// As it was in the commit: it stays, whatever is given back later. A ledger writes it, from limits whose policy is
  /// ``CampaignLimit/OverLimitPolicy/honourAndFlag``.
  public var overLimits: [LimitExcess] {
    get { course?.value.overLimits ?? [] }
    set { course = Course.shared(redeemed, closure, course?.value.ended, newValue) }
  }

  /// Whether what its issuance took from limits is used: neither a closing gave it back, nor did a reversal end it.
  public var holdsLimitUses: Bool {
    guard let course = course?.value else { return true }
    return course.closure?.limitUses != .givenBack && course.ended?.value.kind != .reversed
  }

  var issuedCode: IssuedCode? { facts.value.code?.value }

  var isClosed: Bool { course?.value.closure != nil }
  var isEnded: Bool { course?.value.ended != nil }

  /// Puts down what its events came to.
  mutating func stand(_ redeemed: RedemptionTally, _ ended: OfferEnd?) {
    course = Course.shared(redeemed, closure, ended.map { Shared($0) }, overLimits)
  }

  // Behind a pointer that is `nil` at first: most of what is issued is never redeemed, and fewer are closed.
  private var course: Shared<Course>?
  // Of its replicas what is its own; which they are stands in the terms.
  private var states: Few<Replica.State>
  // What never changes, shared by all copies.
  private var facts: Shared<Facts>
  /// What all issues of one campaign and revision have in common; a ledger keeps it once for them all.
  var terms: Shared<Terms>

  private struct Facts: Sendable, Hashable, Codable {
    let id: ID
    let customer: CustomerID
    let trigger: TriggerID
    let issuedAt: Date
    let expiresAt: Date?
    // Behind a pointer, for few have one.
    let code: Shared<IssuedCode>?
  }

  /// What became of it since it was issued.
  private struct Course: Sendable, Hashable {
    let redeemed: RedemptionTally
    let closure: OfferClosure?
    // Behind a pointer of its own: of what is redeemed little is ended.
    let ended: Shared<OfferEnd>?
    let overLimits: [LimitExcess]

    static func shared(
      _ redeemed: RedemptionTally,
      _ closure: OfferClosure?,
      _ ended: Shared<OfferEnd>?,
      _ overLimits: [LimitExcess]
    ) -> Shared<Course>? {
      redeemed == .none && closure == nil && ended == nil && overLimits.isEmpty
        ? nil : Shared(Course(redeemed: redeemed, closure: closure, ended: ended, overLimits: overLimits))
    }
  }

  struct Terms: Internable, Codable {
    let offer: OfferID
    let revision: Int
    let campaign: CampaignID
    let heard: String
    let redeemable: RedemptionLimit
    let faceValue: Money?
    /// `nil` for the one that is usual, so that it is not written with each.
    let reversal: ReversalPolicy?
    let rule: RuleFingerprint?
    let warning: ExpiryWarning?
    /// `nil` for the one that is usual, too.
    let onExpiry: ExpiryPolicy?
    /// The replicas that each has.
    // Encoded with the replicas' states, and not here.
    private(set) var places: [Replica.Place] = []

    private enum CodingKeys: CodingKey {
      case offer, revision, campaign, heard, redeemable, faceValue, reversal, rule, warning, onExpiry
    }

    func with(_ places: [Replica.Place]) -> Terms {
      var terms = self
      terms.places = places
      return terms
    }

    func isWritten(like other: Terms) -> Bool {
      heard.utf8.elementsEqualFast(other.heard.utf8)
        && (warning?.event ?? "").utf8.elementsEqualFast((other.warning?.event ?? "").utf8)
        && (faceValue?.currency ?? "").utf8.elementsEqualFast((other.faceValue?.currency ?? "").utf8)
    }
  }

  package init(
    id: ID,
    offer: OfferID,
    revision: Int,
    customer: CustomerID,
    campaign: CampaignID,
    rule: RuleFingerprint? = nil,
    trigger: TriggerID,
    heard: String,
    issuedAt: Date,
    expiresAt: Date?,
    warning: ExpiryWarning? = nil,
    onExpiry: ExpiryPolicy = .lapses,
    redeemable: RedemptionLimit,
    faceValue: Money?,
    reversal: ReversalPolicy = .reopens,
    code: IssuedCode? = nil,
    replicas: [Replica],
    redeemed: RedemptionTally
  ) {
    facts = Shared(
      Facts(
        id: id,
        customer: customer,
        trigger: trigger,
        issuedAt: issuedAt,
        expiresAt: expiresAt,
        code: code.map { Shared($0) }
      )
    )
    terms = Shared(
      Terms(
        offer: offer,
        revision: revision,
        campaign: campaign,
        heard: heard,
        redeemable: redeemable,
        faceValue: faceValue,
        reversal: reversal == .reopens ? nil : reversal,
        rule: rule,
        warning: warning,
        onExpiry: onExpiry == .lapses ? nil : onExpiry,
        places: replicas.map(Replica.Place.init)
      )
    )
    states = replicas.count == 1 ? .one(replicas[0].state) : Few(replicas.map(\.state))
    course = Course.shared(redeemed, nil, nil, [])
  }

  // Its code stays: it is in a wallet, and nobody else may be given it.
  /// The same, of somebody who was forgotten.
  func forgotten(as customer: CustomerID, trigger: TriggerID) -> IssuedOffer {
    var copy = self
    copy.facts = Shared(
      Facts(
        id: id,
        customer: customer,
        trigger: trigger,
        issuedAt: issuedAt,
        expiresAt: expiresAt,
        code: facts.value.code
      )
    )
    if let closure { copy.closure = closure.forgotten }
    return copy
  }

  /// Where the offer stands by itself, its replicas apart.
  public enum Status: String, Sendable, Hashable, Codable, CaseIterable {
    /// It can be redeemed.
    case issued
    /// It was redeemed as often as it may be.
    case redeemed
    /// Its time is over.
    case expired
    /// It was taken back.
    case revoked
    /// What was redeemed of it was reversed, and that closed it.
    case reversed
  }

  /// Where it stands at a moment.
  ///
  /// - Parameter moment: Usually the ledger's time.
  /// - Returns: `redeemed` wins over the others: what was used up did not lapse, and nothing of it was taken back. The
  ///   end that we put to it goes before the external system's.
  public func status(at moment: Date) -> Status {
    if redeemed.count >= redeemable.count { return .redeemed }
    switch closure?.kind {
    case .revoked: return .revoked
    case .expired: return .expired
    case nil: break
    }
    if let ended, moment >= ended.endedAt {
      switch ended.kind {
      case .revoked: return .revoked
      case .expired: return .expired
      case .reversed: return .reversed
      }
    }
    if let expiresAt, moment >= expiresAt { return .expired }
    return .issued
  }

  /// Whether its end is near at a moment, and it can still be redeemed.
  func isExpiring(at moment: Date) -> Bool {
    guard let warnsAt else { return false }
    return warnsAt <= moment && status(at: moment) == .issued
  }

  /// Whether its time is over at a moment, and its offer asks then for its replicas back.
  func isToBeRecalled(at moment: Date) -> Bool {
    guard onExpiry == .recalls, closure == nil, let expiresAt, expiresAt <= moment else { return false }
    return status(at: moment) == .expired
  }

  /// The replica at a provider, or `nil` when the offer has none there.
  public func replica(at provider: ProviderID) -> Replica? { replicaIndex(at: provider).map(replica) }

  private func replica(_ index: Int) -> Replica { Replica(terms.value.places[index], state: states[index]) }

  /// Where among the replicas that of a provider stands, or `nil`.
  func replicaIndex(at provider: ProviderID) -> Int? {
    terms.value.places.firstIndex { $0.provider == provider }
  }

  var replicaCount: Int { terms.value.places.count }

  func replicaPlace(_ index: Int) -> Replica.Place { terms.value.places[index] }

  /// Where a replica stands, by its place; the others are not touched.
  subscript(replicaState index: Int) -> Replica.State {
    get { states[index] }
    set { states[index] = newValue }
  }

  /// Such as "app-open-reward issued it on app_opened (action a-1)".
  public var why: String {
    "\(campaign) issued it on \(heard) (\(trigger))"
  }
}

/// A unique code, and where it is from.
package struct IssuedCode: Sendable, Hashable, Codable {
  package let code: OfferCode
  package let pool: CodePoolID

  package init(code: OfferCode, pool: CodePoolID) {
    self.code = code
    self.pool = pool
  }
}

extension IssuedOffer {
  private enum CodingKeys: CodingKey {
    case replicas, redeemed, closure, ended, overLimits
  }

  /// Reads one object with all of its fields.
  public init(from decoder: any Decoder) throws {
    facts = try Shared(from: decoder)
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let replicas = try container.decode([Replica].self, forKey: .replicas)
    terms = Shared(try Terms(from: decoder).with(replicas.map(Replica.Place.init)))
    states = Few(replicas.map(\.state))
    course = Course.shared(
      try container.decode(RedemptionTally.self, forKey: .redeemed),
      try container.decodeIfPresent(OfferClosure.self, forKey: .closure),
      try container.decodeIfPresent(Shared<OfferEnd>.self, forKey: .ended),
      try container.decodeIfPresent([LimitExcess].self, forKey: .overLimits) ?? []
    )
  }

  /// Writes one object with all of its fields.
  public func encode(to encoder: any Encoder) throws {
    try facts.encode(to: encoder)
    try terms.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(replicas, forKey: .replicas)
    try container.encode(redeemed, forKey: .redeemed)
    try container.encodeIfPresent(closure, forKey: .closure)
    try container.encodeIfPresent(ended, forKey: .ended)
    // Where there are any, as so few have one.
    if !overLimits.isEmpty { try container.encode(overLimits, forKey: .overLimits) }
  }
}
