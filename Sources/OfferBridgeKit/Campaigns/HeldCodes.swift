/// A code that a decision took for what it would issue.
struct HeldCode: Sendable {
  let issuance: IssuedOffer.ID
  let code: IssuedCode
  let fence: Int
}

/// The codes that a decision took, for as long as nobody knows whether they are an issued offer's.
///
/// Two deliveries of one trigger hold the same code. So a code comes free only
/// where the ledger rules out that anybody writes it any more, whatever
/// profile or campaigns they plan with: the issuance is refused or has another
/// code, or this decision's own commit made every older plan stale. Whoever
/// takes the code for a later plan has a higher fence, and the pool then keeps
/// it for them.
struct HeldCodes: Sendable {
  private var held: [HeldCode] = []

  var isEmpty: Bool { held.isEmpty }

  /// Holds one that was taken; of an issuance's codes in a pool, the one that was taken last.
  mutating func hold(_ code: HeldCode) {
    held.removeAll { $0.issuance == code.issuance && $0.code.pool == code.code.pool }
    held.append(code)
  }

  /// Those that come free by what others have decided; what they issued is held no longer.
  mutating func freed(by snapshot: LedgerSnapshot) -> [HeldCode] {
    take { held in
      switch snapshot.decided.first(where: { $0.key == held.issuance })?.outcome {
      case .refused: .free
      case .issued(let issued): issued.code == held.code.code ? .used : .free
      // Nobody has decided it, and somebody may be about to.
      case .raised, .queued, nil: .held
      }
    }
  }

  /// Those that come free by a commit of this decision; what it wrote is held no longer.
  mutating func freed(by plan: JourneyPlan, _ answers: [NodeAnswer], on snapshot: LedgerSnapshot)
    -> [HeldCode]
  {
    let known = snapshot.decided.map(\.key)
    var hasRaisedVersion = snapshot.trigger == nil
    var standing: [IssuedOffer.ID: OfferCode?] = [:]
    for (node, answer) in zip(plan.nodes, answers) {
      switch (node.content, answer) {
      case (.withheld, _): continue
      case (_, .written), (_, .writtenOver), (_, .refused):
        if !known.contains(node.key) { hasRaisedVersion = true }
      default: break
      }
      if case .issuance(let issued) = node.content, answer.stands { standing[issued.id] = issued.code }
    }
    return take { held in
      if let code = standing[held.issuance] { return code == held.code.code ? .used : .free }
      return hasRaisedVersion ? .free : .held
    }
  }

  private enum Fate { case held, free, used }

  private mutating func take(_ fate: (HeldCode) -> Fate) -> [HeldCode] {
    let fates = held.map { (code: $0, fate: fate($0)) }
    held = fates.filter { $0.fate == .held }.map(\.code)
    return fates.filter { $0.fate == .free }.map(\.code)
  }
}
