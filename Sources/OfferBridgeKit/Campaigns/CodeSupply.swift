/// What a planner needs to know before it can go on: the code of what would be issued.
struct CodeWish: Sendable {
  let issuance: IssuedOffer.ID
  let pool: CodePoolID
}

/// What is known of the code of what would be issued.
enum CodeSupply: Sendable {
  /// It was taken for this plan, and is given back if the commit does not write it.
  case taken(IssuedCode, fence: Int)
  /// It stands since an earlier commit; or the offer has none.
  case known(IssuedCode?)
  case exhausted(CodePoolID)
  case noPool(CodePoolID)
  /// It has to be asked for first.
  case wanted(CodeWish)
}

extension JourneyPlanner {
  /// The code of what would be issued, from the pool that its offer names.
  func supply(of key: IssuedOffer.ID, from pool: CodePoolID?) -> CodeSupply {
    guard let pool else { return .known(nil) }
    if let supply = codes[key] { return supply }
    // Issued before, on another way through the journey, or refused: nothing new will be written under the key.
    guard let decided = snapshot.decided.first(where: { $0.key == key }) else {
      return .wanted(CodeWish(issuance: key, pool: pool))
    }
    if case .issued(let issued) = decided.outcome { return .known(issued.issuedCode) }
    return .known(nil)
  }
}
