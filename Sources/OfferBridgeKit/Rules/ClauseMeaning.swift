import Foundation

/// Names a fact that the library knows to be the same whenever it is read within one decision.
///
/// Only such facts are reasoned about: what a host's closure or computed
/// property answers is its own affair.
package struct FactIdentity: Sendable, Hashable {
  /// What is read.
  let name: String
  /// The type that it is read as, where it may be read as several.
  var type: ObjectIdentifier?
  /// How far back, where it is counted from the past.
  var period: HistoryPeriod?
  /// How far apart.
  var gap: Duration?
  /// Where, for what a clock shows there; `nil` for where the customer is.
  var zone: TimeZone?
  /// Whether it may be missing.
  var canBeMissing = false
  /// Whether there may be values between two neighbouring whole numbers.
  var hasFractions = false
  /// The whole numbers that it can be; all by default.
  var range: ClosedRange<Int>?
}

/// What is known of a clause beforehand: which fact it looks at, and which of its values meet it.
@usableFromInline
package struct ClauseMeaning: Sendable {
  indirect enum Test: Sendable {
    case compare(RuleComparison, FactConstant)
    case oneOf([FactConstant])
    case range(from: FactConstant, to: FactConstant, includesEnd: Bool)
    /// Definite also where the fact is missing.
    case isMissing(Bool)
    /// Known not to be met.
    case not(Test)

    var constants: [FactConstant] {
      switch self {
      case .compare(_, let constant): [constant]
      case .oneOf(let constants): constants
      case .range(let from, let to, _): [from, to]
      case .isMissing: []
      case .not(let test): test.constants
      }
    }
  }

  let fact: FactIdentity
  let test: Test

  /// Met by what is known not to meet this one.
  var turnedRound: ClauseMeaning { ClauseMeaning(fact: fact, test: .not(test)) }
}

/// A value that a clause compares with, of a type that is forgotten; those of one fact have one type.
struct FactConstant: Sendable {
  let value: any Sendable
  let isOrdered: Bool

  /// `nil` for a value that does not compare, or not even with itself.
  init?(_ value: any Sendable) {
    guard let one = value as? any Equatable, Self.equal(one, value) else { return nil }
    self.value = value
    isOrdered = value is any Comparable
  }

  func isEqual(to other: FactConstant) -> Bool {
    (value as? any Equatable).map { Self.equal($0, other.value) } ?? false
  }

  func isLess(than other: FactConstant) -> Bool {
    (value as? any Comparable).map { Self.less($0, other.value) } ?? false
  }

  private static func equal<Value: Equatable>(_ one: Value, _ other: any Sendable) -> Bool {
    (other as? Value).map { one == $0 } ?? false
  }

  private static func less<Value: Comparable>(_ one: Value, _ other: any Sendable) -> Bool {
    (other as? Value).map { one < $0 } ?? false
  }
}

extension ClauseMeaning {
  /// That the fact compares so with the value.
  init?<Value: Sendable>(_ fact: FactIdentity?, _ comparison: RuleComparison, _ value: Value) {
    guard let fact, let constant = FactConstant(value) else { return nil }
    self.init(fact: fact, test: .compare(comparison, constant))
  }

  /// That the fact is one of the values.
  init?<Value: Sendable>(_ fact: FactIdentity?, oneOf values: [Value]) {
    let constants = values.compactMap { FactConstant($0) }
    guard let fact, constants.count == values.count else { return nil }
    self.init(fact: fact, test: .oneOf(constants))
  }
}

extension RuleOperand {
  var knownIdentity: FactIdentity? { (self as? any LibraryOperand)?.identity }

  @usableFromInline
  func meaning(oneOf values: [Fact]) -> ClauseMeaning? { ClauseMeaning(knownIdentity, oneOf: values) }

  @usableFromInline
  func meaning(from: Fact, to: Fact, includesEnd: Bool) -> ClauseMeaning? {
    guard let fact = knownIdentity, let from = FactConstant(from), let to = FactConstant(to) else {
      return nil
    }
    return ClauseMeaning(fact: fact, test: .range(from: from, to: to, includesEnd: includesEnd))
  }
}
