import Synchronization

/// Who is told what a bridge does: listeners of its deliveries, and the host's metrics.
///
/// While there is nobody, telling is one look.
final class BridgeReports: Sendable {
  private struct State {
    var listeners: [Int: AsyncStream<DeliveryEvent>.Continuation] = [:]
    var last = 0
  }

  let metrics: (any BridgeMetrics)?
  private let count = Atomic(0)
  private let state = Guarded(State())

  init(_ metrics: (any BridgeMetrics)?) { self.metrics = metrics }

  /// Whether lengths are asked for.
  var isMeasured: Bool { metrics != nil }

  /// A new listener's events.
  func listen() -> AsyncStream<DeliveryEvent> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: DeliveryEvent.self,
      bufferingPolicy: .bufferingNewest(1024)
    )
    let number = state.withLock { state in
      state.last += 1
      state.listeners[state.last] = continuation
      return state.last
    }
    count.add(1, ordering: .releasing)
    continuation.onTermination = { [weak self] _ in
      guard let self, state.withLock({ $0.listeners.removeValue(forKey: number) }) != nil else { return }
      count.subtract(1, ordering: .releasing)
    }
    return stream
  }

  @inline(__always)
  func tell(_ event: @autoclosure () -> DeliveryEvent) {
    if count.load(ordering: .relaxed) > 0 { yield(event()) }
  }

  private func yield(_ event: DeliveryEvent) {
    let listeners = state.withLock { $0.listeners.sorted { $0.key < $1.key }.map(\.value) }
    for listener in listeners { listener.yield(event) }
  }

  @inline(__always)
  func count(_ counter: BridgeCounter, of message: OfferMessage, in tenant: TenantID) {
    if let metrics { metrics.count(counter, BridgeLabels(message, in: tenant)) }
  }
}

extension BridgeReports {
  /// Tells what the ledger has written of an attempt.
  func settled(
    _ claim: Claim,
    _ outcome: Settlement.Outcome,
    _ answer: SettleAnswer,
    _ work: LaneWork,
    age: Duration,
    took length: Duration
  ) {
    if count.load(ordering: .relaxed) > 0 { yield(event(work.attempt(claim), outcome, answer)) }
    guard let metrics else { return }
    let labels = BridgeLabels(claim.message, in: work.tenant)
    if length > .zero { metrics.time(.attempt, length, labels) }
    guard answer != .lostLease else { return }
    switch outcome {
    case .accepted:
      metrics.count(.accepted, labels)
      metrics.time(.delivery, age + length, labels)
    case .rejected: metrics.count(.rejected, labels)
    case .retry: metrics.count(.retried, labels)
    case .buried: metrics.count(.buried, labels)
    case .released: break
    }
  }

  /// Tells that a call of the ledger failed.
  func ledgerFailed(_ provider: ProviderID, again wait: Duration?, in tenant: TenantID) {
    tell(.ledgerFailed(provider, again: wait))
    metrics?.count(
      .ledgerFailed,
      BridgeLabels(tenant: tenant, provider: provider, campaign: nil, trigger: nil)
    )
  }

  private func event(
    _ attempt: DeliveryAttempt,
    _ outcome: Settlement.Outcome,
    _ answer: SettleAnswer
  ) -> DeliveryEvent {
    if case .lostLease = answer { return .lostLease(attempt) }
    switch outcome {
    case .accepted(let reference): return .accepted(attempt, reference: reference)
    case .rejected(let reason): return .rejected(attempt, reason: reason)
    case .retry(let wait, let failure, _): return .waitingAgain(attempt, for: wait, reason: failure)
    case .buried(let reason, _): return .buried(attempt, reason: reason)
    case .released(let wasHanded): return .released(attempt, wasHanded: wasHanded)
    }
  }
}

extension BridgeLabels {
  init(_ message: OfferMessage, in tenant: TenantID) {
    self.init(
      tenant: tenant,
      provider: message.provider,
      campaign: message.campaign,
      trigger: message.trigger
    )
  }

  init(_ issued: IssuedOffer, in tenant: TenantID) {
    self.init(tenant: tenant, provider: nil, campaign: issued.campaign, trigger: issued.trigger)
  }
}

// MARK: - What is not a delivery

extension OfferBridge {
  /// Counts what was issued just now.
  func counted(_ decisions: Decisions) -> Decisions {
    guard let metrics = reports.metrics else { return decisions }
    for decision in decisions where !decision.isReplay {
      if let issued = decision.issuedOffer { metrics.count(.issued, BridgeLabels(issued, in: tenant)) }
    }
    return decisions
  }

  /// Counts what was redeemed just now.
  func counted(_ matches: [RedemptionMatch], of events: [ExternalEvent]) async -> [RedemptionMatch] {
    guard let metrics = reports.metrics else { return matches }
    for (match, event) in zip(matches, events) {
      guard let id = match.issuedOffer else { continue }
      // What was taken in stays so; a count that cannot be labelled is counted all the same.
      let issued = try? await ledger.record(of: id, tenant: tenant)?.issuedOffer
      let labels = BridgeLabels(
        tenant: tenant,
        provider: event.id.source,
        campaign: issued?.campaign,
        trigger: issued?.trigger
      )
      switch (match, event.content) {
      case (.discrepant, _): metrics.count(.discrepant, labels)
      case (_, .notice): break
      case (_, .redemption), (_, .reversal): metrics.count(.redeemed, labels)
      }
    }
    return matches
  }
}
