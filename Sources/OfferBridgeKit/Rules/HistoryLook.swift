import Foundation

/// Which past actions an operand looks at: those of one name, in one period, that meet its clauses.
struct HistoryLook<Customer: Sendable>: Sendable {
  let action: String
  let period: HistoryPeriod
  private let windows: @Sendable (RuleFacts) -> HistoryWindow
  private(set) var clauses: PastEventClauses<Customer>?

  init(action: String, period: HistoryPeriod) {
    self.action = action
    self.period = period
    windows = period.windows
  }

  /// The same actions, of which those count that each meet all the clauses.
  func narrowed(_ clauses: (EventScope<Customer>) -> Rule<Customer>) -> Self {
    var look = self
    look.clauses = PastEventClauses(clauses(EventScope(.past)))
    return look
  }

  @inline(__always)
  func window(in facts: RuleFacts) -> HistoryWindow { windows(facts) }

  /// Calls the body with every action that counts; without the present one where it is asked.
  func forEach(
    in context: RuleContext<Customer>,
    withPresent: Bool = true,
    _ body: (CustomerAction) -> Void
  ) {
    context.history.forEach(action, in: window(in: context)) { action in
      if !withPresent && context.isPresent(action) { return }
      if let clauses, !clauses.areMet(by: action, in: context) { return }
      body(action)
    }
  }

  var needs: [RuleNeed] { [.actions(action, period)] + (clauses?.needs ?? []) }
  var faults: [RuleFault] { clauses?.faults ?? [] }
  var cost: RuleCost { max(.scan, clauses?.cost ?? .scan) }

  /// What is read of the same actions is the same; `nil` where clauses narrow them.
  func identity(_ word: String) -> FactIdentity? {
    clauses == nil ? FactIdentity(name: "\(word) \(action)", period: period) : nil
  }

  /// Such as "in the last 30 days (its category == "shoes")".
  var inWords: String { period.inWords + (clauses.map { " (\($0.inWords))" } ?? "") }
}

/// Clauses over one past event at a time: an event counts when it meets them all.
struct PastEventClauses<Customer: Sendable>: Sendable {
  private let rule: Rule<Customer>
  private let test: RuleTest<Customer>
  let needs: [RuleNeed]
  let faults: [RuleFault]
  let cost: RuleCost

  init(_ rule: Rule<Customer>) {
    var lowering = RuleLowering<Customer>()
    let lowered = lowering.lower(rule, negated: false, isConjunct: false)
    self.rule = rule
    test = lowered.test
    needs = Array(lowering.needs)
    faults = lowering.faults
    cost = lowered.cost
  }

  /// Whether they are all met where `event` is that action; one that lacks a fact does not count.
  func areMet(by action: CustomerAction, in context: RuleContext<Customer>) -> Bool {
    test(context.looking(at: action.name, action.attributes, at: action.occurredAt)) == .met
  }

  /// What they say where `event` is a part of the event, such as one line of a purchase.
  func verdict(on part: Attributes, in context: RuleContext<Customer>) -> RuleVerdict {
    test(context.looking(at: context.event.name, part, at: context.event.occurredAt))
  }

  var inWords: String { rule.clauses.map(\.requirementInWords).joined(separator: ", ") }
}

extension RuleContext {
  /// The same facts, with something past, or a part of the event, in the place of what was heard.
  fileprivate func looking(at name: String, _ attributes: Attributes, at moment: Date) -> RuleContext {
    hearing(event.looking(at: name, attributes, at: moment), issuing: nil)
  }

  /// Whether it is the action that this journey begins with.
  func isPresent(_ action: CustomerAction) -> Bool {
    origin.kind == .action && action.id == origin.id
  }
}

extension Rule {
  /// What it requires, in one line.
  fileprivate var requirementInWords: String {
    func inWords(_ clauses: [Rule]) -> String { clauses.map(\.requirementInWords).joined(separator: ", ") }
    switch node {
    case .clause(let clause): return clause.requirement()
    case .named(let name, _): return name
    case .sensitive(let rule): return rule.requirementInWords
    case .not(let rule): return "not \(rule.requirementInWords)"
    case .all(let clauses): return "all of (\(inWords(clauses)))"
    case .any(let clauses): return "any of (\(inWords(clauses)))"
    case .atLeast(let count, let clauses): return "at least \(count) of (\(inWords(clauses)))"
    case .holdout(let percent, _): return "not in the \(percent.inWords)% holdout"
    case .everyone: return "everyone"
    }
  }
}
