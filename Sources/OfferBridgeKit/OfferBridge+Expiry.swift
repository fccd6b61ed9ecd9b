import Foundation

// MARK: - Ends of issued offers

extension OfferBridge {
  /// Raises, for issued offers whose end is near, the events that their offers name for it.
  ///
  /// ```swift
  /// var mark: PageMark?
  /// repeat {
  ///   let sweep = try await bridge.warnOfExpiring(after: mark)
  ///   mark = sweep.next
  /// } while mark != nil
  /// ```
  ///
  /// The library does not wait: a host's own scheduler calls it, each hour or
  /// each night. Each issued offer's event is raised once, whatever is called
  /// how often and by how many processes: it is a trigger of its own, named by the
  /// issued offer. What a campaign that hears it did stays so; what was not met is
  /// decided anew by each sweep until the issued offer ends.
  ///
  /// What was redeemed as often as it can be, closed, ended by the external
  /// system or over is passed over, and so is what no campaign hears.
  ///
  /// - Parameters:
  ///   - mark: Where the page before ended; `nil` for the first.
  ///   - limit: How many issued offers at most; 256 by default.
  /// - Returns: What was decided about each, and where to go on. A page may be empty and not the last.
  /// - Throws: ``OfferBridgeError`` when a store or the ledger fails: call again with the same mark.
  public func warnOfExpiring(after mark: PageMark? = nil, limit: Int = 256) async throws -> ExpirySweep {
    let page = try await page(.expiring(at: ledgerTime()), after: mark, limit: limit)
    var sweep = ExpirySweep()
    sweep.next = page.next
    for issued in page.issuedOffers {
      guard let warning = issued.warning, let moment = issued.warnsAt,
        wiring.channel(of: .event(warning.event)) != nil
      else { continue }
      let trigger = HostTrigger(
        id: TriggerID(.expiry, "\(issued.id)"),
        name: warning.event,
        customer: issued.customer,
        occurredAt: moment,
        attributes: Attributes(
          sorted: [
            ("campaign", .text(issued.campaign.rawValue)), ("offer", .text(issued.offer.rawValue)),
          ]
        ),
        heard: .event(warning.event),
        issuedOffer: issued
      )
      try await sweep.note(issued.id) { sweep in
        let decisions = try await decide(trigger, presentAction: nil)
        // Its end came meanwhile.
        if decisions.isNone { return false }
        sweep.decisions.append(decisions)
        return true
      }
    }
    return sweep
  }

  /// Closes issued offers as expired whose time is over and whose offers ask then for their replicas back, and recalls
  /// those.
  ///
  /// The host's own scheduler calls it, as ``warnOfExpiring(after:limit:)``. Each
  /// is closed once, as ``close(_:as:reason:limitUses:recall:)`` does it: messages
  /// that wait are withdrawn, and a recall leaves for each external system that
  /// may have a replica, behind what is on its way. A redemption that comes all
  /// the same counts: the external system has the last word.
  ///
  /// - Parameters:
  ///   - variant: What the messages say that ask for the replicas back.
  ///   - limitUses: Whether what the issuances took from limits is given back; it stays used by default.
  ///   - mark: Where the page before ended; `nil` for the first.
  ///   - limit: How many issued offers at most; 256 by default.
  /// - Returns: Those that this call closed, and where to go on. A page may be empty and not the last.
  /// - Throws: ``OfferBridgeError`` when a store or the ledger fails, or the variant could not be registered: call
  ///   again with the same mark.
  public func recallExpired(
    saying variant: MessageVariant<Customer>,
    limitUses: OfferClosure.LimitUses = .kept,
    after mark: PageMark? = nil,
    limit: Int = 256
  ) async throws -> ExpirySweep {
    let page = try await page(.toBeRecalled(at: ledgerTime()), after: mark, limit: limit)
    var sweep = ExpirySweep()
    sweep.next = page.next
    for issued in page.issuedOffers {
      try await sweep.note(issued.id) { _ in
        let answer = try await close(
          issued.id,
          as: .expired,
          reason: "its time is over",
          limitUses: limitUses,
          recall: variant
        )
        // Another sweep was first, or a redemption was.
        return if case .closed = answer { true } else { false }
      }
    }
    return sweep
  }
}

extension ExpirySweep {
  /// Notes what came of one issued offer; what concerns it alone does not stop the sweep.
  fileprivate mutating func note(
    _ issued: IssuedOffer.ID,
    _ body: (inout ExpirySweep) async throws -> Bool
  ) async throws {
    do {
      if try await body(&self) { issuedOffers.append(issued) }
    } catch let error as OfferBridgeError {
      switch error.code {
      case .customerUnknown, .dataPointMissing: skipped.append(Skipped(issuedOffer: issued, error: error))
      default: throw error
      }
    }
  }
}
