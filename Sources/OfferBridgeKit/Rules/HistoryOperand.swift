import Foundation

/// What came before: the customer's actions, and the offers that the ledger issued.
public struct HistoryScope<Customer: Sendable>: Sendable {
  package init() {}

  /// How many actions of a name there were in the last days, hours or minutes.
  ///
  /// ```swift
  /// history.count(of: "purchase", inLast: .days(30)) >= 1
  /// ```
  ///
  /// The window ends with the ledger's time of the decision, included, and
  /// begins just after the moment that length before: 24-hour days, no
  /// calendar. The present action counts when it has that name and happened in
  /// the window; one that says it will happen later counts as happening now. No
  /// history is 0.
  ///
  /// - Parameters:
  ///   - action: The actions' name.
  ///   - length: How far back.
  /// - Returns: An operand that is never missing.
  public func count(of action: String, inLast length: Duration) -> HistoryCount<Customer> {
    HistoryCount(action: action, length: length)
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
}

/// How many actions of a name there were in a window that ends now.
public struct HistoryCount<Customer: Sendable>: RuleOperand {
  let action: String
  let length: Duration

  /// The count; 0 when there was none.
  public func fact(in context: RuleContext<Customer>) -> Int? {
    let window = HistoryWindow(last: length, before: context.now)
    return context.history.actions.reduce(0) { count, past in
      past.name == action && window.contains(past.occurredAt) ? count + 1 : count
    }
  }

  /// Such as "purchase count in the last 30 days".
  public var name: String { "\(action) count in the last \(length.inWords)" }

  /// The actions of that name.
  public var needs: [RuleNeed] { [.actions(action, inLast: length)] }
}

extension HistoryWindow {
  package init(last length: Duration, before now: Date) {
    let milliseconds = now.milliseconds.subtractingReportingOverflow(length.milliseconds)
    self.init(
      after: Date(milliseconds: milliseconds.overflow ? Int64.min : milliseconds.partialValue),
      through: now
    )
  }
}

extension Duration {
  /// "30 days", "1 hour", "90 minutes", "12.5 seconds": the largest unit that leaves no rest.
  package var inWords: String {
    let whole = milliseconds
    for (unit, length) in [
      ("day", 86_400_000 as Int64), ("hour", 3_600_000), ("minute", 60_000), ("second", 1000),
    ]
    where whole != 0 && whole % length == 0 {
      let count = whole / length
      return count == 1 ? "1 \(unit)" : "\(count) \(unit)s"
    }
    return whole == 0 ? "0 seconds" : "\(Double(whole) / 1000) seconds"
  }
}
