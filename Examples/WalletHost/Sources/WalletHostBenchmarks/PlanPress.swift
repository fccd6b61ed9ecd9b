package import Foundation
package import OfferBridgeKit

/// Plans as a bridge makes them, a customer's action each: an issued offer under a limit, its event and its message.
package enum PlanPress {
  struct Shopper: Sendable {
    var firstName = "Ada"
    var visits = 7
  }

  /// The moment at which all are planned: that of the ledger that they are for.
  package static let moment = Date(milliseconds: 1_790_000_000_000)

  /// So many plans, each of another customer.
  ///
  /// - Parameter count: How many.
  /// - Returns: The plans, in the order of their customers' numbers.
  /// - Throws: What a bridge throws.
  package static func plans(_ count: Int) async throws -> [JourneyPlan] {
    try await plans(of: (0..<count).map { CustomerID("shopper-\(1_000_000 + $0)") })
  }

  /// A plan for each of these customers.
  ///
  /// - Parameters:
  ///   - customers: The customers, each once.
  ///   - tenant: The tenant.
  /// - Returns: The plans, in their order.
  /// - Throws: What a bridge throws.
  package static func plans(
    of customers: [CustomerID],
    tenant: TenantID = "main"
  ) async throws -> [JourneyPlan] {
    try await journeys(of: customers, tenant: tenant).map(\.plan)
  }

  /// A plan for each of these customers, and the redemption that ends the journey: of the card that the wallet made.
  package static func journeys(of customers: [CustomerID], tenant: TenantID) async throws -> [PressedJourney]
  {
    let catcher = JourneyCatcher()
    let bridge = try await bridge(
      InMemoryCustomerStore(Dictionary(uniqueKeysWithValues: customers.map { ($0, Shopper()) })),
      ledger: catcher,
      tenant: tenant
    )
    for (number, customer) in customers.enumerated() {
      let action = CustomerAction(
        "app_opened",
        id: "app-opened-\(number)",
        by: customer,
        at: moment,
        ["channel": "ios"]
      )
      _ = try await bridge.respond(to: action)
    }
    let plans = await catcher.plans
    for (number, plan) in plans.enumerated() {
      guard let message = plan.messages.first else { throw NotWritten() }
      let redemption = Redemption(
        id: "redemption-\(number)",
        from: "wallet",
        of: .replica(card(of: message.key)),
        at: moment,
        amount: Money(minorUnits: 1_000, currency: "EUR")
      )
      _ = try await bridge.reconcile(redemption)
    }
    return zip(plans, await catcher.events).map { PressedJourney(plan: $0, redemption: $1) }
  }

  /// What the wallet calls the card that it made by a message.
  package static func card(of message: DerivedKey) -> ReplicaReference { ReplicaReference("card-\(message)") }

  static func bridge(
    _ customers: InMemoryCustomerStore<Shopper>,
    ledger: some OfferLedger,
    tenant: TenantID
  ) async throws -> OfferBridge<Shopper> {
    let reward = Campaign(
      "app-open-reward",
      on: .action("app_opened"),
      rule: Rule<Shopper> { $0.customer.visits >= 3 },
      outcome: .issue("ten-off"),
      limits: [.perCustomer(1), .total(1_000_000_000)]
    )
    let card = MessageVariant<Shopper>("card") {
      DataPoint("firstName") { $0.customer.firstName }
      DataPoint("offer") { $0.replica }
      DataPoint("issuedOffer") { $0.issuedOffer?.id }
    }
    let toWallet = Campaign<Shopper>(
      "to-wallet",
      on: .event("ten_off_issued"),
      rule: Everyone(),
      outcome: .send(card, through: "wallet")
    )
    return try await OfferBridge(
      customers: customers,
      catalog: InMemoryOfferCatalog([
        Offer("ten-off", raises: "ten_off_issued", replicas: ["wallet": "TEN"], expires: .after(.days(30)))
      ]),
      campaigns: [reward, toWallet],
      providers: ["wallet": InMemoryMessageProvider()],
      tenant: tenant,
      ledger: ledger
    )
  }
}

/// What a bridge asks a ledger for on one customer's journey, but for the delivery.
package struct PressedJourney: Sendable {
  package let plan: JourneyPlan
  package let redemption: ExternalEvent
}

extension JourneyPlan {
  /// The messages that it would send.
  package var messages: [OfferMessage] {
    nodes.compactMap { if case .message(let message) = $0.content { message } else { nil } }
  }
}

/// A ledger in memory that keeps what it was told to write.
actor JourneyCatcher: OfferLedger {
  private let memory = InMemoryOfferLedger(now: { PlanPress.moment })
  private(set) var plans: [JourneyPlan] = []
  private(set) var events: [ExternalEvent] = []

  func commit(_ plans: [JourneyPlan]) async throws -> [CommitAnswer] {
    self.plans += plans
    return try await memory.commit(plans)
  }

  func snapshot(_ query: SnapshotQuery) async throws -> LedgerSnapshot { try await memory.snapshot(query) }

  func claim(_ query: ClaimQuery) async throws -> ClaimAnswer { try await memory.claim(query) }

  func extend(_ leases: [Lease], by length: Duration, tenant: TenantID) async throws -> [ExtendAnswer] {
    try await memory.extend(leases, by: length, tenant: tenant)
  }

  func settle(_ settlements: [Settlement], tenant: TenantID) async throws -> [SettleAnswer] {
    try await memory.settle(settlements, tenant: tenant)
  }

  func redrive(_ redrive: MessageRedrive, tenant: TenantID) async throws -> RedriveAnswer {
    try await memory.redrive(redrive, tenant: tenant)
  }

  func reconcile(_ events: [ExternalEvent], tenant: TenantID) async throws -> [RedemptionMatch] {
    self.events += events
    return try await memory.reconcile(events, tenant: tenant)
  }

  func close(_ closing: OfferClosing, tenant: TenantID) async throws -> CloseAnswer {
    try await memory.close(closing, tenant: tenant)
  }

  func match(of event: ExternalEventID, tenant: TenantID) async throws -> RedemptionMatch? {
    try await memory.match(of: event, tenant: tenant)
  }

  func record(of issued: IssuedOffer.ID, tenant: TenantID) async throws -> IssuedOfferRecord? {
    try await memory.record(of: issued, tenant: tenant)
  }

  func page(_ query: PageQuery) async throws -> LedgerPage { try await memory.page(query) }

  func trail(_ query: TrailQuery) async throws -> TrailPage { try await memory.trail(query) }

  func audit(tenant: TenantID) async throws -> LedgerAudit { try await memory.audit(tenant: tenant) }
}
