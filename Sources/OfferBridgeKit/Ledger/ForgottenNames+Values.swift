// What is left of values once their customer is forgotten.

extension WithheldReason {
  /// The reason without what was required: that tells how a customer was.
  var forgotten: WithheldReason {
    switch self {
    case .notMet(let campaign, _): .notMet(campaign, [])
    case .notEvaluable(let campaign, _): .notEvaluable(campaign, [])
    case .notHeard, .heldOut, .heldOutBy, .notRunning, .missingDataPoint, .limitReached, .chainTooDeep,
      .outranked,
      .offerClosed, .limitUnmeasurable:
      self
    }
  }
}

extension Replica.State {
  /// Whether the external system has it, or may have it, whatever is under way.
  var isLeftBehind: Bool {
    switch self {
    case .accepted, .unknown: true
    case .notSent, .pending, .rejected, .recalled: false
    }
  }

  func forgotten(at provider: ProviderID, _ names: inout ForgottenNames) -> Replica.State {
    switch self {
    case .notSent(let reason): .notSent(reason.forgotten)
    case .accepted(let reference?):
      .accepted(names.reference(ReferenceKey(provider: provider, reference: reference)))
    case .rejected: .rejected(reason: "")
    case .pending, .accepted(nil), .unknown, .recalled: self
    }
  }
}

extension OfferClosure {
  var forgotten: OfferClosure {
    OfferClosure(kind: kind, reason: "", closedAt: closedAt, limitUses: limitUses)
  }
}

extension RedriveRecord {
  var forgotten: RedriveRecord {
    let ended: MessageState =
      switch state {
      case .rejected: .rejected(reason: "")
      case .buried: .buried(reason: "")
      case .waiting, .leased, .accepted, .withdrawn: state
      }
    return RedriveRecord(redrivenAt: redrivenAt, mode: mode, reason: "", attempts: attempts, state: ended)
  }
}

extension TrailDetail {
  /// The detail without what is personal; what stands in the chain stays.
  func forgotten(as tombstone: CustomerID, trigger: (TriggerID) -> TriggerID) -> TrailDetail {
    switch self {
    case .reason: .reason("")
    case .match: self
    case .withheld(let withheld):
      .withheld(
        Shared(
          .init(
            reason: withheld.value.reason.forgotten,
            campaign: withheld.value.campaign,
            rule: withheld.value.rule
          )
        )
      )
    case .refused(let refused):
      .refused(
        Shared(
          .init(
            trigger: trigger(refused.value.trigger),
            customer: tombstone,
            key: refused.value.key,
            campaign: refused.value.campaign,
            rule: refused.value.rule,
            limit: refused.value.limit
          )
        )
      )
    }
  }
}

extension ExternalEvent {
  /// The report without who redeemed and in which transaction, or `nil` where it tells neither: of an offer whose
  /// customer was forgotten before it came in.
  public var withoutPerson: ExternalEvent? {
    guard case .redemption(let reference, let amount, let details?) = content,
      details.customer != nil || details.transaction != nil
    else { return nil }
    let rest = RedemptionDetails(customer: nil, lines: details.lines)
    return saying(.redemption(reference, amount: amount, rest))
  }

  func saying(_ content: Content) -> ExternalEvent { ExternalEvent(id: id, content: content, time: time) }

  /// Who redeemed, where that is told.
  var redeemer: CustomerID? {
    if case .redemption(_, _, let details?) = content { details.customer } else { nil }
  }

  /// What it says without the customer's names, or `nil` where it has none.
  func forgotten(_ names: inout ForgottenNames) -> Content? {
    switch content {
    case .redemption(let reference, let amount, let details):
      let other = details?.customer.flatMap { names.customers.contains($0) ? nil : $0 }
      let rest = RedemptionDetails(customer: other, lines: details?.lines ?? [])
      return .redemption(reference.forgotten(&names, at: id.source), amount: amount, rest)
    case .notice(let kind, let reference):
      return .notice(kind, of: reference.forgotten(&names, at: id.source))
    case .reversal: return nil
    }
  }

  /// What a report of another customer's offer says with another name for who redeemed, or `nil` where it was not them.
  func withoutRedeemer(_ customers: Set<CustomerID>, but other: CustomerID?) -> Content? {
    guard let redeemer, customers.contains(redeemer),
      case .redemption(let reference, let amount, let details?) = content
    else {
      return nil
    }
    let rest = RedemptionDetails(customer: other, lines: details.lines, transaction: details.transaction)
    return .redemption(reference, amount: amount, rest)
  }
}

extension RedemptionReference {
  fileprivate func forgotten(_ names: inout ForgottenNames, at source: ProviderID) -> RedemptionReference {
    switch self {
    case .issuedOffer: self
    case .replica(let reference):
      .replica(names.reference(ReferenceKey(provider: source, reference: reference)))
    case .customer(let id, let replica):
      .customer(names.customers.contains(id) ? names.tombstone : id, replica: replica)
    }
  }
}
