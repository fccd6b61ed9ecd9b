/// What a planner needs to know before it can go on: the code of what would be issued.
struct CodeWish: Sendable {
  let issuance: IssuedOffer.ID
  let pool: CodePoolID
}

/// What came of asking for the code of what would be issued.
enum CodeSupply: Sendable {
  case taken(HeldCode)
  case exhausted(CodePoolID)
  case noPool(CodePoolID)
}
