public import Foundation

/// The entrance: decides what an action leads to, delivers the messages, reconciles what comes back.
///
/// ```swift
/// let bridge = try await OfferBridge(customers: store, catalog: catalog, campaigns: [reward, toWallet],
///                                    providers: ["wallet": wallet])
///
/// let decisions = try await bridge.respond(to: appOpened)
/// let nextDue = try await bridge.deliverDueMessages()
/// let match = try await bridge.reconcile(redemption)
/// ```
///
/// A bridge holds no durable state: it is a value, as parallel as its ledger,
/// and any number of them over one ledger are one bridge.
public struct OfferBridge<Customer: Sendable>: Sendable {
  let customers: any CustomerStore<Customer>
  let catalog: any OfferCatalog
  let wiring: CampaignWiring
  let providers: [ProviderID: any MessageProvider]
  let codePools: [CodePoolID: any CodePool]
  let reservations: (any OfferReservations)?
  let hostEvents: Set<String>
  let zoneOfCustomer: @Sendable (Customer) -> TimeZone?
  let controlGroup: ControlGroup?
  let ledger: any OfferLedger
  let settings: BridgeSettings
  let reports: BridgeReports

  /// Whose bridge it is: nothing of another tenant is seen through it.
  public let tenant: TenantID
  /// What in the configuration is likely not meant.
  public let warnings: [ConfigurationWarning]

  /// A bridge over the host's parts, once they are known to fit together.
  ///
  /// - Parameters:
  ///   - customers: Where the profiles are.
  ///   - catalog: Where the offers are.
  ///   - campaigns: What is done for whom; asked in this order.
  ///   - observers: What passes on actions and issuances; asked after the campaigns.
  ///   - providers: The ways to the external systems, by name.
  ///   - codePools: The pools of unique codes that offers name; none by default.
  ///   - reservations: Where it is kept what transactions have reserved; nowhere by default.
  ///   - hostEvents: The names of the events that the host reports itself.
  ///   - zoneOfCustomer: Where the customer's wall clock hangs, such as `\.zone`: for all that names no zone of its own;
  ///     ``BridgeSettings/zone`` where it answers `nil`, as it does by default.
  ///   - controlGroup: The customers whom every campaign leaves alone that is not exempt; none by default.
  ///   - tenant: Whose bridge it is.
  ///   - ledger: Where it is kept what was issued; in memory by default.
  ///   - settings: Retry, lease, lanes and the like.
  ///   - metrics: What counts and times; nothing by default.
  /// - Throws: ``OfferBridgeError`` with code `configurationInvalid`, with every fault at once; or `catalogFailed`.
  public init(
    customers: some CustomerStore<Customer>,
    catalog: some OfferCatalog,
    campaigns: [Campaign<Customer>],
    observers: [ScopeObserver<Customer>] = [],
    providers: [ProviderID: any MessageProvider] = [:],
    codePools: [CodePoolID: any CodePool] = [:],
    reservations: (any OfferReservations)? = nil,
    hostEvents: Set<String> = [],
    zoneOfCustomer: @escaping @Sendable (Customer) -> TimeZone? = { _ in nil },
    controlGroup: ControlGroup? = nil,
    tenant: TenantID = "main",
    ledger: some OfferLedger = InMemoryOfferLedger(),
    settings: BridgeSettings = .standard,
    metrics: (any BridgeMetrics)? = nil
  ) async throws {
    try await self.init(
      customers,
      catalog,
      campaigns,
      observers,
      providers,
      codePools,
      reservations,
      hostEvents,
      zoneOfCustomer,
      controlGroup,
      tenant,
      ledger,
      settings,
      BridgeReports(metrics)
    )
  }

