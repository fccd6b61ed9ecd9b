/// The fact equals the value; without the fact, not evaluable.
@inlinable
@inline(__always)
public func == <Operand: RuleOperand>(lhs: Operand, rhs: Operand.Fact) -> Rule<Operand.Customer>
where Operand.Fact: Equatable {
  .comparison(lhs, .equal, rhs) { context in
    guard let fact = lhs.fact(in: context) else { return .notEvaluable }
    return RuleVerdict(fact == rhs)
  }
}

/// The fact differs from the value; without the fact, not evaluable.
@inlinable
@inline(__always)
public func != <Operand: RuleOperand>(lhs: Operand, rhs: Operand.Fact) -> Rule<Operand.Customer>
where Operand.Fact: Equatable {
  .comparison(lhs, .notEqual, rhs) { context in
    guard let fact = lhs.fact(in: context) else { return .notEvaluable }
    return RuleVerdict(fact != rhs)
  }
}

/// The fact is less than the value; without the fact, not evaluable.
@inlinable
@inline(__always)
public func < <Operand: RuleOperand>(lhs: Operand, rhs: Operand.Fact) -> Rule<Operand.Customer>
where Operand.Fact: Comparable {
  .comparison(lhs, .less, rhs) { context in
    guard let fact = lhs.fact(in: context) else { return .notEvaluable }
    return RuleVerdict(fact < rhs)
  }
}

/// The fact is at most the value; without the fact, not evaluable.
@inlinable
@inline(__always)
public func <= <Operand: RuleOperand>(lhs: Operand, rhs: Operand.Fact) -> Rule<Operand.Customer>
where Operand.Fact: Comparable {
  .comparison(lhs, .lessOrEqual, rhs) { context in
    guard let fact = lhs.fact(in: context) else { return .notEvaluable }
    return RuleVerdict(fact <= rhs)
  }
}

/// The fact is more than the value; without the fact, not evaluable.
@inlinable
@inline(__always)
public func > <Operand: RuleOperand>(lhs: Operand, rhs: Operand.Fact) -> Rule<Operand.Customer>
where Operand.Fact: Comparable {
  .comparison(lhs, .greater, rhs) { context in
    guard let fact = lhs.fact(in: context) else { return .notEvaluable }
    return RuleVerdict(fact > rhs)
  }
}

/// The fact is at least the value; without the fact, not evaluable.
@inlinable
@inline(__always)
public func >= <Operand: RuleOperand>(lhs: Operand, rhs: Operand.Fact) -> Rule<Operand.Customer>
where Operand.Fact: Comparable {
  .comparison(lhs, .greaterOrEqual, rhs) { context in
    guard let fact = lhs.fact(in: context) else { return .notEvaluable }
    return RuleVerdict(fact >= rhs)
  }
}

extension RuleOperand where Fact: Equatable {
  /// Met when the fact is one of the values.
  ///
  /// ```swift
  /// customer.tier.isOneOf(.gold, .platinum)
  /// ```
  ///
  /// - Parameter values: The values, as they are printed.
  /// - Returns: A clause; not evaluable when the fact is missing.
  @inlinable
  @inline(__always)
  public func isOneOf(_ values: Fact...) -> Rule<Customer> { isOneOf(values) }

  /// Met when the fact is one of the values of a list.
  ///
  /// - Parameter values: The values, as they are printed.
  /// - Returns: A clause; not evaluable when the fact is missing.
  @inlinable
  @inline(__always)
  public func isOneOf(_ values: [Fact]) -> Rule<Customer> {
    .clause(
      self,
      requirement: { "\(name) is one of [\(values.map(explained).joined(separator: ", "))]" },
      meaning: meaning(oneOf: values)
    ) { context in
      guard let fact = fact(in: context) else { return .notEvaluable }
      return RuleVerdict(values.contains(fact))
    }
  }
}

extension RuleOperand where Fact: Collection, Fact.Element: Equatable & Sendable {
  /// Met when the fact, a set or a list, has the element.
  ///
  /// ```swift
  /// customer.segments.contains("coffee-lovers")
  /// ```
  ///
  /// - Parameter element: The element to find.
  /// - Returns: A clause; not evaluable when the fact is missing.
  @inlinable
  @inline(__always)
  public func contains(_ element: Fact.Element) -> Rule<Customer> {
    .clause(self, requirement: { "\(name) contains \(explained(element))" }) { context in
      guard let fact = fact(in: context) else { return .notEvaluable }
      return RuleVerdict(fact.contains(element))
    }
  }
}

extension RuleOperand where Fact: Comparable {
  /// Met when the fact lies in the range, its end excluded.
  ///
  /// - Parameter range: Such as `18..<65`.
  /// - Returns: A clause; not evaluable when the fact is missing.
  @inlinable
  @inline(__always)
  public func isIn(_ range: Range<Fact>) -> Rule<Customer> {
    .comparing(
      self,
      requirement: { "\(name) is in \(explained(range.lowerBound))..<\(explained(range.upperBound))" },
      meaning: meaning(from: range.lowerBound, to: range.upperBound, includesEnd: false)
    ) { range.contains($0) }
  }

  /// Met when the fact lies in the range, its end included.
  ///
  /// - Parameter range: Such as `1...3`.
  /// - Returns: A clause; not evaluable when the fact is missing.
  @inlinable
  @inline(__always)
  public func isIn(_ range: ClosedRange<Fact>) -> Rule<Customer> {
    .comparing(
      self,
      requirement: { "\(name) is in \(explained(range.lowerBound))...\(explained(range.upperBound))" },
      meaning: meaning(from: range.lowerBound, to: range.upperBound, includesEnd: true)
    ) { range.contains($0) }
  }
}

extension RuleOperand where Fact == Int {
  /// Met by every so many: 5, 10, 15 and so on, and 0 itself not.
  ///
  /// ```swift
  /// history.count(of: "purchase", .ever).isMultiple(of: 5)   // every fifth purchase
  /// ```
  ///
  /// - Parameter number: 1 or more; less is never met.
  /// - Returns: A clause; not evaluable when the fact is missing.
  public func isMultiple(of number: Int) -> Rule<Customer> {
    .comparing(self, requirement: { "\(name) is a multiple of \(number)" }) {
      number > 0 && $0 != 0 && $0.isMultiple(of: number)
    }
  }
}

extension RuleOperand where Fact == Tags {
  /// Met when the tag holds at the ledger's time of the decision.
  ///
  /// - Parameter tag: The tag.
  /// - Returns: A clause; not evaluable when the fact is missing.
  public func has(_ tag: String) -> Rule<Customer> {
    Rule(
      clause: RuleClause(
        requirement: { "\(name) has \(explained(tag))" },
        observed: { context in
          guard let tags = fact(in: context) else { return .missing(whyMissing(in: context)) }
          guard let ending = tags.endings[tag] else { return .was("not there") }
          guard let ending else { return .was("there") }
          return .was(context.now < ending ? "there until \(ending.rfc3339)" : "over since \(ending.rfc3339)")
        },
        needs: needs,
        cost: max(.lookup, knownCost),
        test: { context in
          guard let tags = fact(in: context) else { return .notEvaluable }
          return RuleVerdict(tags.has(tag, at: context.now))
        }
      )
    )
  }
}
