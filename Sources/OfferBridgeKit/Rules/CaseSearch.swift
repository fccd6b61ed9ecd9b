/// Looks for values of the facts that fulfil a wish.
struct CaseSearch {
  private let wish: CaseWish

  init(_ wish: CaseWish) {
    let meanings = Dictionary(grouping: wish.meanings, by: \.fact)
    self.wish = wish.over(meanings.compactMapValues { FactAtoms($0) })
  }

  /// Whether there may be such values: `true` also where the search is given up.
  var hasCase: Bool {
    var steps = 10_000
    return search([wish], [:], &steps)
  }

  private func search(_ wishes: [CaseWish], _ allowed: [FactIdentity: [Bool]], _ steps: inout Int) -> Bool {
    var (open, choices, allowed) = (wishes, [CaseWish](), allowed)
    while let wish = open.popLast() {
      steps -= 1
      if steps < 0 { return true }
      switch wish {
      case .known(let holds): if !holds { return false }
      case .all(let parts): open += parts
      case .any(let parts) where parts.count == 1: open += parts
      case .atLeast(let count, _) where count <= 0: break
      case .atLeast(let count, let parts) where count > parts.count: return false
      case .any, .atLeast: choices.append(wish)
      case .clause: break
      case .fact(let fact, let fulfils):
        let after = allowed[fact].map { zip($0, fulfils).map { $0 && $1 } } ?? fulfils
        guard after.contains(true) else { return false }
        allowed[fact] = after
      }
    }
    guard let choice = choices.popLast() else { return true }
    switch choice {
    case .any(let parts):
      return parts.contains { search(choices + [$0], allowed, &steps) }
    case .atLeast(let count, let parts):
      // With the first of them, or without it.
      let rest = Array(parts.dropFirst())
      return search(choices + [parts[0], .atLeast(count - 1, rest)], allowed, &steps)
        || search(choices + [.atLeast(count, rest)], allowed, &steps)
    default: return true
    }
  }
}
