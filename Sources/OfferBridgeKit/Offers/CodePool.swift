public import Foundation

/// Where the host keeps unique codes, of which each issued offer of a kind is given one.
///
/// An offer names its pool, `Offer("ten-off", codes: "spring-codes")`, and the
/// bridge is given the pools by name. It takes a code before the commit that
/// writes the issued offer, under the issued offer's id, so that a retry, in
/// whatever process, takes the same one.
///
/// A code is given back when the ledger rules out that the issued offer is
/// written, and when it is revoked before it was ever redeemed. After a crash
/// between taking and commit it stays taken under the id: the retry takes it
/// again. If there is none, ``OfferBridge/giveBackLostCodes(of:after:olderThan:)``
/// finds it.
///
/// **Use one:** ``InMemoryCodePool``, for tests and for apps that need no
/// database.
///
/// **Write one:** three methods over a table of codes: the code, the issuance
/// that has it (unique, empty at first), its tenant, its fence, the moment of
/// its latest plan, and when it was last given back. Take with `UPDATE … SET
/// planned_at = GREATEST(planned_at, …) WHERE issuance = …` and, no row being
/// there, with one of `SELECT … WHERE issuance IS NULL ORDER BY given_back
/// NULLS FIRST, … LIMIT 1 FOR UPDATE SKIP LOCKED`; the fence is from a sequence,
/// one for the whole pool. List with an index on (tenant, fence). Keep the
/// moment as a ledger does, by its `milliseconds`.
/// How many are left is one count away, and yours to watch. Throw only when
/// the pool could not be asked. `CodePoolContract` of `OfferBridgeTesting`
/// puts it to the test.
///
/// **Fake one:** `InMemoryCodePool(["A1", "B2"])` is the fake.
public protocol CodePool: Sendable {
  /// Takes a code for an issuance: the same one each time, until it is given back.
  ///
  /// Of codes that are free, those that were never taken go first, then those
  /// given back, longest ago first: what was given back may have been seen.
  ///
  /// - Afterwards: the code is the issuance's, and nobody else's, however many ask at once. With it are kept the
  ///   tenant and the moment of the plan, in the ledger's time; of the moments of several takings, the latest.
  /// - Answer: the code, with a fence above 0 that is higher than at every earlier taking of whatever code; or that
  ///   none is free.
  /// - Repeat: the same code, its fence higher once more. A lost answer costs nothing.
  nonisolated(nonsending)
    func take(for issuance: IssuedOffer.ID, of tenant: TenantID, plannedAt moment: Date) async throws
    -> CodeAnswer

  /// Lets others have the code of an issuance.
  ///
  /// - Afterwards: the code is free, the issuance has none. When it was not issued and has another fence by now, or has
  ///   no code, nothing has changed.
  /// - Repeat: nothing changes.
  nonisolated(nonsending)
    func giveBack(codeOf issuance: IssuedOffer.ID, as reason: CodeReturn) async throws

  /// Lists the codes that issuances of a tenant have, in the order of their fences.
  ///
  /// - Afterwards: nothing has changed.
  /// - Answer: the first of those whose fence is above that one, as many as the limit says or as there are; none when
  ///   there are none above it. Each once, as it was taken last; one that was given back is not among them.
  nonisolated(nonsending)
    func taken(of tenant: TenantID, after fence: Int, limit: Int) async throws -> [TakenCode]
}

/// A code that an issuance has.
public struct TakenCode: Sendable, Hashable {
  /// The id of what it was taken for; nobody but the ledger knows whether that was issued.
  public let issuance: IssuedOffer.ID
  /// The code.
  public let code: OfferCode
  /// The number of its last taking.
  public let fence: Int
  /// The latest moment of a plan that it was taken for, in the ledger's time.
  public let plannedAt: Date

  /// A code.
  ///
  /// - Parameters:
  ///   - issuance: The id of what it was taken for.
  ///   - code: The code.
  ///   - fence: The number of its last taking.
  ///   - plannedAt: The latest moment of a plan that it was taken for.
  public init(issuance: IssuedOffer.ID, code: OfferCode, fence: Int, plannedAt: Date) {
    self.issuance = issuance
    self.code = code
    self.fence = fence
    self.plannedAt = plannedAt
  }
}

/// What a code pool says when it is asked for a code.
public enum CodeAnswer: Sendable, Hashable {
  /// The code of the issuance, and a number that rises with each taking.
  case taken(OfferCode, fence: Int)
  /// No code is free.
  case exhausted
}

/// Why a code is given back.
public enum CodeReturn: Sendable, Hashable {
  /// The issued offer is not written, and will not be with this code. Only who took it last may say so, and shows it
  /// by the fence.
  case notIssued(fence: Int)
  /// The issued offer was taken back and was never redeemed; the customer may have seen the code.
  case revoked
}
