import Foundation

// MARK: - Unique codes

extension OfferBridge {
  /// Gives back the codes that crashed deliveries left behind: those that no issued offer has, or will have.
  ///
  /// ```swift
  /// let sweep = try await bridge.giveBackLostCodes(of: "spring-codes", after: lastMark)
  /// print(sweep.givenBack)  // 3
  /// lastMark = sweep.mark   // keep it until tomorrow
  /// ```
  ///
  /// A delivery takes a code before it commits. One that ended in between, and
  /// was never repeated, has left its code taken. So has one that gave a code
  /// back in vain, for the pool failed, and one that was overtaken and cannot
  /// know whether another still writes the same issued offer. Call it now and
  /// then, such as each night: it asks the ledger about every code that was
  /// taken since the mark, one after the other, up to the first that was taken
  /// for too young a plan.
  ///
  /// A code is lost when its issued offer is not in the ledger, or has another
  /// code; or when it was revoked and never redeemed, and the code was not
  /// given back then. A plan that is older than a minute is never written, and
  /// whoever takes the code for a new one has a higher fence: so nobody loses a
  /// code to a sweep, however many decide meanwhile. Call it on a bridge whose
  /// ledger is the one that every decision of its tenant is written to.
  ///
  /// - Parameters:
  ///   - pool: The pool's name.
  ///   - mark: Where the sweep before ended; 0, from the first taking, by default.
  ///   - age: For how long a code must have been taken, in the ledger's time; an hour by default. It has to be longer
  ///     than a commit can be on its way and the clocks of ledgers can be apart, and counts as no less than
  ///     ``JourneyPlan/longestAge``.
  /// - Returns: How many were given back, and where the next sweep begins.
  /// - Throws: ``OfferBridgeError`` with code `codePoolUnknown`; or when the pool or the ledger fails: call again with
  ///   the same mark.
  public func giveBackLostCodes(
    of pool: CodePoolID,
    after mark: Int = 0,
    olderThan age: Duration = .hours(1)
  ) async throws -> CodeSweep {
    guard let codes = codePools[pool] else { throw OfferBridgeError(.codePoolUnknown(pool)) }
    let age = max(age, JourneyPlan.longestAge).milliseconds
    let horizon = Date(milliseconds: try await ledgerTime().milliseconds.subtractingClamped(age))
    var sweep = CodeSweep(givenBack: 0, mark: mark)
    while true {
      let page = try await reading(.codePoolFailed(pool)) { [mark = sweep.mark] in
        try await codes.taken(of: tenant, after: mark, limit: 256)
      }
      guard let last = page.last, last.fence > sweep.mark else { return sweep }
      for taken in page {
        guard taken.plannedAt < horizon else { return sweep }
        if let reason = try await reasonToGiveBack(taken) {
          try await reading(.codePoolFailed(pool)) {
            try await codes.giveBack(codeOf: taken.issuance, as: reason)
          }
          sweep.givenBack += 1
        }
        sweep.mark = taken.fence
      }
    }
  }

  /// Why a code that was taken long ago is lost, or `nil` when it is an issued offer's.
  private func reasonToGiveBack(_ taken: TakenCode) async throws -> CodeReturn? {
    guard let issued = try await record(of: taken.issuance)?.issuedOffer, issued.code == taken.code else {
      return .notIssued(fence: taken.fence)
    }
    return issued.closure?.kind == .revoked && issued.redeemed.isEmpty ? .revoked : nil
  }

  // It comes with a snapshot, of whomever.
  func ledgerTime() async throws -> Date {
    let query = SnapshotQuery(
      tenant: tenant,
      customer: "nobody",
      trigger: TriggerID(.action, "nothing"),
      offers: []
    )
    return try await reading(.ledgerFailed) { try await ledger.snapshot(query).now }
  }

  /// The code of what would be issued, from the pool that its offer names.
  func take(_ wish: CodeWish, plannedAt moment: Date) async throws -> CodeSupply {
    guard let pool = codePools[wish.pool] else { return .noPool(wish.pool) }
    let answer = try await reading(.codePoolFailed(wish.pool)) {
      try await pool.take(for: wish.issuance, of: tenant, plannedAt: moment)
    }
    return switch answer {
    case .taken(let code, let fence):
      .taken(HeldCode(issuance: wish.issuance, code: IssuedCode(code: code, pool: wish.pool), fence: fence))
    case .exhausted: .exhausted(wish.pool)
    }
  }

  /// Gives back what a decision took in vain.
  func giveBack(_ codes: [HeldCode]) async {
    for held in codes {
      // What was decided is decided. A code that cannot be given back stays taken, and is found by a sweep.
      try? await codePools[held.code.pool]?.giveBack(
        codeOf: held.issuance,
        as: .notIssued(fence: held.fence)
      )
    }
  }

  /// Gives back the code of what was revoked; what was ever redeemed keeps it.
  func giveBackCode(of issued: IssuedOffer, closedAs answer: CloseAnswer) async throws {
    switch answer {
    // A repeat too: the first call may have ended between the two steps.
    case .closed(let closure), .alreadyClosed(let closure):
      guard closure.kind == .revoked, issued.redeemed.isEmpty, let name = issued.codePool,
        let pool = codePools[name]
      else { return }
      try await reading(.codePoolFailed(name)) { try await pool.giveBack(codeOf: issued.id, as: .revoked) }
    case .notOver, .usedUp, .unknownOffer: return
    }
  }
}
