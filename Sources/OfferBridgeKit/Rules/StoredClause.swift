/// A comparison with a number or a flag that lies in the profile: whether it is between two bounds.
///
/// Every comparison with a constant is a range: `> 3` on whole numbers is
/// 4 and up, `!= 3` is all but 3. Rows of such ranges are tested in one loop
/// without a call: twenty of them cost a quarter of twenty closures.
@usableFromInline
package enum StoredClause: Sendable, Hashable {
  case integer(StoredRange<Int64>)
  case number(StoredRange<Double>)
  case flag(StoredFlag)

  /// The clause for a fact at that offset, or `nil` for types that are compared otherwise.
  init?<Value>(at offset: Int, _ comparison: RuleComparison, _ value: Value) {
    switch value {
    case let value as Int: self = .integer(.init(at: offset, comparison, Int64(value)))
    case let value as Int64: self = .integer(.init(at: offset, comparison, value))
    case let value as Double: self = .number(.init(at: offset, comparison, value))
    case let value as Bool:
      switch comparison {
      case .equal: self = .flag(.init(offset: offset, value: value))
      case .notEqual: self = .flag(.init(offset: offset, value: !value))
      default: return nil
      }
    default: return nil
    }
  }

  /// The clause that holds where this one does not.
  var negated: StoredClause {
    switch self {
    case .integer(let range): .integer(range.negated)
    case .number(let range): .number(range.negated)
    case .flag(let flag): .flag(.init(offset: flag.offset, value: !flag.value))
    }
  }
}

/// Both bounds included; an empty range, its lower bound above its upper one, has nothing in it.
@usableFromInline
package struct StoredRange<Bound: Comparable & Hashable & Sendable>: Sendable, Hashable {
  let offset: Int
  let lower: Bound
  let upper: Bound
  /// Whether it holds outside the range.
  var isNegated = false

  var negated: Self {
    var other = self
    other.isNegated.toggle()
    return other
  }

  @inline(__always)
  func contains(_ value: Bound) -> Bool { (lower <= value && value <= upper) != isNegated }
}

@usableFromInline
package struct StoredFlag: Sendable, Hashable {
  let offset: Int
  let value: Bool
}

extension StoredRange<Int64> {
  init(at offset: Int, _ comparison: RuleComparison, _ value: Int64) {
    let isFirst = value == .min
    let isLast = value == .max
    switch comparison {
    case .equal: self.init(offset: offset, lower: value, upper: value)
    case .notEqual: self.init(offset: offset, lower: value, upper: value, isNegated: true)
    case .less: self.init(offset: offset, lower: isFirst ? .max : .min, upper: isFirst ? .min : value - 1)
    case .lessOrEqual: self.init(offset: offset, lower: .min, upper: value)
    case .greater: self.init(offset: offset, lower: isLast ? .max : value + 1, upper: isLast ? .min : .max)
    case .greaterOrEqual: self.init(offset: offset, lower: value, upper: .max)
    }
  }
}

extension StoredRange<Double> {
  // What is not a number lies in no range, so that of all comparisons it meets `!=` alone.
  init(at offset: Int, _ comparison: RuleComparison, _ value: Double) {
    let isFirst = value == -.infinity
    let isLast = value == .infinity
    switch comparison {
    case .equal: self.init(offset: offset, lower: value, upper: value)
    case .notEqual: self.init(offset: offset, lower: value, upper: value, isNegated: true)
    case .less:
      self.init(offset: offset, lower: isFirst ? .infinity : -.infinity, upper: value.nextDown)
    case .lessOrEqual: self.init(offset: offset, lower: -.infinity, upper: value)
    case .greater:
      self.init(offset: offset, lower: value.nextUp, upper: isLast ? -.infinity : .infinity)
    case .greaterOrEqual: self.init(offset: offset, lower: value, upper: .infinity)
    }
  }
}

/// Many stored clauses of one group, sorted by what they read.
final class StoredClauses: Sendable {
  private let integers: [StoredRange<Int64>]
  private let numbers: [StoredRange<Double>]
  private let flags: [StoredFlag]

  init(_ clauses: [StoredClause]) {
    var integers: [StoredRange<Int64>] = []
    var numbers: [StoredRange<Double>] = []
    var flags: [StoredFlag] = []
    for clause in clauses {
      switch clause {
      case .integer(let range): integers.append(range)
      case .number(let range): numbers.append(range)
      case .flag(let flag): flags.append(flag)
      }
    }
    self.integers = integers
    self.numbers = numbers
    self.flags = flags
  }

  /// Whether all of them hold of the profile at that address.
  func hold(at profile: UnsafeRawPointer) -> Bool {
    for flag in flags where profile.load(fromByteOffset: flag.offset, as: Bool.self) != flag.value {
      return false
    }
    for range in integers
    where !range.contains(profile.load(fromByteOffset: range.offset, as: Int64.self)) {
      return false
    }
    for range in numbers
    where !range.contains(profile.load(fromByteOffset: range.offset, as: Double.self)) {
      return false
    }
    return true
  }
}
