// MARK: - What is not settled

extension OfferBridge {
  /// All that is not settled, and since when: what waits for its other half, what is odd, and what did not arrive.
  ///
  /// ```swift
  /// for try await matter in try await bridge.openMatters(olderThan: .hours(1)) {
  ///   print(matter, matter.advice)
  /// }
  /// ```
  ///
  /// Read page by page as it is asked for: first parked events, then
  /// discrepant ones, then messages that were buried, that were rejected, that
  /// wait and that are on their way; of each kind the earliest first. What changes
  /// meanwhile may be among it or not.
  ///
  /// - Parameter age: For how long it must have been so, by the ledger's time; however short by default.
  /// - Returns: What is iterated. It throws ``OfferBridgeError`` when the ledger fails.
  /// - Throws: ``OfferBridgeError`` when the ledger fails.
  public func openMatters(olderThan age: Duration = .zero) async throws -> OpenMatters {
    let now = try await ledgerTime()
    return OpenMatters(
      ledger: ledger,
      tenant: tenant,
      horizon: now.milliseconds.subtractingClamped(age.milliseconds)
    )
  }
}
