/// Where a bridge counts and times what it does: the host's way to its own metrics and traces.
///
/// ```swift
/// struct Metrics: BridgeMetrics {
///   func count(_ counter: BridgeCounter, _ labels: BridgeLabels) {
///     Counter("offers.\(counter.rawValue)", provider: labels.provider).increment()
///   }
///   func time(_ timer: BridgeTimer, _ length: Duration, _ labels: BridgeLabels) {
///     Timer("offers.\(timer.rawValue)", provider: labels.provider).record(length)
///   }
/// }
/// let bridge = try await OfferBridge(customers: store, catalog: catalog, campaigns: [reward], metrics: Metrics())
/// ```
///
/// Called in the midst of the work, from many tasks at once: return at once,
/// and do not call the bridge. Without metrics nothing is made or asked for
/// them. With them, each redemption that counts costs one more read of the
/// ledger, for its trigger.
///
/// What is counted is what this process saw: a process that dies between the
/// ledger's step and the count leaves one out, and a step that is repeated after
/// a lost answer may be counted twice. The sums that always agree are those of
/// ``OfferBridge/audit()``.
public protocol BridgeMetrics: Sendable {
  /// Something happened once.
  ///
  /// - Parameters:
  ///   - counter: What.
  ///   - labels: To what it belongs.
  func count(_ counter: BridgeCounter, _ labels: BridgeLabels)

  /// Something took that long.
  ///
  /// - Parameters:
  ///   - timer: What.
  ///   - length: How long.
  ///   - labels: To what it belongs.
  func time(_ timer: BridgeTimer, _ length: Duration, _ labels: BridgeLabels)
}

/// What is counted.
public enum BridgeCounter: String, Sendable, Hashable, CaseIterable {
  /// An offer was issued; a repeat is not counted.
  case issued
  /// A message was handed to its provider, at each attempt.
  case sent
  /// A message was accepted.
  case accepted
  /// A message was refused for good.
  case rejected
  /// A message waits for another attempt.
  case retried
  /// A message is not tried any more.
  case buried
  /// The ledger failed a call of ``OfferBridge/run(on:signal:)``.
  case ledgerFailed
  /// A redemption or reversal fits an issued offer, and counts.
  case redeemed
  /// A redemption or reversal counts, with discrepancies.
  case discrepant
}

/// What is timed.
public enum BridgeTimer: String, Sendable, Hashable, CaseIterable {
  /// One attempt, in ``OfferBridge/run(on:signal:)`` alone, by its clock.
  case attempt
  /// From the commit of a message, or its last redrive, to its acceptance; by the ledger's clock up to the claim.
  case delivery
}

/// To what a count or a length belongs.
public struct BridgeLabels: Sendable, Hashable {
  /// Whose bridge it is.
  public let tenant: TenantID
  /// The provider, or `nil` where none is concerned.
  public let provider: ProviderID?
  /// The campaign or observer, or `nil` where none is concerned.
  public let campaign: CampaignID?
  /// The action or host event that it goes back to, or `nil` where that is not known.
  public let trigger: TriggerID?

  /// What ties together all that goes back to one trigger: see ``TriggerID/correlation(in:)``.
  ///
  /// Worked out when it is read. It differs for each trigger: a label of traces and logs, not of a counter.
  public var correlation: DerivedKey? { trigger?.correlation(in: tenant) }
}
