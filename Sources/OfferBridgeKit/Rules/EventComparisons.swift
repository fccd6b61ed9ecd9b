extension TypedEventOperand {
  /// A comparison in which a number with a fraction may stand against a whole one.
  ///
  /// `event.amount >= 100` is written with a whole number, and 120.50 is more.
  @usableFromInline
  func comparison(
    _ comparison: RuleComparison,
    _ value: Fact,
    test: @escaping @Sendable (RuleContext<Customer>) -> RuleVerdict
  ) -> Rule<Customer> {
    Rule(
      clause: RuleClause(
        requirement: { "\(name) \(comparison.rawValue) \(explained(value))" },
        observed: { context in
          if fact(in: context) == nil, let fraction = fraction(in: context) { return .was("\(fraction)") }
          return observation(in: context)
        },
        cost: .lookup,
        meaning: ClauseMeaning(identityByNumber, comparison, value),
        test: test
      )
    )
  }

  /// The verdict where the attribute is not of the value's type: by number, where both are numbers.
  @inline(never)
  @usableFromInline
  func fraction(
    _ comparison: RuleComparison,
    _ value: Fact,
    in context: RuleContext<Customer>
  ) -> RuleVerdict {
    guard let fraction = fraction(in: context), let value = (value as? any RuleNumber)?.ruleNumber else {
      return .notEvaluable
    }
    switch comparison {
    case .equal: return RuleVerdict(fraction == value)
    case .notEqual: return RuleVerdict(fraction != value)
    case .less: return RuleVerdict(fraction < value)
    case .lessOrEqual: return RuleVerdict(fraction <= value)
    case .greater: return RuleVerdict(fraction > value)
    case .greaterOrEqual: return RuleVerdict(fraction >= value)
    }
  }

  /// The attribute, where a whole number is asked for and it is a number with a fraction.
  private func fraction(in context: RuleContext<Customer>) -> Double? {
    guard Fact.self is any RuleNumber.Type, case .number(let number) = value(in: context) else { return nil }
    return number
  }
}

/// The attribute equals the value; absent or of another type, not evaluable.
@inlinable
@inline(__always)
public func == <Customer, Fact: AttributeConvertible & Equatable>(
  lhs: EventOperand<Customer>,
  rhs: Fact
) -> Rule<Customer> {
  let typed = lhs.as(Fact.self)
  return typed.comparison(.equal, rhs) { context in
    guard let fact = typed.fact(in: context) else { return typed.fraction(.equal, rhs, in: context) }
    return RuleVerdict(fact == rhs)
  }
}

/// The attribute differs from the value; absent or of another type, not evaluable.
@inlinable
@inline(__always)
public func != <Customer, Fact: AttributeConvertible & Equatable>(
  lhs: EventOperand<Customer>,
  rhs: Fact
) -> Rule<Customer> {
  let typed = lhs.as(Fact.self)
  return typed.comparison(.notEqual, rhs) { context in
    guard let fact = typed.fact(in: context) else { return typed.fraction(.notEqual, rhs, in: context) }
    return RuleVerdict(fact != rhs)
  }
}

/// The attribute is less than the value; absent or of another type, not evaluable.
@inlinable
@inline(__always)
public func < <Customer, Fact: AttributeConvertible & Comparable>(
  lhs: EventOperand<Customer>,
  rhs: Fact
) -> Rule<Customer> {
  let typed = lhs.as(Fact.self)
  return typed.comparison(.less, rhs) { context in
    guard let fact = typed.fact(in: context) else { return typed.fraction(.less, rhs, in: context) }
    return RuleVerdict(fact < rhs)
  }
}

/// The attribute is at most the value; absent or of another type, not evaluable.
@inlinable
@inline(__always)
public func <= <Customer, Fact: AttributeConvertible & Comparable>(
  lhs: EventOperand<Customer>,
  rhs: Fact
) -> Rule<Customer> {
  let typed = lhs.as(Fact.self)
  return typed.comparison(.lessOrEqual, rhs) { context in
    guard let fact = typed.fact(in: context) else { return typed.fraction(.lessOrEqual, rhs, in: context) }
    return RuleVerdict(fact <= rhs)
  }
}

/// The attribute is more than the value; absent or of another type, not evaluable.
@inlinable
@inline(__always)
public func > <Customer, Fact: AttributeConvertible & Comparable>(
  lhs: EventOperand<Customer>,
  rhs: Fact
) -> Rule<Customer> {
  let typed = lhs.as(Fact.self)
  return typed.comparison(.greater, rhs) { context in
    guard let fact = typed.fact(in: context) else { return typed.fraction(.greater, rhs, in: context) }
    return RuleVerdict(fact > rhs)
  }
}

/// The attribute is at least the value; absent or of another type, not evaluable.
@inlinable
@inline(__always)
public func >= <Customer, Fact: AttributeConvertible & Comparable>(
  lhs: EventOperand<Customer>,
  rhs: Fact
) -> Rule<Customer> {
  let typed = lhs.as(Fact.self)
  return typed.comparison(.greaterOrEqual, rhs) { context in
    guard let fact = typed.fact(in: context) else { return typed.fraction(.greaterOrEqual, rhs, in: context) }
    return RuleVerdict(fact >= rhs)
  }
}
