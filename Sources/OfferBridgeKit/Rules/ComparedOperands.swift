/// Two facts compared with one another: not evaluable when either is missing.
struct ComparedOperands<Left: RuleOperand, Right: RuleOperand>: Sendable
where Left.Customer == Right.Customer, Left.Fact == Right.Fact {
  let left: Left
  let right: Right

  /// One clause; its explanation shows both facts.
  func clause(
    _ sign: String,
    _ holds: @escaping @Sendable (Left.Fact, Right.Fact) -> Bool
  ) -> Rule<Left.Customer> {
    Rule(
      clause: RuleClause(
        requirement: { "\(left.name) \(sign) \(right.name)" },
        observed: { context in
          guard let one = left.fact(in: context) else { return .missing(left.whyMissing(in: context)) }
          guard let other = right.fact(in: context) else { return .missing(right.whyMissing(in: context)) }
          return .was("\(explained(one)) and \(explained(other))")
        },
        needs: left.needs + right.needs,
        faults: left.knownFaults + right.knownFaults,
        cost: max(left.knownCost, right.knownCost),
        test: { context in
          guard let one = left.fact(in: context), let other = right.fact(in: context) else {
            return .notEvaluable
          }
          return RuleVerdict(holds(one, other))
        }
      )
    )
  }
}

/// The left fact equals the right one; not evaluable when either is missing.
public func == <Left: RuleOperand, Right: RuleOperand>(lhs: Left, rhs: Right) -> Rule<Left.Customer>
where Left.Customer == Right.Customer, Left.Fact == Right.Fact, Left.Fact: Equatable {
  ComparedOperands(left: lhs, right: rhs).clause("==") { $0 == $1 }
}

/// The left fact differs from the right one; not evaluable when either is missing.
public func != <Left: RuleOperand, Right: RuleOperand>(lhs: Left, rhs: Right) -> Rule<Left.Customer>
where Left.Customer == Right.Customer, Left.Fact == Right.Fact, Left.Fact: Equatable {
  ComparedOperands(left: lhs, right: rhs).clause("!=") { $0 != $1 }
}

/// The left fact is less than the right one; not evaluable when either is missing.
public func < <Left: RuleOperand, Right: RuleOperand>(lhs: Left, rhs: Right) -> Rule<Left.Customer>
where Left.Customer == Right.Customer, Left.Fact == Right.Fact, Left.Fact: Comparable {
  ComparedOperands(left: lhs, right: rhs).clause("<") { $0 < $1 }
}

/// The left fact is at most the right one; not evaluable when either is missing.
public func <= <Left: RuleOperand, Right: RuleOperand>(lhs: Left, rhs: Right) -> Rule<Left.Customer>
where Left.Customer == Right.Customer, Left.Fact == Right.Fact, Left.Fact: Comparable {
  ComparedOperands(left: lhs, right: rhs).clause("<=") { $0 <= $1 }
}

/// The left fact is more than the right one; not evaluable when either is missing.
public func > <Left: RuleOperand, Right: RuleOperand>(lhs: Left, rhs: Right) -> Rule<Left.Customer>
where Left.Customer == Right.Customer, Left.Fact == Right.Fact, Left.Fact: Comparable {
  ComparedOperands(left: lhs, right: rhs).clause(">") { $0 > $1 }
}

/// The left fact is at least the right one; not evaluable when either is missing.
public func >= <Left: RuleOperand, Right: RuleOperand>(lhs: Left, rhs: Right) -> Rule<Left.Customer>
where Left.Customer == Right.Customer, Left.Fact == Right.Fact, Left.Fact: Comparable {
  ComparedOperands(left: lhs, right: rhs).clause(">=") { $0 >= $1 }
}
