/// What is asked of a case: that clauses are met, or are not, alone and in groups.
indirect enum CaseWish {
  /// A clause that must be met, or must not be; `nil` for one that may be either.
  case clause(ClauseMeaning?, isMet: Bool)
  /// The same once it is known which parts of the fact's values fulfil it.
  case fact(FactIdentity, [Bool])
  case known(Bool)
  case all([CaseWish])
  case any([CaseWish])
  case atLeast(Int, [CaseWish])

  var meanings: [ClauseMeaning] {
    switch self {
    case .clause(let meaning, _): meaning.map { [$0] } ?? []
    case .known, .fact: []
    case .all(let parts), .any(let parts), .atLeast(_, let parts): parts.flatMap(\.meanings)
    }
  }

  /// The same over the parts of the facts; what is not known may be either.
  func over(_ atoms: [FactIdentity: FactAtoms]) -> CaseWish {
    switch self {
    case .clause(let meaning, let isMet):
      guard let meaning, let atoms = atoms[meaning.fact] else { return .known(true) }
      return .fact(meaning.fact, atoms.met(by: meaning).map { $0 == isMet })
    case .known, .fact: return self
    case .all(let parts): return .all(parts.map { $0.over(atoms) })
    case .any(let parts): return .any(parts.map { $0.over(atoms) })
    case .atLeast(let count, let parts): return .atLeast(count, parts.map { $0.over(atoms) })
    }
  }
}

extension Rule {
  /// That the rule is met or, with `false`, that it is anything else: not met, or not evaluable.
  func wish(_ isMet: Bool) -> CaseWish { wish(isMet, is: .met) }

  /// `verdict`: the one that is spoken of; under a `not`, "met" of the whole is "not met" of what is within.
  private func wish(_ wanted: Bool, is verdict: RuleVerdict) -> CaseWish {
    func parts(_ clauses: [Rule]) -> [CaseWish] { clauses.map { $0.wish(wanted, is: verdict) } }
    let isMet = verdict == .met
    switch node {
    case .clause(let clause):
      return .clause(isMet ? clause.meaning : clause.meaning?.turnedRound, isMet: wanted)
    case .everyone: return .known(isMet == wanted)
    case .named(_, let inner), .sensitive(let inner): return inner.wish(wanted, is: verdict)
    case .not(let inner): return inner.wish(wanted, is: isMet ? .notMet : .met)
    case .holdout(let percent, _):
      if percent >= 100 { return .known(!isMet == wanted) }
      return percent > 0 ? .clause(nil, isMet: wanted) : .known(isMet == wanted)
    // All are met when each is, and not met when one is not; so also for what it takes not to be either.
    case .all(let clauses): return isMet == wanted ? .all(parts(clauses)) : .any(parts(clauses))
    case .any(let clauses): return isMet == wanted ? .any(parts(clauses)) : .all(parts(clauses))
    case .atLeast(let count, let clauses):
      let least = isMet == wanted ? count : clauses.count - count + 1
      return .atLeast(least, parts(clauses))
    }
  }
}
