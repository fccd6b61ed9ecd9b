package import OfferBridgeKit

// Rows keep the id that they were written under in what they say; a column beside it tells whose they are.
extension LedgerStep {
  /// What became of an id; nothing is asked for as long as nobody was merged or forgotten.
  func identity(of customer: CustomerID) throws -> IdentityRow {
    guard try standingRow().names > 0 else { return IdentityRow(customer) }
    if let known = identities[customer] { return known }
    let read = try rows.identity(of: customer)
    identities[customer] = read
    return read
  }

  /// The id that whoever has this one goes by.
  func survivor(of customer: CustomerID) throws -> CustomerID { try identity(of: customer).survivor }

  /// The uses as they are kept: a customer's who was merged are the survivor's.
  func kept(_ uses: [LimitUse]) throws -> [LimitUse] {
    if uses.isEmpty { return uses }
    guard try standingRow().names > 0 else { return uses }
    return try uses.map { use in
      guard let customer = use.counter.customer else { return use }
      let survivor = try survivor(of: customer)
      return survivor == customer ? use : use.of(survivor)
    }
  }

  /// Whether a plan's customer goes by the id that they went by when it was made.
  func isStill(_ plan: JourneyPlan) throws -> Bool {
    let customer = plan.trigger.customer
    return try survivor(of: customer) == plan.survivor ?? customer
  }

  /// Whether a plan would write what a customer has who was forgotten, or more about it: an action that is reported
  /// again, or the end of an offer that was listed before.
  func wasForgotten(_ plan: JourneyPlan) throws -> Bool {
    guard try standingRow().names > 0 else { return false }
    return try rows.areForgotten(plan.keys)
  }
}

extension JourneyPlan {
  /// What it would write, and the issued offers that it is about.
  package var keys: [DerivedKey] {
    var keys = nodes.map(\.key)
    for node in nodes {
      if case .message(let message) = node.content, let id = message.issuedOffer { keys.append(id) }
    }
    if trigger.id.kind == .expiry, let id = DerivedKey(trigger.id.id) { keys.append(id) }
    return keys
  }
}

extension ExternalEvent {
  /// Who redeemed, where that is told.
  package var redeemer: CustomerID? {
    if case .redemption(_, _, let details?) = content { details.customer } else { nil }
  }
}
