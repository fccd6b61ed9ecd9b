// A message's audience only narrows: it is one more clause behind the campaign's rule.

extension MessageVariant {
  /// The variant for some of the customers that its campaign or observer is for.
  ///
  /// ```swift
  /// outcome: .send(card.only(for: HasWallet()), through: "wallet")
  /// ```
  ///
  /// It only narrows. The campaign's rule is asked first, and whom that leaves
  /// out is sent nothing, whatever the message's audience says. Whom the audience
  /// leaves out is decided as `notMet`, with its clauses in the explanation, and
  /// the replica says why. Of several variants by weight each customer is asked
  /// about their own: nobody is sent another one instead, so that shares hold.
  ///
  /// A recall asks for no audience: it goes wherever a replica may be.
  ///
  /// - Parameter audience: For whom. Given twice, both must be met.
  /// - Returns: The same variant, for fewer.
  public func only(for audience: some CampaignRule<Customer>) -> MessageVariant<Customer> {
    var copy = self
    copy.audience = self.audience.map { Rule(.all([$0, audience.rule])) } ?? audience.rule
    return copy
  }

  /// The audience as a clause that is named for the variant, or `nil` for everyone.
  var audienceClause: Rule<Customer>? {
    audience.map { Rule(.named("audience of \(name)", $0)) }
  }
}

extension CampaignOutcome {
  /// For whom its message is, or `nil` for everyone.
  var audience: Rule<Customer>? {
    switch self {
    case .issue, .issueOneOf: return nil
    case .send(let variant, _): return variant.audienceClause
    case .sendOneOf(let weighted, let salt, _):
      guard weighted.contains(where: { $0.variant.audience != nil }) else { return nil }
      let shares = VariantShares(weights: weighted.map(\.weight), salt: salt)
      let names = weighted.map(\.variant.name)
      let choices = weighted.indices.map { index in
        let drawn = Rule<Customer>.drawn(index, of: shares, names)
        return Rule(.all([drawn] + [weighted[index].variant.audienceClause].compactMap(\.self)))
      }
      return Rule(.named("audience of the message", Rule(.any(choices))))
    }
  }
}

extension Rule {
  /// Whether a customer is sent the variant at that place.
  fileprivate static func drawn(_ index: Int, of shares: VariantShares, _ names: [String]) -> Rule {
    Rule(
      clause: RuleClause(
        requirement: { "is sent \(names[index])" },
        observed: { .was(names[shares.index(for: $0.customerID)]) },
        cost: .lookup,
        test: { RuleVerdict(shares.index(for: $0.customerID) == index) }
      )
    )
  }

  /// The rule with clauses around it, all of which must be met; itself where there is none.
  func with(before: [Rule?], after: [Rule?]) -> Rule {
    let all = before.compactMap(\.self) + [self] + after.compactMap(\.self)
    return all.count == 1 ? self : Rule(.all(all))
  }
}
