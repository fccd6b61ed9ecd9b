/// Gathers the clauses of a block, with `if`, `if let`, `else`, `for` and `#available` among them.
///
/// A clause under an `if` that does not hold, or of a loop that does not run,
/// is simply not there: it is spliced into the block it stands in.
@resultBuilder
public enum RuleBuilder<Customer: Sendable> {
  // The only one: an overload that refuses a Bool in better words makes every other error of a line worse.
  // Inlined, so that a property that is a rule becomes its clause where the compiler knows its type.
  /// A rule, group or clause that stands on its own line; a block of a single clause is that clause.
  @inlinable
  @inline(__always)
  public static func buildExpression<R: CampaignRule<Customer>>(_ rule: R) -> [Rule<Customer>] {
    spliced(rule.rule)
  }

  @usableFromInline
  static func spliced(_ rule: Rule<Customer>) -> [Rule<Customer>] {
    rule.clauses.count == 1 ? rule.clauses : [rule]
  }

  /// The lines of one block.
  public static func buildBlock(_ clauses: [Rule<Customer>]...) -> [Rule<Customer>] {
    clauses.flatMap(\.self)
  }

  /// An `if` without `else`.
  public static func buildOptional(_ clauses: [Rule<Customer>]?) -> [Rule<Customer>] { clauses ?? [] }

  /// The branch of an `if`.
  public static func buildEither(first clauses: [Rule<Customer>]) -> [Rule<Customer>] { clauses }

  /// The branch of an `else`.
  public static func buildEither(second clauses: [Rule<Customer>]) -> [Rule<Customer>] { clauses }

  /// The rounds of a `for`.
  public static func buildArray(_ rounds: [[Rule<Customer>]]) -> [Rule<Customer>] { rounds.flatMap(\.self) }

  /// The clauses behind `#available`.
  public static func buildLimitedAvailability(_ clauses: [Rule<Customer>]) -> [Rule<Customer>] { clauses }

  /// The block as one rule: all of its clauses.
  public static func buildFinalResult(_ clauses: [Rule<Customer>]) -> Rule<Customer> { Rule(.all(clauses)) }
}
