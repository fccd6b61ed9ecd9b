/// Met when every clause is: a group to stand inside another group.
public struct AllOf<Customer: Sendable>: CampaignRule {
  /// The group as a rule.
  public let rule: Rule<Customer>
  /// The group as a rule.
  public var body: Rule<Customer> { rule }

  /// A group.
  ///
  /// - Parameter clauses: At least one clause.
  public init(@RuleBuilder<Customer> _ clauses: () -> Rule<Customer>) { rule = clauses() }
}

/// Met when at least one clause is.
public struct AnyOf<Customer: Sendable>: CampaignRule {
  /// The group as a rule.
  public let rule: Rule<Customer>
  /// The group as a rule.
  public var body: Rule<Customer> { rule }

  /// A group.
  ///
  /// - Parameter clauses: At least one clause.
  public init(@RuleBuilder<Customer> _ clauses: () -> Rule<Customer>) { rule = Rule(.any(clauses().clauses)) }
}

/// Met when its clauses, taken together, are not.
///
/// With several clauses it is the opposite of all of them together; for "not
/// one of them" see ``NoneOf``. Over a missing fact it is not evaluable: what
/// is unknown is not the opposite of anything.
public struct Not<Customer: Sendable>: CampaignRule {
  /// The group as a rule.
  public let rule: Rule<Customer>
  /// The group as a rule.
  public var body: Rule<Customer> { rule }

  /// A group.
  ///
  /// - Parameter clauses: At least one clause.
  public init(@RuleBuilder<Customer> _ clauses: () -> Rule<Customer>) {
    let block = clauses()
    rule = Rule(.not(block.clauses.count == 1 ? block.clauses[0] : block))
  }
}

/// Met when not one of its clauses is.
public struct NoneOf<Customer: Sendable>: CampaignRule {
  /// The group as a rule.
  public let rule: Rule<Customer>
  /// The group as a rule.
  public var body: Rule<Customer> { rule }

  /// A group.
  ///
  /// - Parameter clauses: At least one clause.
  public init(@RuleBuilder<Customer> _ clauses: () -> Rule<Customer>) {
    rule = Rule(.not(Rule(.any(clauses().clauses))))
  }
}

/// Met once that many clauses are; not met once the rest cannot reach it.
public struct AtLeast<Customer: Sendable>: CampaignRule {
  /// The group as a rule.
  public let rule: Rule<Customer>
  /// The group as a rule.
  public var body: Rule<Customer> { rule }

  /// A group.
  ///
  /// - Parameters:
  ///   - count: How many must be met, from 1 to the number of clauses; another count is a fault at the door.
  ///   - clauses: The clauses.
  public init(_ count: Int, @RuleBuilder<Customer> _ clauses: () -> Rule<Customer>) {
    rule = Rule(.atLeast(count, clauses().clauses))
  }
}

/// Its clauses, all of which must be met, without telling what they saw.
///
/// ```swift
/// Sensitive { customer.income >= 50_000 }
/// ```
///
/// An explanation shows the requirement and the verdict, and "hidden" in place
/// of what was seen. Who reads the verdict still learns that much.
public struct Sensitive<Customer: Sendable>: CampaignRule {
  /// The group as a rule.
  public let rule: Rule<Customer>
  /// The group as a rule.
  public var body: Rule<Customer> { rule }

  /// A group.
  ///
  /// - Parameter clauses: At least one clause.
  public init(@RuleBuilder<Customer> _ clauses: () -> Rule<Customer>) {
    let block = clauses()
    rule = Rule(.sensitive(block.clauses.count == 1 ? block.clauses[0] : block))
  }
}

/// Always met: how a campaign says that it is for everyone.
public struct Everyone<Customer: Sendable>: CampaignRule {
  /// Everyone.
  public init() {}
  /// The group as a rule.
  public var rule: Rule<Customer> { Rule(.everyone) }
  /// The group as a rule.
  public var body: Rule<Customer> { rule }
}

/// Both rules are met.
@inlinable
@inline(__always)
public func && <Left: CampaignRule, Right: CampaignRule<Left.Customer>>(
  lhs: Left,
  rhs: Right
) -> Rule<Left.Customer> {
  .all(lhs.rule, rhs.rule)
}

/// At least one of both rules is met.
@inlinable
@inline(__always)
public func || <Left: CampaignRule, Right: CampaignRule<Left.Customer>>(
  lhs: Left,
  rhs: Right
) -> Rule<Left.Customer> {
  .any(lhs.rule, rhs.rule)
}

/// The rule is not met; over a missing fact, not evaluable.
@inlinable
@inline(__always)
public prefix func ! <R: CampaignRule>(rule: R) -> Rule<R.Customer> {
  .not(rule.rule)
}

extension Rule {
  /// The clauses of a block, or the rule itself as the only one.
  var clauses: [Rule] {
    if case .all(let clauses) = node { clauses } else { [self] }
  }
}

extension Rule {
  @usableFromInline
  static func all(_ left: Rule, _ right: Rule) -> Rule { Rule(.all([left, right])) }

  @usableFromInline
  static func any(_ left: Rule, _ right: Rule) -> Rule { Rule(.any([left, right])) }

  @usableFromInline
  static func not(_ rule: Rule) -> Rule { Rule(.not(rule)) }
}
