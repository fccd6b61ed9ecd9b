import OfferBridgeKit

// What a ledger tells of whoever was forgotten, without the names that it drew by chance.

/// A limit use as it is told: whose it is, or nobody's any more.
struct UseWords: Hashable {
  let limit: CampaignLimit
  let counter: KnownCounter.Name
  let amount: Int64

  init(_ use: LimitUse) {
    self.init(use, of: use.counter.customer.flatMap { $0.isByChance ? nil : $0 })
  }

  /// The use as it stands with an owner; `nil` for one who was forgotten.
  init(_ use: LimitUse, of owner: CustomerID?) {
    limit = use.limit
    counter = .init(use.counter, of: owner ?? CustomerID(ReferenceModel.somebody))
    amount = use.amount
  }
}

extension CustomerID {
  /// Whether a ledger drew it for somebody who was forgotten.
  var isByChance: Bool { rawValue.hasPrefix("\(ReferenceModel.somebody) ") }
}

extension IssuedOffer {
  /// What stays of an issued offer when its customer is forgotten.
  var words: [String] {
    [
      "\(id) of \(offer) revision \(revision) by \(campaign), rule \(String(describing: rule))",
      "issued \(issuedAt), until \(String(describing: expiresAt)), over \(overLimits)",
      "redeemed \(redeemed), ended \(String(describing: ended)), closed \(String(describing: closure))",
      "\(replicas.map { "\($0.provider) \($0.name) \($0.state.name)" })",
    ]
  }
}

extension MessageRecord {
  /// What stays of a message when its customer is forgotten.
  var words: [String] {
    [
      "\(message.key) through \(message.provider) by \(message.campaign), variant \(message.variant)",
      "about \(String(describing: message.issuedOffer)), created \(message.createdAt)",
      "\(state.name), \(attempts) attempts, failure \(String(describing: lastFailure))",
      "redriven \(redrives.map { "\($0.redrivenAt) \($0.mode) \($0.attempts)" })",
      "next \(String(describing: nextGeneration))",
    ]
  }

  /// The same of one that is told by a ledger, if it is of nobody and says nothing any more.
  var forgottenWords: [String] {
    guard message.customer.isByChance else { return ["\(message.key) is still \(message.customer)'s"] }
    guard message.payloadText == "{}" else { return ["\(message.key) says \(message.payloadText)"] }
    return words
  }
}

extension RedemptionRecord {
  var withoutChance: RedemptionRecord {
    RedemptionRecord(event: event.withoutChance, match: match, receivedAt: receivedAt)
  }
}

extension LedgerPage.Entry {
  var withoutChance: LedgerPage.Entry {
    if case .event(let record) = self { .event(record.withoutChance) } else { self }
  }

  var event: RedemptionRecord? { if case .event(let record) = self { record } else { nil } }
  var message: MessageRecord? { if case .message(let record) = self { record } else { nil } }
  var issuedOffer: IssuedOffer? { if case .issuedOffer(let offer) = self { offer } else { nil } }
}