  private init(
    _ customers: any CustomerStore<Customer>,
    _ catalog: any OfferCatalog,
    _ campaigns: [Campaign<Customer>],
    _ observers: [ScopeObserver<Customer>],
    _ providers: [ProviderID: any MessageProvider],
    _ codePools: [CodePoolID: any CodePool],
    _ reservations: (any OfferReservations)?,
    _ hostEvents: Set<String>,
    _ zoneOfCustomer: @escaping @Sendable (Customer) -> TimeZone?,
    _ controlGroup: ControlGroup?,
    _ tenant: TenantID,
    _ ledger: any OfferLedger,
    _ settings: BridgeSettings,
    _ reports: BridgeReports
  ) async throws {
    let issued = campaigns.flatMap(\.outcome.offers)
    let offers: [OfferID: Offer]
    do {
      offers = try await catalog.offers(Array(Set(issued)))
    } catch {
      throw OfferBridgeError(.catalogFailed, underlying: error)
    }
    let check = ConfigurationCheck(
      campaigns: campaigns,
      observers: observers,
      offers: offers,
      providers: providers,
      codePools: Set(codePools.keys),
      hostEvents: hostEvents,
      controlGroup: controlGroup,
      tenant: tenant,
      lease: settings.lease,
      leaseMargin: settings.leaseMargin
    )
    guard check.faults.isEmpty else { throw OfferBridgeError.configurationInvalid(check.faults) }
    self.customers = customers
    self.catalog = catalog
    wiring = CampaignWiring(check.listeners, offers: offers)
    self.providers = providers
    self.codePools = codePools
    self.reservations = reservations
    self.hostEvents = hostEvents
    self.zoneOfCustomer = zoneOfCustomer
    self.controlGroup = controlGroup
    self.ledger = ledger
    self.settings = settings
    self.reports = reports
    self.tenant = tenant
    warnings = check.warnings
  }

  private init(_ other: Self, ledger: any OfferLedger) {
    customers = other.customers
    catalog = other.catalog
    wiring = other.wiring
    providers = other.providers
    codePools = other.codePools
    reservations = other.reservations
    hostEvents = other.hostEvents
    zoneOfCustomer = other.zoneOfCustomer
    controlGroup = other.controlGroup
    self.ledger = ledger
    settings = other.settings
    reports = other.reports
    tenant = other.tenant
    warnings = other.warnings
  }

  /// The bridge as a dry run asks it: over what stands for its ledger, its customers and its codes, and uncounted.
  init(staging other: Self, _ customers: some CustomerStore<Customer>, _ ledger: some OfferLedger) {
    self.customers = customers
    catalog = other.catalog
    wiring = other.wiring
    providers = other.providers
    codePools = Dictionary(
      uniqueKeysWithValues: other.codePools.keys.map { ($0, StandInCodes(pool: $0) as any CodePool) }
    )
    reservations = nil
    hostEvents = other.hostEvents
    zoneOfCustomer = other.zoneOfCustomer
    controlGroup = other.controlGroup
    self.ledger = ledger
    settings = other.settings
    reports = BridgeReports(nil)
    tenant = other.tenant
    warnings = other.warnings
  }

  /// The same bridge over another ledger, such as one bound to the host's own transaction.
  ///
  /// - Parameter ledger: The ledger.
  /// - Returns: A bridge that reads and writes there.
  public func using(ledger: some OfferLedger) -> Self { Self(self, ledger: ledger) }

  /// The same bridge with other campaigns and observers.
  ///
  /// What was decided stays decided: a trigger that comes again is answered as before.
  ///
  /// - Parameters:
  ///   - campaigns: The campaigns, in place of all earlier ones.
  ///   - observers: The observers, in place of all earlier ones.
  /// - Returns: A bridge over the same ledger.
  /// - Throws: ``OfferBridgeError`` as the initialiser does.
  public func replacing(
    campaigns: [Campaign<Customer>],
    observers: [ScopeObserver<Customer>] = []
  ) async throws -> Self {
    try await Self(
      customers,
      catalog,
      campaigns,
      observers,
      providers,
      codePools,
      reservations,
      hostEvents,
      zoneOfCustomer,
      controlGroup,
      tenant,
      ledger,
      settings,
      reports
    )
  }
}

extension OfferBridge {
  // Inlined with its body: called, the two cost every reading two frames of an async function, a tenth of a journey's
  // instructions in all.
  /// Reads from one of the host's parts, and says which one it was that threw.
  @inline(__always)
  func reading<Answer>(
    _ code: OfferBridgeError.Code,
    _ body: () async throws -> Answer
  ) async throws -> Answer {
    do {
      return try await body()
    } catch let error as OfferBridgeError {
      throw error
    } catch {
      throw OfferBridgeError(code, underlying: error)
    }
  }
}
