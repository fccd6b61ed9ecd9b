/// How often an offer was issued to the customer: `history.issues(of: "ten-off", inLast: .days(30))`.
public struct HistoryIssues<Customer: Sendable>: RuleOperand {
  let offer: OfferID
  let period: HistoryPeriod

  /// The count; never missing.
  public func fact(in context: RuleContext<Customer>) -> Int? {
    let window = period.window(at: context.now, zone: context.zone)
    return context.history.issuedOffers.count { $0.offer == offer && window.contains($0.issuedAt) }
  }

  /// Such as "issues of ten-off in the last 30 days".
  public var name: String { "issues of \(offer) \(period.inWords)" }

  /// The issues of the offer.
  public var needs: [RuleNeed] { [.issuedOffers(offer)] }
}

/// How often the customer redeemed an offer: `history.redemptions(of: "ten-off")`.
public struct HistoryRedemptions<Customer: Sendable>: RuleOperand {
  let offer: OfferID

  /// The count, reversed redemptions left out; never missing.
  public func fact(in context: RuleContext<Customer>) -> Int? {
    context.history.issuedOffers.reduce(0) { $0 + ($1.offer == offer ? $1.redeemed.count : 0) }
  }

  /// Such as "redemptions of ten-off".
  public var name: String { "redemptions of \(offer)" }

  /// The issues of the offer, with their redemptions.
  public var needs: [RuleNeed] { [.issuedOffers(offer)] }
}

extension HistoryIssues: LibraryOperand {
  package var cost: RuleCost { .scan }
}

extension HistoryRedemptions: LibraryOperand {
  package var cost: RuleCost { .scan }
}
