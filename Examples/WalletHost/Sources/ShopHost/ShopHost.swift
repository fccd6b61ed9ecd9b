import DurableLedger
import Foundation
public import Hummingbird
public import Logging
public import Metrics
import NIOCore
import OfferBridgeKit
import PostgresOfferLedger
import SQLiteOfferLedger
import ServerPatience
import ServiceLifecycle
import StandardWebhooks
import WebhookMessageProvider

/// A shop's server: takes in what customers do, delivers messages to the wallet, and takes in what was redeemed.
///
/// Any number of such processes over one ledger are one shop.
public struct ShopHost: Sendable {
  let bridge: OfferBridge<Shopper>
  /// The same for customers who are being forgotten, whom the bridge itself does not find any more.
  let farewells: OfferBridge<Shopper>
  /// The same over the ledger itself, which can say of each limit whether it is reached: the coalescer in front cannot.
  let rehearsals: OfferBridge<Shopper>
  let store: ShopStore
  let signal = DeliverySignal()
  let client: WebhookClient
  let receiver: WebhookReceiver
  let token: AccessToken
  let logger: Logger
  private let port: Int
  private let patience: ServerPatience

  /// A shop with its ledger in a file, or in PostgreSQL where the settings name a database.
  ///
  /// - Parameters:
  ///   - settings: Its settings.
  ///   - logger: Where it writes, from the settings' level on.
  ///   - metrics: Where it counts and times what it does; by default what `MetricsSystem` was bootstrapped with, which is
  ///     nothing in a process that has no backend.
  /// - Throws: What the files or the database throw, or what does not fit in the configuration.
  public init(
    _ settings: HostSettings,
    logger: Logger = Logger(label: "shop"),
    metrics: any MetricsFactory = MetricsSystem.factory
  ) async throws {
    if let address = settings.postgres {
      let ledger = try await PostgresOfferLedger(at: address)
      try await self.init(settings, ledger: ledger, logger: logger, metrics: metrics)
    } else {
      let ledger = try SQLiteOfferLedger(at: "\(settings.folder)/offers.sqlite")
      try await self.init(settings, ledger: ledger, logger: logger, metrics: metrics)
    }
  }

  init(
    _ settings: HostSettings,
    ledger: some ForgettingLedger,
    logger: Logger,
    metrics: any MetricsFactory = MetricsSystem.factory
  ) async throws {
    var logger = logger
    if let level = settings.logLevel { logger.logLevel = level }
    self.logger = logger
    port = settings.port
    patience = settings.patience
    token = settings.token
    store = try ShopStore(at: "\(settings.folder)/shop.sqlite")
    client = WebhookClient(connectTimeout: .seconds(2))
    receiver = WebhookReceiver(settings.noticeSecrets)
    let wallet = WebhookMessageProvider(
      to: "\(settings.walletAddress)/messages",
      lookUpsAt: "\(settings.walletAddress)/messages",
      by: client,
      signing: WebhookSigner(settings.messageSecrets),
      words: ["ACTIVE": .accepted, "NOTHING_TO_RECALL": .accepted],
      format: .cloudEvents(source: "/home-goods", type: "home-goods.offer"),
      timeout: .seconds(3)
    )
    let shared = CoalescingLedger(in: ledger)
    func made(for customers: some CustomerStore<Shopper>) async throws -> OfferBridge<Shopper> {
      try await OfferBridge(
        customers: customers,
        catalog: InMemoryOfferCatalog(Shop.offers),
        campaigns: Shop.campaigns,
        providers: ["wallet": wallet],
        ledger: shared,
        settings: Self.pace,
        metrics: HostMetrics(factory: metrics)
      )
    }
    bridge = try await made(for: store)
    farewells = try await made(for: LeavingShoppers(store: store))
    rehearsals = bridge.using(ledger: ledger)
  }

  /// Soon again after a failure, for a wallet next door; a lease that outlives an attempt by little.
  private static let pace = BridgeSettings(
    retry: MessageRetry(
      delays: [
        .milliseconds(200), .milliseconds(500), .seconds(1), .seconds(2), .seconds(5), .seconds(5),
        .seconds(10),
        .seconds(30), .minutes(2), .minutes(10), .hours(1), .hours(6), .hours(24),
      ]
    ),
    lease: .seconds(6),
    leaseMargin: .seconds(1)
  )

  /// The server, with what delivers messages.
  ///
  /// - Parameter onRunning: Is told the port once it answers.
  /// - Returns: What runs until it is asked to stop.
  public func application(onRunning: @escaping @Sendable (Int) -> Void = { _ in }) -> some ApplicationProtocol
  {
    Application(
      router: router(),
      server: .patient(patience),
      configuration: .init(address: .hostname("127.0.0.1", port: port), serverName: "home-goods"),
      services: [DeliveryService(bridge: bridge, signal: signal, client: client, logger: logger)],
      onServerRunning: { channel in onRunning(channel.localAddress?.port ?? 0) },
      logger: logger
    )
  }
}
