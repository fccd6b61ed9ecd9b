/// A fact with a value in place of a missing one, so that a comparison with it is definite.
///
/// ```swift
/// customer.visits.orElse(0) < 3
/// ```
public struct DefaultedOperand<Base: RuleOperand>: RuleOperand {
  let base: Base
  let value: Base.Fact

  /// The fact, or the value; never missing.
  public func fact(in context: RuleContext<Base.Customer>) -> Base.Fact? { base.fact(in: context) ?? value }

  /// Such as "customer.visits or else 0".
  public var name: String { "\(base.name) or else \(explained(value))" }

  /// The past that the fact needs.
  public var needs: [RuleNeed] { base.needs }
}

extension DefaultedOperand: CampaignRule where Base.Fact == Bool {
  /// Met when the fact, or what stands for it, is true.
  public var rule: Rule<Base.Customer> { .flag(self) { RuleVerdict(base.fact(in: $0) ?? value) } }
  /// Met when the fact, or what stands for it, is true.
  public var body: Rule<Base.Customer> { rule }
}

extension RuleOperand {
  /// The fact, with a value in place of a missing one.
  ///
  /// Say it only where the value is what you would decide by; a missing fact is otherwise neither yes nor no.
  ///
  /// - Parameter value: What stands for a missing fact.
  /// - Returns: An operand that is never missing.
  public func orElse(_ value: Fact) -> DefaultedOperand<Self> { DefaultedOperand(base: self, value: value) }
}

/// A number that rules can calculate with.
public protocol RuleNumber: Sendable {
  /// The number as rules calculate: in double precision.
  var ruleNumber: Double { get }
}

extension Int: RuleNumber {
  /// The number in double precision: exact up to 2^53.
  public var ruleNumber: Double { Double(self) }
}

extension Int64: RuleNumber {
  /// The number in double precision: exact up to 2^53.
  public var ruleNumber: Double { Double(self) }
}

extension Double: RuleNumber {
  /// The number itself.
  public var ruleNumber: Double { self }
}

/// A number calculated from two facts, missing when one of them is, or when it is divided by zero.
public struct CalculatedOperand<Left: RuleOperand, Right: RuleOperand>: RuleOperand
where Left.Customer == Right.Customer, Left.Fact: RuleNumber, Right.Fact: RuleNumber {
  enum Operation: String { case plus = "+", minus = "-", times = "*", by = "/" }

  let left: Left
  let operation: Operation
  let right: Right

  /// The number, or `nil`.
  public func fact(in context: RuleContext<Left.Customer>) -> Double? {
    guard let left = left.fact(in: context)?.ruleNumber, let right = right.fact(in: context)?.ruleNumber
    else {
      return nil
    }
    switch operation {
    case .plus: return left + right
    case .minus: return left - right
    case .times: return left * right
    case .by: return right == 0 ? nil : left / right
    }
  }

  /// Such as "customer.spend / purchase count in the last 30 days".
  public var name: String { "\(left.name) \(operation.rawValue) \(right.name)" }

  /// Which of the two is missing, or that it is divided by zero.
  public func whyMissing(in context: RuleContext<Left.Customer>) -> String {
    if left.fact(in: context) == nil { return left.whyMissing(in: context) }
    if right.fact(in: context) == nil { return right.whyMissing(in: context) }
    return "\(right.name) is 0"
  }

  /// The past that both need.
  public var needs: [RuleNeed] { left.needs + right.needs }
}

/// The sum of two facts.
public func + <Left: RuleOperand, Right: RuleOperand>(
  lhs: Left,
  rhs: Right
) -> CalculatedOperand<Left, Right>
where Left.Customer == Right.Customer, Left.Fact: RuleNumber, Right.Fact: RuleNumber {
  CalculatedOperand(left: lhs, operation: .plus, right: rhs)
}

/// The difference of two facts.
public func - <Left: RuleOperand, Right: RuleOperand>(
  lhs: Left,
  rhs: Right
) -> CalculatedOperand<Left, Right>
where Left.Customer == Right.Customer, Left.Fact: RuleNumber, Right.Fact: RuleNumber {
  CalculatedOperand(left: lhs, operation: .minus, right: rhs)
}

/// The product of two facts.
public func * <Left: RuleOperand, Right: RuleOperand>(
  lhs: Left,
  rhs: Right
) -> CalculatedOperand<Left, Right>
where Left.Customer == Right.Customer, Left.Fact: RuleNumber, Right.Fact: RuleNumber {
  CalculatedOperand(left: lhs, operation: .times, right: rhs)
}

/// The quotient of two facts; missing when the second is zero.
public func / <Left: RuleOperand, Right: RuleOperand>(
  lhs: Left,
  rhs: Right
) -> CalculatedOperand<Left, Right>
where Left.Customer == Right.Customer, Left.Fact: RuleNumber, Right.Fact: RuleNumber {
  CalculatedOperand(left: lhs, operation: .by, right: rhs)
}

extension DefaultedOperand: LibraryOperand {
  package var cost: RuleCost { base.knownCost }
  package var faults: [RuleFault] { base.knownFaults }
}

extension CalculatedOperand: LibraryOperand {
  package var cost: RuleCost { max(left.knownCost, right.knownCost) }
  package var faults: [RuleFault] { left.knownFaults + right.knownFaults }
}
