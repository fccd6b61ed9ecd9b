/// Where the host keeps unique codes, of which each issued offer of a kind is given one.
///
/// An offer names its pool, `Offer("ten-off", codes: "spring-codes")`, and the
/// bridge is given the pools by name. It takes a code before the commit that
/// writes the issued offer, under the issued offer's id, so that a retry, in
/// whatever process, takes the same one.
///
/// A code is given back when the commit says that the issued offer is not
/// written, and when it is revoked. After a crash between taking and commit it
/// stays taken under the id: the retry takes it again.
///
/// **Use one:** ``InMemoryCodePool``, for tests and for apps that need no
/// database.
///
/// **Write one:** two methods over a table of codes: the code, the issuance
/// that has it (unique, empty at first), its fence, and when it was last given
/// back. Take with `UPDATE … WHERE issuance = …` and, no row being there,
/// with one of `SELECT … WHERE issuance IS NULL ORDER BY given_back NULLS
/// FIRST, … LIMIT 1 FOR UPDATE SKIP LOCKED`; the fence is from a sequence.
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
  /// - Afterwards: the code is the issuance's, and nobody else's, however many ask at once.
  /// - Answer: the code, with a fence that is higher than at every earlier taking; or that none is free.
  /// - Repeat: the same code, its fence higher once more. A lost answer costs nothing.
  nonisolated(nonsending)
    func take(for issuance: IssuedOffer.ID) async throws -> CodeAnswer

  /// Lets others have the code of an issuance.
  ///
  /// - Afterwards: the code is free, the issuance has none. When it was not issued and has another fence by now, or has
  ///   no code, nothing has changed.
  /// - Repeat: nothing changes.
  nonisolated(nonsending)
    func giveBack(codeOf issuance: IssuedOffer.ID, as reason: CodeReturn) async throws
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
  /// The commit did not write the issued offer. Only who took it last may say so, and shows it by the fence.
  case notIssued(fence: Int)
  /// The issued offer was taken back; the customer may have seen the code.
  case revoked
}
