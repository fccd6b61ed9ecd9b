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
  public func count(of action: String, _ period: HistoryPeriod) -> HistoryOperand<Customer, Int> {
    looking(back: period, at: action, "\(action) count") { $0.count }
  }

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
  public func count(of action: String, inLast length: Duration) -> HistoryOperand<Customer, Int> {
    count(of: action, .last(length))
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
  ) -> HistoryOperand<Customer, Double> {
    looking(back: period, at: action, "\(action) total of \(attribute)") { actions in
      actions.reduce(0) { $0 + ($1.attributes[attribute].flatMap(Double.init(attributeValue:)) ?? 0) }
    }
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
  ) -> HistoryOperand<Customer, Double> {
    total(of: action, by: attribute, .last(length))
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
  ) -> HistoryOperand<Customer, Int> {
    looking(back: period, at: action, "distinct \(attribute) of \(action)") { actions in
      Set(actions.compactMap { $0.attributes[attribute] }).count
    }
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
  ) -> HistoryOperand<Customer, Int> {
    distinctCount(of: action, by: attribute, .last(length))
  }

  /// How many whole 24-hour days ago the last action of a name was, the present one left out.
  ///
  /// Missing when there was none: "never" is no number of days.
  ///
  /// - Parameter action: The actions' name.
  /// - Returns: An operand that is missing when there was none.
  public func daysSince(_ action: String) -> HistoryOperand<Customer, Int> {
    HistoryOperand(
      name: "days since \(action)",
      why: "there was no \(action) before",
      needs: [.allActions(action)]
    ) { context in
      let past = context.history.actions
        .filter { $0.name == action && $0.occurredAt <= context.now && !context.isPresent($0) }
        .map { $0.occurredAt.milliseconds }
      return past.max().map { Int((context.now.milliseconds - $0).flooredQuotient(by: 86_400_000)) }
    }
  }

  /// On how many local days in a row there was an action of a name, up to today, the present one included.
  ///
  /// A day without one ends the row; today may still be without one, and then yesterday is the last day of the row.
  ///
  /// - Parameters:
  ///   - action: The actions' name.
  ///   - zone: The zone of the days.
  /// - Returns: An operand that is never missing.
  public func consecutiveDays(of action: String, in zone: TimeZone) -> HistoryOperand<Customer, Int> {
    HistoryOperand(
      name: "consecutive days of \(action) in \(zone.identifier)",
      why: "",
      needs: [.allActions(action)]
    ) { context in
      let days = Set(
        context.history.actions
          .filter { $0.name == action && $0.occurredAt <= context.now }
          .map { LocalDay(of: $0.occurredAt, in: zone) }
      )
      var day = LocalDay(of: context.now, in: zone)
      if !days.contains(day) { day = day.adding(days: -1) }
      var count = 0
      while days.contains(day) {
        count += 1
        day = day.adding(days: -1)
      }
      return count
    }
  }

  /// How often the offer was issued to the customer, by whichever campaign.
  ///
  /// Offers issued by earlier steps of the same journey are counted; those of a sibling are not. A rule reads a
  /// snapshot: where two actions race, only a campaign's limit holds.
  ///
  /// - Parameters:
  ///   - offer: The offer, in any of its revisions.
  ///   - period: How far back.
  /// - Returns: An operand that is never missing.
  public func issues(of offer: OfferID, _ period: HistoryPeriod) -> HistoryOperand<Customer, Int> {
    HistoryOperand(name: "issues of \(offer) \(period.inWords)", why: "", needs: [.issuedOffers(offer)]) {
      context in
      let window = period.window(at: context.now)
      return context.history.issuedOffers.count { $0.offer == offer && window.contains($0.issuedAt) }
    }
  }

  /// How often the customer redeemed the offer, reversed redemptions left out.
  ///
  /// - Parameter offer: The offer, in any of its revisions.
  /// - Returns: An operand that is never missing.
  public func redemptions(of offer: OfferID) -> HistoryOperand<Customer, Int> {
    HistoryOperand(name: "redemptions of \(offer)", why: "", needs: [.issuedOffers(offer)]) { context in
      context.history.issuedOffers.reduce(0) { $0 + ($1.offer == offer ? $1.redeemed.count : 0) }
    }
  }

  /// Met when the customer holds the offer: issued, not redeemed to its limit, not expired.
  ///
  /// Offers issued by earlier steps of the same journey are seen; those of a
  /// sibling are not. Never not evaluable.
  ///
  /// - Parameter offer: The offer, in any of its revisions.
  /// - Returns: A clause.
  public func holds(_ offer: OfferID) -> Rule<Customer> {
    let holds: @Sendable (RuleContext<Customer>) -> Bool = { context in
      context.history.issuedOffers.contains { $0.offer == offer && $0.status(at: context.now) == .issued }
    }
    return Rule(
      clause: RuleClause(
        requirement: { "holds \"\(offer)\"" },
        observed: { .was("\(holds($0))") },
        needs: [.issuedOffers(offer)],
        test: { RuleVerdict(holds($0)) }
      )
    )
  }

  private func looking<Fact: Sendable>(
    back period: HistoryPeriod,
    at action: String,
    _ name: String,
    _ read: @escaping @Sendable (LazyFilterSequence<[CustomerAction]>) -> Fact
  ) -> HistoryOperand<Customer, Fact> {
    let window = period.windows
    return HistoryOperand(
      name: "\(name) \(period.inWords)",
      why: "",
      needs: [.actions(action, period)]
    ) { context in
      let window = window(context.now)
      return read(context.history.actions.lazy.filter { $0.name == action && window.contains($0.occurredAt) })
    }
  }
}

/// A number that is read from what came before.
public struct HistoryOperand<Customer: Sendable, Fact: Sendable>: RuleOperand {
  /// Such as "purchase count in the last 30 days".
  public let name: String
  /// The past that is fetched for it.
  public let needs: [RuleNeed]
  private let why: String
  private let read: @Sendable (RuleContext<Customer>) -> Fact?

  init(
    name: String,
    why: String,
    needs: [RuleNeed],
    read: @escaping @Sendable (RuleContext<Customer>) -> Fact?
  ) {
    self.name = name
    self.why = why
    self.needs = needs
    self.read = read
  }

  /// The number, or `nil` where there never was what it is counted from.
  public func fact(in context: RuleContext<Customer>) -> Fact? { read(context) }

  /// Such as "there was no purchase before".
  public func whyMissing(in context: RuleContext<Customer>) -> String { why }
}

extension RuleContext {
  /// Whether it is the action that this journey begins with.
  fileprivate func isPresent(_ action: CustomerAction) -> Bool {
    origin.kind == .action && action.id == origin.id
  }
}
