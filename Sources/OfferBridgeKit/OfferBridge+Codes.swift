// MARK: - Unique codes

extension OfferBridge {
  /// The code of what would be issued, from the pool that its offer names.
  func take(_ wish: CodeWish) async throws -> CodeSupply {
    guard let pool = codePools[wish.pool] else { return .noPool(wish.pool) }
    return switch try await reading(.codePoolFailed(wish.pool), { try await pool.take(for: wish.issuance) }) {
    case .taken(let code, let fence): .taken(IssuedCode(code: code, pool: wish.pool), fence: fence)
    case .exhausted: .exhausted(wish.pool)
    }
  }

  // Only what the ledger said is not there is given back. After a stale plan, a conflict or a throw, another delivery
  // of the same trigger may be about to write the issued offer with the very same code.
  /// Gives back the codes of what the commit did not write.
  func giveBackCodes(_ taken: [IssuedOffer.ID: CodeSupply], of plan: JourneyPlan, _ answers: [NodeAnswer])
    async
  {
    for (node, answer) in zip(plan.nodes, answers) where !answer.stands {
      guard case .issuance(let issued) = node.content,
        case .taken(let code, let fence) = taken[issued.id], let pool = codePools[code.pool]
      else { continue }
      // What was decided is decided: a code that cannot be given back stays taken under this id, and nobody is given it.
      try? await pool.giveBack(codeOf: issued.id, as: .notIssued(fence: fence))
    }
  }

  /// Gives back the code of what was revoked.
  func giveBackCode(of issued: IssuedOffer.ID, closedAs answer: CloseAnswer) async throws {
    guard !codePools.isEmpty else { return }
    switch answer {
    // A repeat too: the first call may have ended between the two steps.
    case .closed(let closure), .alreadyClosed(let closure):
      guard closure.kind == .revoked, let name = try await record(of: issued)?.issuedOffer.codePool,
        let pool = codePools[name]
      else { return }
      try await reading(.codePoolFailed(name)) { try await pool.giveBack(codeOf: issued, as: .revoked) }
    case .notOver, .usedUp, .unknownOffer: return
    }
  }
}
