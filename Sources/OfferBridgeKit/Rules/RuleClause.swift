/// The shape of a rule: clauses and the groups around them.
package indirect enum RuleNode<Customer: Sendable>: Sendable {
  case clause(RuleClause<Customer>)
  case all([Rule<Customer>])
  case any([Rule<Customer>])
  case not(Rule<Customer>)
  case atLeast(Int, [Rule<Customer>])
  case named(String, Rule<Customer>)
  case sensitive(Rule<Customer>)
  case holdout(percent: Double, salt: String)
  case everyone
}

// The closures stand in a struct: bare in an array or an optional they would be re-abstracted, one more call each.
/// One condition: its test, and what an explanation needs to say of it.
@usableFromInline
package struct RuleClause<Customer: Sendable>: Sendable {
  package let requirement: @Sendable () -> String
  package let observed: @Sendable (RuleContext<Customer>) -> Observation
  /// The least that would meet it, in words, where that is less than the requirement: "1 more purchase".
  package let shortfall: @Sendable (RuleContext<Customer>) -> String?
  package let needs: [RuleNeed]
  /// What makes it impossible to register.
  package let faults: [RuleFault]
  package let cost: RuleCost
  /// The same condition without a call, where it is one over a stored number or flag.
  package let stored: StoredClause?
  /// What is known of it before anybody is asked, for what the library can reason about.
  package let meaning: ClauseMeaning?
  package let test: @Sendable (RuleContext<Customer>) -> RuleVerdict

  @usableFromInline
  init(
    requirement: @escaping @Sendable () -> String,
    observed: @escaping @Sendable (RuleContext<Customer>) -> Observation,
    shortfall: @escaping @Sendable (RuleContext<Customer>) -> String? = { _ in nil },
    needs: [RuleNeed] = [],
    faults: [RuleFault] = [],
    cost: RuleCost = .hostCode,
    stored: StoredClause? = nil,
    meaning: ClauseMeaning? = nil,
    test: @escaping @Sendable (RuleContext<Customer>) -> RuleVerdict
  ) {
    self.requirement = requirement
    self.observed = observed
    self.shortfall = shortfall
    self.needs = needs
    self.faults = faults
    self.cost = cost
    self.stored = stored
    self.meaning = meaning
    self.test = test
  }
}

