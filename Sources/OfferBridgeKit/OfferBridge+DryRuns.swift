import Foundation

// MARK: - Dry runs

extension OfferBridge {
  /// Decides what a customer's action would lead to, and writes nothing.
  ///
  /// For a customer as they are, or one that is made up; now, or at another
  /// moment; against the ledger, which is only read, or against a scratch one:
  ///
  /// ```swift
  /// let dryRun = try await bridge.dryRun(of: appOpened)
  /// let dryRun = try await bridge.dryRun(of: appOpened, against: .live(at: christmasEve))
  /// let dryRun = try await bridge.dryRun(of: appOpened, as: Shopper(tier: .gold), history: [])
  /// let dryRun = try await bridge.dryRun(of: appOpened, against: .scratch(copy))
  /// ```
  ///
  /// What the ledger remembers of the action is answered as a repeat would be.
  ///
  /// - Parameters:
  ///   - action: What the customer would do.
  ///   - profile: Stands for the customer's profile; the customer store's by default.
  ///   - history: Stands for the customer's past actions; the customer store's by default.
  ///   - ledger: The bridge's own ledger and its time by default.
  /// - Returns: The decisions and the messages. Nothing for an action that no campaign hears.
  /// - Throws: ``OfferBridgeError`` as ``respond(to:)-(CustomerAction)`` does.
  public func dryRun(
    of action: CustomerAction,
    as profile: Customer? = nil,
    history: [CustomerAction]? = nil,
    against ledger: DryRun.Ledger = .live()
  ) async throws -> DryRun {
    try await dryRun(as: profile, history, against: ledger) { try await $0.respond(to: action) }
  }

  /// Decides what a host event would lead to, and writes nothing.
  ///
  /// - Parameters:
  ///   - event: What would happen.
  ///   - profile: Stands for the customer's profile; the customer store's by default.
  ///   - history: Stands for the customer's past actions; the customer store's by default.
  ///   - ledger: The bridge's own ledger and its time by default.
  /// - Returns: The decisions and the messages.
  /// - Throws: ``OfferBridgeError`` as ``respond(to:)-(ProfileEvent)`` does.
  public func dryRun(
    of event: ProfileEvent,
    as profile: Customer? = nil,
    history: [CustomerAction]? = nil,
    against ledger: DryRun.Ledger = .live()
  ) async throws -> DryRun {
    try await dryRun(as: profile, history, against: ledger) { try await $0.respond(to: event) }
  }

  /// Decides what a campaign that begins by the clock would do for one customer, and writes nothing.
  ///
  /// - Parameters:
  ///   - campaign: The campaign; its trigger is `.schedule`.
  ///   - customer: A customer of its audience.
  ///   - profile: Stands for the customer's profile; the customer store's by default.
  ///   - history: Stands for the customer's past actions; the customer store's by default.
  ///   - ledger: The bridge's own ledger and its time by default.
  /// - Returns: The decisions and the messages; `notRunning` outside the schedule.
  /// - Throws: ``OfferBridgeError`` as ``respond(toScheduleOf:for:)`` does.
  public func dryRun(
    ofScheduleOf campaign: CampaignID,
    for customer: CustomerID,
    as profile: Customer? = nil,
    history: [CustomerAction]? = nil,
    against ledger: DryRun.Ledger = .live()
  ) async throws -> DryRun {
    try await dryRun(as: profile, history, against: ledger) {
      try await $0.respond(toScheduleOf: campaign, for: customer)
    }
  }

  /// Asks this very bridge over a ledger that writes nothing, with pools that nothing is taken from, and uncounted.
  private func dryRun(
    as profile: Customer?,
    _ history: [CustomerAction]?,
    against ledger: DryRun.Ledger,
    _ decide: (Self) async throws -> Decisions
  ) async throws -> DryRun {
    if case .live(let moment?) = ledger, !moment.isUsable {
      throw OfferBridgeError(.momentInvalid(of: "a dry run"))
    }
    let staged = StagedLedger(ledger, live: self.ledger)
    let decisions = try await decide(
      Self(staging: self, StandInCustomers(store: customers, profile: profile, history: history), staged)
    )
    return DryRun(decisions, staged)
  }
}

extension DryRun {
  fileprivate init(_ decisions: Decisions, _ staged: StagedLedger) {
    self.decisions = decisions
    var messages: [OfferMessage] = []
    var pools: [CodePoolID] = []
    var unasked: [UnaskedLimit] = []
    if let (plan, answers, isUnasked) = staged.committed {
      for (node, answer) in zip(plan.nodes, answers) where answer == .written {
        switch node.content {
        case .message(let message): messages.append(message)
        case .issuance(let issued):
          if let pool = issued.codePool, !pools.contains(pool) { pools.append(pool) }
        case .event, .withheld: break
        }
        guard isUnasked, let campaign = node.campaign else { continue }
        unasked += node.limits.map { UnaskedLimit(campaign: campaign, limit: $0.limit) }
      }
    }
    self.messages = messages
    codePools = pools
    unaskedLimits = unasked
  }
}
