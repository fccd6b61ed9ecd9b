public import Foundation

/// What came before: the customer's actions, and the offers that the ledger issued.
///
/// ```swift
/// history.count(of: "purchase", inLast: .days(30)) >= 1
/// history.total(of: "purchase", by: "amount", .this(.month, in: oslo)) > 100
/// history.daysSince("purchase") > 30
/// ```
///
/// No history is 0, and never a missing fact; only "since when" of what never
/// was cannot be said. The present action belongs to the history, whether or
/// not the host has recorded it, except where an operand says otherwise; one
/// that says it will happen later counts as happening now.
public struct HistoryScope<Customer: Sendable>: Sendable {
  package init() {}

  /// How many actions of a name there were, the present one included.
  ///
  /// - Parameters:
  ///   - action: The actions' name.
  ///   - period: How far back.
  /// - Returns: An operand that is never missing.
  public func count(of action: String, _ period: HistoryPeriod) -> HistoryCount<Customer> {
    HistoryCount(look: HistoryLook(action: action, period: period))
  }

  /// The sum of a number that actions of a name carry, the present one included.
  ///
  /// An action that carries none, or no number, adds nothing.
  ///
  /// - Parameters:
  ///   - action: The actions' name.
  ///   - attribute: The number's name; "amount" by default.
  ///   - period: How far back.
  /// - Returns: An operand that is never missing.
  public func total(
    of action: String,
    by attribute: String = "amount",
    _ period: HistoryPeriod
  ) -> HistoryTotal<Customer> {
    HistoryTotal(attribute: attribute, look: HistoryLook(action: action, period: period))
  }

  /// How many different values of an attribute actions of a name carry, the present one included.
  ///
  /// - Parameters:
  ///   - action: The actions' name.
  ///   - attribute: The attribute's name, such as "store"; actions without it are left out.
  ///   - period: How far back.
  /// - Returns: An operand that is never missing.
  public func distinctCount(
    of action: String,
    by attribute: String,
    _ period: HistoryPeriod
  ) -> HistoryDistinctCount<Customer> {
    HistoryDistinctCount(attribute: attribute, look: HistoryLook(action: action, period: period))
  }

  /// How many whole 24-hour days ago the last action of a name was, the present one left out.
  ///
  /// Missing when there was none: "never" is no number of days.
  ///
  /// - Parameter action: The actions' name.
  /// - Returns: An operand that is missing when there was none.
  public func daysSince(_ action: String) -> HistoryDaysSince<Customer> { HistoryDaysSince(action: action) }

  /// On how many local days in a row there was an action of a name, up to today, the present one included.
  ///
  /// A day without one ends the row; today may still be without one, and then yesterday is the last day of the row.
  ///
  /// - Parameters:
  ///   - action: The actions' name.
  ///   - zone: The zone of the days; the customer's by default.
  /// - Returns: An operand that is never missing.
  public func consecutiveDays(
    of action: String,
    in zone: TimeZone? = nil
  ) -> HistoryConsecutiveDays<Customer> {
    HistoryConsecutiveDays(action: action, zone: zone)
  }

  /// How often the offer was issued to the customer, by whichever campaign.
  ///
  /// Offers issued by earlier steps of the same journey are counted; those of a sibling are not. A rule reads a
  /// snapshot: where two actions race, only a campaign's limit holds.
  ///
  /// - Parameters:
  ///   - offer: The offer, in any of its revisions.
  ///   - period: How far back; for ever by default.
  /// - Returns: An operand that is never missing.
  public func issues(of offer: OfferID, _ period: HistoryPeriod = .ever) -> HistoryIssues<Customer> {
    HistoryIssues(offer: offer, period: period)
  }

  /// How often the customer redeemed the offer, reversed redemptions left out.
  ///
  /// - Parameter offer: The offer, in any of its revisions.
  /// - Returns: An operand that is never missing.
  public func redemptions(of offer: OfferID) -> HistoryRedemptions<Customer> {
    HistoryRedemptions(offer: offer)
  }