/// What a clause costs, roughly: of a group, the cheap ones are asked first.
///
/// The host's own code comes last, in the order in which it is written: a
/// closure may rely on a clause above it.
@usableFromInline
package enum RuleCost: UInt8, Sendable, Comparable {
  /// A load and a comparison.
  case field
  /// A look at an attribute, an offer or the time.
  case lookup
  /// A walk over the past.
  case scan
  /// Whatever the host wrote: a computed property, a closure, an operand of its own.
  case hostCode

  @usableFromInline
  package static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// How a clause compares a fact with a value.
@usableFromInline
package enum RuleComparison: String, Sendable {
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
}

/// What the library knows of its own operands, and nobody else needs to say.
package protocol LibraryOperand: Sendable {
  /// What it costs to read.
  var cost: RuleCost { get }
  /// Where the fact lies in the profile's memory, if it does.
  var storedOffset: Int? { get }
  /// What makes a rule that reads it impossible to register.
  var faults: [RuleFault] { get }
  /// Which fact it is, where it is the same whenever it is read within one decision.
  var identity: FactIdentity? { get }
  /// What "so many more" is called, for facts that are counted: "1 more purchase in the last 30 days".
  func more(_ count: Double) -> String?
}

extension LibraryOperand {
  package var storedOffset: Int? { nil }
  package var faults: [RuleFault] { [] }
  package var identity: FactIdentity? { nil }
  package func more(_ count: Double) -> String? { nil }
}

extension RuleOperand {
  var knownCost: RuleCost { (self as? any LibraryOperand)?.cost ?? .hostCode }
  var knownFaults: [RuleFault] { (self as? any LibraryOperand)?.faults ?? [] }

  func observation(in context: RuleContext<Customer>) -> Observation {
    fact(in: context).map { .was(explained($0)) } ?? .missing(whyMissing(in: context))
  }
}

extension Rule {
  /// A fact compared with a value.
  ///
  /// The test is one closure, written where the operator is called, so that the compiler sees both types and
  /// nothing else is called.
  @usableFromInline
  static func comparison<Operand: RuleOperand>(
    _ operand: Operand,
    _ comparison: RuleComparison,
    _ value: Operand.Fact,
    test: @escaping @Sendable (RuleContext<Customer>) -> RuleVerdict
  ) -> Rule where Operand.Customer == Customer {
    let known = operand as? any LibraryOperand
    return Rule(
      clause: RuleClause(
        requirement: { "\(operand.name) \(comparison.rawValue) \(explained(value))" },
        observed: operand.observation,
        shortfall: { context in
          guard let known,
            let gap = operand.fact(in: context).flatMap({ comparison.gap(from: $0, to: value) })
          else { return nil }
          return known.more(gap)
        },
        needs: operand.needs,
        faults: operand.knownFaults,
        cost: known?.cost ?? .hostCode,
        stored: known?.storedOffset.flatMap { StoredClause(at: $0, comparison, value) },
        meaning: ClauseMeaning(known?.identity, comparison, value),
        test: test
      )
    )
  }

  /// A condition on one fact that is no plain comparison.
  @usableFromInline
  static func clause<Operand: RuleOperand>(
    _ operand: Operand,
    requirement: @escaping @Sendable () -> String,
    meaning: ClauseMeaning? = nil,
    test: @escaping @Sendable (RuleContext<Customer>) -> RuleVerdict
  ) -> Rule where Operand.Customer == Customer {
    Rule(
      clause: RuleClause(
        requirement: requirement,
        observed: operand.observation,
        needs: operand.needs,
        faults: operand.knownFaults,
        cost: operand.knownCost,
        meaning: meaning,
        test: test
      )
    )
  }

  /// A condition that need not be quick: what holds of the fact is a closure of its own.
  @inlinable
  static func comparing<Operand: RuleOperand>(
    _ operand: Operand,
    requirement: @escaping @Sendable () -> String,
    meaning: ClauseMeaning? = nil,
    _ holds: @escaping @Sendable (Operand.Fact) -> Bool
  ) -> Rule where Operand.Customer == Customer {
    clause(operand, requirement: requirement, meaning: meaning) { context in
      guard let fact = operand.fact(in: context) else { return .notEvaluable }
      return RuleVerdict(holds(fact))
    }
  }

  /// A fact that is a clause by itself.
  @usableFromInline
  static func flag<Operand: RuleOperand>(
    _ operand: Operand,
    test: @escaping @Sendable (RuleContext<Customer>) -> RuleVerdict
  ) -> Rule where Operand.Customer == Customer, Operand.Fact == Bool {
    let known = operand as? any LibraryOperand
    return Rule(
      clause: RuleClause(
        requirement: { operand.name },
        observed: operand.observation,
        needs: operand.needs,
        faults: operand.knownFaults,
        cost: known?.cost ?? .hostCode,
        stored: known?.storedOffset.flatMap { StoredClause(at: $0, .equal, true) },
        meaning: ClauseMeaning(known?.identity, .equal, true),
        test: test
      )
    )
  }
}

extension RuleComparison {
  /// How much more of the fact would meet the comparison; `nil` where more would not.
  fileprivate func gap<Fact>(from fact: Fact, to value: Fact) -> Double? {
    guard let seen = (fact as? any RuleNumber)?.ruleNumber, let goal = (value as? any RuleNumber)?.ruleNumber
    else { return nil }
    let isWhole = fact is Int
    switch self {
    case .equal, .greaterOrEqual: return goal > seen ? goal - seen : nil
    case .greater where isWhole: return goal >= seen ? goal - seen + 1 : nil
    default: return nil
    }
  }
}
