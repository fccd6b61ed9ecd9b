public import Foundation

// MARK: - Campaigns that begin by the clock

/// The campaigns that begin by the clock and run now, and when to ask again.
public struct DueSchedules: Sendable, Hashable {
  /// The campaigns whose trigger is `.schedule` and that run now, for some customer at least; in their order.
  public let campaigns: [CampaignID]
  /// The next moment at which one begins, for some customer, or `nil` when none ever does.
  public let next: Date?
}

extension OfferBridge {
  /// Which campaigns of the trigger `.schedule` run now, by the ledger's time.
  ///
  /// The library does not wait: a host's own scheduler asks, and reports each customer of the campaign's audience.
  ///
  /// ```swift
  /// let due = try await bridge.dueSchedules()
  /// for campaign in due.campaigns {
  ///   for customer in try await audience(of: campaign) {
  ///     _ = try await bridge.respond(toScheduleOf: campaign, for: customer)
  ///   }
  /// }
  /// try await comeBack(at: due.next)
  /// ```
  ///
  /// Where a schedule goes by the customer's clock, it is due as soon as it has
  /// begun somewhere on earth, and begins again every quarter of an hour
  /// elsewhere.
  ///
  /// - Returns: What runs now, and when the next one begins.
  /// - Throws: ``OfferBridgeError`` when the ledger fails.
  public func dueSchedules() async throws -> DueSchedules {
    let now = try await ledgerTime()
    let scheduled = wiring.all.filter { if case .schedule = $0.trigger { true } else { false } }
    return DueSchedules(
      campaigns: scheduled.filter { $0.runTime.isRunningSomewhere(at: now.milliseconds) }.map(\.id),
      next: scheduled.compactMap { $0.runTime.nextStart(after: now) }.min()
    )
  }

  /// Decides what a campaign that begins by the clock does for one customer.
  ///
  /// It acts once for each customer and stretch of its schedule: each night of
  /// "on friday, from 22:00 until 02:00", or the whole of a schedule that has
  /// neither weekdays nor hours. So a host may report its whole audience as
  /// often as it likes, and go on after a crash where it pleases. What was not
  /// met is decided anew as long as the stretch goes on.
  ///
  /// - Parameters:
  ///   - campaign: The campaign; its trigger is `.schedule`.
  ///   - customer: A customer of its audience.
  /// - Returns: The decisions, as for an action; `notRunning` outside the schedule.
  /// - Throws: ``OfferBridgeError`` with code `campaignNotScheduled`; or as for an action.
  public func respond(
    toScheduleOf campaign: CampaignID,
    for customer: CustomerID
  ) async throws -> Decisions {
    try customer.validated()
    guard let channel = wiring.channel(of: .schedule(campaign)), let listener = channel.listeners.first else {
      throw OfferBridgeError(.campaignNotScheduled(campaign))
    }
    let snapshot = try await snapshot(of: customer)
    let now = snapshot.now
    let id = snapshot.identity?.survivor ?? customer
    let zone = listener.runTime.isCustomers ? try await zone(of: id) : settings.zone
    guard let stretch = listener.runTime.stretch(at: now.milliseconds, zone: zone) else {
      return .unasked(channel, .notRunning, heard: "schedule", because: "the schedule is not running")
    }
    func trigger(of customer: CustomerID) -> HostTrigger {
      let key = DerivedKey.derive("schedule", campaign.rawValue, stretch.label, customer.rawValue)
      return HostTrigger(
        id: TriggerID(.schedule, stretch.label.isEmpty ? "\(key)" : "\(stretch.label) \(key)"),
        name: "schedule",
        customer: customer,
        occurredAt: now,
        attributes: .none,
        heard: .schedule(campaign)
      )
    }
    // Whoever has several ids acts once in a stretch, under the first of them that did.
    for former in snapshot.identity?.all ?? [] {
      let known = trigger(of: former)
      if try await self.snapshot(of: former, known.id).trigger != nil {
        return try await decide(known, presentAction: nil)
      }
    }
    return try await decide(trigger(of: id), presentAction: nil)
  }

  private func snapshot(
    of customer: CustomerID,
    _ trigger: TriggerID = TriggerID(.schedule, "nothing")
  ) async throws -> LedgerSnapshot {
    let query = SnapshotQuery(tenant: tenant, customer: customer, trigger: trigger, offers: [])
    return try await reading(.ledgerFailed) { try await ledger.snapshot(query) }
  }

  private func zone(of customer: CustomerID) async throws -> TimeZone {
    let profile = try await reading(.customerStoreFailed(customer)) { try await customers.customer(customer) }
    guard let profile else { throw OfferBridgeError(.customerUnknown(customer)) }
    return zoneOfCustomer(profile) ?? settings.zone
  }
}
