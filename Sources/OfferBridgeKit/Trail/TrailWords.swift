/// The ledger's step that changed something.
public enum TrailCause: UInt8, Sendable, Hashable, CaseIterable, CustomStringConvertible {
  /// A plan was written.
  case commit
  /// Messages were handed out.
  case claim
  /// An attempt was settled.
  case settle
  /// An operator had a message tried again.
  case redrive
  /// An external system reported something.
  case reconcile
  /// An issued offer was closed.
  case close
  /// A saved ledger was restored: nobody holds what was leased any more.
  case restore
  /// A customer was forgotten.
  case forget
  /// Two customers were made one.
  case merge

  /// The word that is written: "commit".
  public var description: String {
    switch self {
    case .commit: "commit"
    case .claim: "claim"
    case .settle: "settle"
    case .redrive: "redrive"
    case .reconcile: "reconcile"
    case .close: "close"
    case .restore: "restore"
    case .forget: "forget"
    case .merge: "merge"
    }
  }
}

/// What kind of thing changed.
public enum TrailSubject: UInt8, Sendable, Hashable, CaseIterable, CustomStringConvertible {
  /// An issued offer: `issued`, then `expired` or `revoked` by us.
  case offer
  /// Its end in the external system: `live`, and `expired`, `revoked` or `reversed`.
  case end
  /// What its issuance took from limits: `held`, `overLimit` or `givenBack`.
  case limitUses
  /// A replica, where it changed without a message: `notSent` for another reason, or `accepted` by a proof.
  case replica
  /// A message: `waiting`, `leased` and its ends. With it, its replica.
  case message
  /// What an external system reported: `applied`, `discrepant` or `parked`.
  case event
  /// A step of a journey that stands nowhere else: an event that was `raised`, or what a limit `refused`.
  case step
  /// A customer who was `forgotten`, and nothing tells who; or into whom another was `merged`.
  case customer

  /// The word that is written: "offer".
  public var description: String {
    switch self {
    case .offer: "offer"
    case .end: "end"
    case .limitUses: "limitUses"
    case .replica: "replica"
    case .message: "message"
    case .event: "event"
    case .step: "step"
    case .customer: "customer"
    }
  }
}

/// Where a thing stands, as the trail tells it: the states' names without what else is known of them.
public enum TrailState: UInt8, Sendable, Hashable, CaseIterable, CustomStringConvertible {
  /// An offer that was issued.
  case issued
  /// An offer whose time is over.
  case expired
  /// An offer that was taken back.
  case revoked
  /// An offer that a reversal ended.
  case reversed
  /// An offer that the external system has not ended.
  case live
  /// Limit uses that count.
  case held
  /// Limit uses that do not count.
  case givenBack
  /// An event that was raised.
  case raised
  /// What a limit refused.
  case refused
  /// A message that may be tried.
  case waiting
  /// A message that a worker holds.
  case leased
  /// A message or replica that the external system has.
  case accepted
  /// A message or replica that the external system refused.
  case rejected
  /// A message whose attempts were spent.
  case buried
  /// A message whose issued offer was closed first.
  case withdrawn
  /// A replica about which nothing was sent.
  case notSent
  /// A replica whose message is open.
  case pending
  /// A replica that may be there or not.
  case unknown
  /// A replica that was taken out again.
  case recalled
  /// An event that fits.
  case applied
  /// An event that counts, though something about it is not as it should be.
  case discrepant
  /// An event that waits for its other half.
  case parked
  /// A customer of whom nothing personal is left.
  case forgotten
  /// Limit uses that count, and for which there was no room: their limits honour what comes beyond them.
  case overLimit
  /// A customer into whom another was merged.
  case merged

  /// The word that is written: "notSent".
  public var description: String {
    switch self {
    case .issued: "issued"
    case .expired: "expired"
    case .revoked: "revoked"
    case .reversed: "reversed"
    case .live: "live"
    case .held: "held"
    case .givenBack: "givenBack"
    case .raised: "raised"
    case .refused: "refused"
    case .waiting: "waiting"
    case .leased: "leased"
    case .accepted: "accepted"
    case .rejected: "rejected"
    case .buried: "buried"
    case .withdrawn: "withdrawn"
    case .notSent: "notSent"
    case .pending: "pending"
    case .unknown: "unknown"
    case .recalled: "recalled"
    case .applied: "applied"
    case .discrepant: "discrepant"
    case .parked: "parked"
    case .forgotten: "forgotten"
    case .overLimit: "overLimit"
    case .merged: "merged"
    }
  }
}

extension TrailState {
  /// The word of a replica's state.
  ///
  /// - Parameter state: The state.
  public init(_ state: Replica.State) {
    switch state {
    case .notSent: self = .notSent
    case .pending: self = .pending
    case .accepted: self = .accepted
    case .rejected: self = .rejected
    case .unknown: self = .unknown
    case .recalled: self = .recalled
    }
  }

  init(_ state: MessageRow.State) {
    switch state {
    case .waiting: self = .waiting
    case .leased: self = .leased
    case .accepted, .confirmed: self = .accepted
    case .rejected: self = .rejected
    case .buried: self = .buried
    case .withdrawn: self = .withdrawn
    }
  }

  /// The word of a match; a repeat or a conflict has none.
  ///
  /// - Parameter match: How an event stands.
  public init?(_ match: RedemptionMatch) {
    switch match {
    case .applied: self = .applied
    case .discrepant: self = .discrepant
    case .parked: self = .parked
    case .duplicate, .conflict: return nil
    }
  }

  /// The word of a closure.
  ///
  /// - Parameter kind: How it was closed.
  public init(_ kind: OfferClosure.Kind) {
    switch kind {
    case .expired: self = .expired
    case .revoked: self = .revoked
    }
  }

  /// The word of an end that the external system told, or a reversal made.
  ///
  /// - Parameter kind: How it ended.
  public init(_ kind: OfferEnd.Kind) {
    switch kind {
    case .revoked: self = .revoked
    case .expired: self = .expired
    case .reversed: self = .reversed
    }
  }
}

extension WithheldReason {
  /// The reason's word, without the texts: what stands in the trail's chain for good.
  ///
  /// For whoever writes an ``OfferLedger``: an entry's `why` of a replica that is withheld.
  public var word: String {
    switch self {
    case .notHeard: "notHeard"
    case .notMet: "notMet"
    case .notEvaluable: "notEvaluable"
    case .heldOut: "heldOut"
    case .heldOutBy: "heldOutBy"
    case .notRunning: "notRunning"
    case .missingDataPoint: "missingDataPoint"
    case .limitReached: "limitReached"
    case .chainTooDeep: "chainTooDeep"
    case .outranked: "outranked"
    case .offerClosed: "offerClosed"
    case .limitUnmeasurable: "limitUnmeasurable"
    }
  }
}
