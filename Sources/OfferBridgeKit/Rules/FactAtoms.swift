/// The values of one fact, parted so finely that each clause about it says the same of all values of a part.
///
/// The constants of all clauses cut an ordered type into points and the gaps
/// between them. What lies in one gap compares alike with every constant, so
/// that a truth table over the parts is one over all values. Where it is not
/// known whether a gap is empty it is taken for full: that can hide that a
/// rule is never met, and never claims it of one that is.
struct FactAtoms {
  private enum Atom: Hashable {
    case point(Int)
    /// What lies before the point of that index, behind the one before it.
    case gap(Int)
    /// What compares with nothing, such as a number that is none.
    case unordered
    case missing
  }

  private let points: [FactConstant]
  private let atoms: [Atom]

  /// `nil` where the constants are not such that they can be put in one order.
  init?(_ meanings: [ClauseMeaning]) {
    guard let fact = meanings.first?.fact else { return nil }
    var points: [FactConstant] = []
    for constant in meanings.flatMap(\.test.constants)
    where !points.contains(where: { $0.isEqual(to: constant) }) {
      points.append(constant)
    }
    let isBool = points.contains { $0.value is Bool }
    if isBool { points = [false, true].compactMap { FactConstant($0) } }
    let isOrdered = !isBool && points.allSatisfy(\.isOrdered)
    if isOrdered {
      points.sort { $0.isLess(than: $1) }
      // A type whose order is none would lead to anything.
      for (index, point) in points.enumerated() {
        for other in points[(index + 1)...] where !point.isLess(than: other) || other.isLess(than: point) {
          return nil
        }
      }
    }
    let whole = points.compactMap { ($0.value as? any BinaryInteger).flatMap { Int(exactly: $0) } }
    // A fraction is compared with whole numbers in double precision, which is exact up to here.
    if fact.hasFractions, whole.contains(where: { $0.magnitude > 1 << 53 }) { return nil }
    let areWhole = !points.isEmpty && whole.count == points.count && isOrdered
    let isDiscrete = areWhole && !fact.hasFractions
    var atoms: [Atom] = points.indices.filter { index in
      guard areWhole, let range = fact.range else { return true }
      return range.contains(whole[index])
    }
    .map { .point($0) }
    if !isBool {
      for gap in 0...(isOrdered ? points.count : 0) {
        guard isDiscrete else {
          atoms.append(.gap(gap))
          continue
        }
        let lowest = gap == 0 ? fact.range?.lowerBound ?? .min : whole[gap - 1]
        let highest = gap == points.count ? fact.range?.upperBound ?? .max : whole[gap]
        // Bounds of the range can be had, points are parts of their own.
        let first =
          gap == 0 ? lowest : max(lowest == .max ? .max : lowest + 1, fact.range?.lowerBound ?? .min)
        let last =
          gap == points.count
          ? highest : min(highest == .min ? .min : highest - 1, fact.range?.upperBound ?? .max)
        let isBeyond = gap > 0 && lowest == .max || gap < points.count && highest == .min
        if !isBeyond && first <= last { atoms.append(.gap(gap)) }
      }
      if !isDiscrete { atoms.append(.unordered) }
    }
    if fact.canBeMissing { atoms.append(.missing) }
    self.points = points
    self.atoms = atoms
  }

  /// Of each part, whether a clause is met by the values in it.
  func met(by meaning: ClauseMeaning) -> [Bool] { atoms.map { isMet(meaning.test, $0) } }

  private func isMet(_ test: ClauseMeaning.Test, _ atom: Atom) -> Bool {
    switch test {
    case .isMissing(let wanted): (atom == .missing) == wanted
    case .not(.isMissing(let wanted)): (atom == .missing) != wanted
    // What is missing is neither.
    case .not(let test): atom != .missing && !isMet(test, atom)
    case .compare(let comparison, let constant): holds(comparison, constant, atom)
    case .oneOf(let constants): constants.contains { holds(.equal, $0, atom) }
    case .range(let from, let to, let includesEnd):
      holds(.greaterOrEqual, from, atom) && holds(includesEnd ? .lessOrEqual : .less, to, atom)
    }
  }

  private func holds(_ comparison: RuleComparison, _ constant: FactConstant, _ atom: Atom) -> Bool {
    guard let place = points.firstIndex(where: { $0.isEqual(to: constant) }) else { return true }
    let isEqual: Bool
    let isLess: Bool
    switch atom {
    case .missing: return false
    case .unordered: return comparison == .notEqual
    case .point(let index): (isEqual, isLess) = (index == place, index < place)
    case .gap(let index): (isEqual, isLess) = (false, index <= place)
    }
    switch comparison {
    case .equal: return isEqual
    case .notEqual: return !isEqual
    case .less: return isLess
    case .lessOrEqual: return isLess || isEqual
    case .greater: return !isLess && !isEqual
    case .greaterOrEqual: return !isLess
    }
  }
}