  /// Met when the customer holds the offer: issued, not redeemed to its limit, not expired.
  ///
  /// Offers issued by earlier steps of the same journey are seen; those of a
  /// sibling are not. Never not evaluable.
  ///
  /// - Parameter offer: The offer, in any of its revisions.
  /// - Returns: A clause.
  public func holds(_ offer: OfferID) -> Rule<Customer> {
    Rule(
      clause: RuleClause(
        requirement: { "holds \"\(offer)\"" },
        observed: { .was("\($0.history.holds(offer, at: $0.now))") },
        needs: [.issuedOffers(offer)],
        cost: .scan,
        test: { RuleVerdict($0.history.holds(offer, at: $0.now)) }
      )
    )
  }
}

// MARK: - Lengths and moments

extension HistoryScope {
  /// How many actions of a name there were in the last days, hours or minutes, the present one included.
  ///
  /// ```swift
  /// history.count(of: "purchase", inLast: .days(30)) >= 1
  /// ```
  ///
  /// The window ends with the ledger's time of the decision, included, and
  /// begins just after the moment that length before: 24-hour days, no
  /// calendar.
  ///
  /// - Parameters:
  ///   - action: The actions' name.
  ///   - length: How far back.
  /// - Returns: An operand that is never missing.
  public func count(of action: String, inLast length: Duration) -> HistoryCount<Customer> {
    count(of: action, .last(length))
  }

  /// How many actions of a name there were from a moment on, which is included; the present one included.
  ///
  /// - Parameters:
  ///   - action: The actions' name.
  ///   - moment: The first moment.
  /// - Returns: An operand that is never missing.
  public func count(of action: String, since moment: Date) -> HistoryCount<Customer> {
    count(of: action, .since(moment))
  }

  /// The sum of a number that actions of a name carry, in the last days, hours or minutes.
  ///
  /// - Parameters:
  ///   - action: The actions' name.
  ///   - attribute: The number's name; "amount" by default.
  ///   - length: How far back, as for a count.
  /// - Returns: An operand that is never missing.
  public func total(
    of action: String,
    by attribute: String = "amount",
    inLast length: Duration
  ) -> HistoryTotal<Customer> {
    total(of: action, by: attribute, .last(length))
  }

  /// The sum of a number that actions of a name carry, from a moment on, which is included.
  ///
  /// - Parameters:
  ///   - action: The actions' name.
  ///   - attribute: The number's name; "amount" by default.
  ///   - moment: The first moment.
  /// - Returns: An operand that is never missing.
  public func total(
    of action: String,
    by attribute: String = "amount",
    since moment: Date
  ) -> HistoryTotal<Customer> {
    total(of: action, by: attribute, .since(moment))
  }

  /// How many different values of an attribute actions of a name carry, in the last days, hours or minutes.
  ///
  /// - Parameters:
  ///   - action: The actions' name.
  ///   - attribute: The attribute's name.
  ///   - length: How far back, as for a count.
  /// - Returns: An operand that is never missing.
  public func distinctCount(
    of action: String,
    by attribute: String,
    inLast length: Duration
  ) -> HistoryDistinctCount<Customer> {
    distinctCount(of: action, by: attribute, .last(length))
  }

  /// How many different values of an attribute actions of a name carry, from a moment on, which is included.
  ///
  /// - Parameters:
  ///   - action: The actions' name.
  ///   - attribute: The attribute's name.
  ///   - moment: The first moment.
  /// - Returns: An operand that is never missing.
  public func distinctCount(
    of action: String,
    by attribute: String,
    since moment: Date
  ) -> HistoryDistinctCount<Customer> {
    distinctCount(of: action, by: attribute, .since(moment))
  }

  /// How often the offer was issued to the customer in the last days, hours or minutes.
  ///
  /// - Parameters:
  ///   - offer: The offer, in any of its revisions.
  ///   - length: How far back, as for a count.
  /// - Returns: An operand that is never missing.
  public func issues(of offer: OfferID, inLast length: Duration) -> HistoryIssues<Customer> {
    issues(of: offer, .last(length))
  }
}
