// MARK: - Statements

extension OfferBridge {
  /// Compares an external system's statement with what was received from it, redemption by redemption.
  ///
  /// Call it with a day's file, or the pages of an interface, once the period
  /// is over. It changes nothing: each discrepancy carries a repair, which
  /// ``apply(_:)`` does. Lines and events are told apart by their ids alone.
  /// What the ledger has parked or marked discrepant counts as received.
  ///
  /// ```swift
  /// for try await finding in bridge.reconcile(statement: records, within: StatementScope(settling: .hours(6))) {
  ///   if case .totals(let totals) = finding { print(totals.agreed, totals.discrepancies) }
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - records: The statement's lines, in any order; each is read once and not kept.
  ///   - source: The provider whose statement it is; may be left out where the bridge has exactly one.
  ///   - scope: Which of what was received must be on it, and from what age on; everything by default.
  ///   - passes: In how many parts the ids are compared, one after the other, each with that part of the memory. More
  ///     than one asks for a statement that can be read so often; 1 by default.
  /// - Returns: What is iterated: discrepancies, then the totals.
  public func reconcile<Records: AsyncSequence>(
    statement records: Records,
    from source: ProviderID? = nil,
    within scope: StatementScope = StatementScope(),
    passes: Int = 1
  ) -> StatementReconciliation<Records> where Records.Element == StatementRecord {
    StatementReconciliation(
      records: records,
      work: Result { () throws(OfferBridgeError) in
        StatementWork(
          StatementLedger(ledger, tenant: tenant, source: try self.source(source)),
          scope,
          Array(providers.keys),
          passes: passes
        )
      }
    )
  }

  /// Compares a statement that is in memory with what was received.
  ///
  /// - Parameters:
  ///   - records: The statement's lines, in any order.
  ///   - source: The provider whose statement it is; may be left out where the bridge has exactly one.
  ///   - scope: Which of what was received must be on it, and from what age on; everything by default.
  /// - Returns: What is iterated: discrepancies, then the totals.
  public func reconcile<Lines: Sequence>(
    statement records: Lines,
    from source: ProviderID? = nil,
    within scope: StatementScope = StatementScope()
  ) -> StatementReconciliation<StatementLines<Lines>> where Lines.Element == StatementRecord {
    reconcile(statement: StatementLines(lines: records), from: source, within: scope)
  }

  /// Does what a repair proposes, where it is something that can be done here.
  ///
  /// - Parameter repair: The repair of a discrepancy.
  /// - Returns: What became of the event or reversal; a second time it is a duplicate. `nil` where a person must ask,
  ///   or nothing need be done.
  /// - Throws: ``OfferBridgeError`` when the ledger fails; call again then.
  @discardableResult
  public func apply(_ repair: StatementRepair) async throws -> RedemptionMatch? {
    switch repair {
    case .reconcile(let event): try await reconcile([event])[0]
    case .reverse(let reversal): try await reconcile(reversal)
    case .ask, .none: nil
    }
  }
}
