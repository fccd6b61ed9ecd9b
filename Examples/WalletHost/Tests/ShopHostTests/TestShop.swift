import AsyncHTTPClient
import Foundation
import Hummingbird
import Logging
import Metrics
import NIOCore
import NIOHTTP1
import NIOPosix
import ServerPatience
import StandardWebhooks
import Synchronization
import Wallet

@testable import ShopHost

/// A shop and a wallet on free ports, with files of their own.
struct TestShop: Sendable {
  static let token = "a-token-that-nobody-guesses"
  private static let messages = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
  private static let notices = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"

  private static let client = HTTPClient(
    eventLoopGroupProvider: .singleton,
    configuration: .init(redirectConfiguration: .disallow)
  )

  let host: ShopHost
  let hostAddress: String
  let walletAddress: String
  private let notifier: WebhookSigner

  struct Answer: Sendable {
    let status: Int
    let text: String
    var retryAfter: String?

    /// The member of a JSON object.
    func member(_ name: String) -> Any? {
      (try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])?[name]
    }
  }

  /// - Parameters:
  ///   - port: The shop's; one that is free where there is none.
  ///   - ledger: The shop's ledger; one in a file where there is none.
  ///   - patience: How long the shop and the wallet wait for clients.
  ///   - logLevel: From which level on the shop logs; that of what must not be overlooked where there is none.
  ///   - metrics: Where it counts.
  ///   - body: Gets the shop.
  /// - Throws: What the body throws, or what keeps one of the two from running.
  static func run(
    port: Int? = nil,
    ledger: BrokenLedger? = nil,
    patience: ServerPatience = ServerPatience(),
    logLevel: Logger.Level? = nil,
    metrics: any MetricsFactory = NOOPMetricsHandler.instance,
    _ body: @escaping @Sendable (TestShop) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "shop-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let messageSecrets = try WebhookSecrets([WebhookSecret(messages, named: "messages")])
    let noticeSecrets = try WebhookSecrets([WebhookSecret(notices, named: "notices")])
    // The two know one another's ports: one of them must be known before.
    let port = if let port { port } else { try await freePort() }
    var quiet = Logger(label: "test")
    quiet.logLevel = .critical
    guard let token = AccessToken(token) else { return }
    let wallet = try Wallet(
      WalletSettings(
        database: folder.appending(path: "wallet.sqlite").path,
        port: 0,
        messageSecrets: messageSecrets,
        noticeSecrets: noticeSecrets,
        noticeAddresses: ["http://127.0.0.1:\(port)/webhooks/redemptions"],
        patience: patience
      ),
      logger: quiet
    )
    try await withThrowingTaskGroup(of: Void.self) { group in
      let walletPort = try await start({ wallet.application(onRunning: $0) }, in: &group)
      let settings = HostSettings(
        folder: folder.path,
        port: port,
        walletAddress: "http://127.0.0.1:\(walletPort)",
        messageSecrets: messageSecrets,
        noticeSecrets: noticeSecrets,
        token: token,
        patience: patience,
        logLevel: logLevel
      )
      let host =
        if let ledger {
          try await ShopHost(settings, ledger: ledger, logger: quiet, metrics: metrics)
        } else {
          try await ShopHost(settings, logger: quiet, metrics: metrics)
        }
      _ = try await start({ host.application(onRunning: $0) }, in: &group)
      try await body(
        TestShop(
          host: host,
          hostAddress: "http://127.0.0.1:\(port)",
          walletAddress: "http://127.0.0.1:\(walletPort)",
          notifier: WebhookSigner(noticeSecrets)
        )
      )
      group.cancelAll()
    }
  }

  private static func start<App: ApplicationProtocol>(
    _ application: (@escaping @Sendable (Int) -> Void) -> App,
    in group: inout ThrowingTaskGroup<Void, any Error>
  ) async throws -> Int {
    let (ports, found) = AsyncStream<Int>.makeStream()
    let application = application { found.yield($0) }
    group.addTask {
      // However it ends: whoever waits for the port of what never ran would wait for ever.
      defer { found.finish() }
      do { try await application.run() } catch is CancellationError {}
    }
    for await port in ports { return port }
    // It has ended, and the group knows of what.
    try await group.next()
    throw CancellationError()
  }

  private static let nextPort = Atomic(Int.random(in: 10_000..<30_000))

  /// A port below those that a system hands out: one of its own choice is free only until it gives it to another
  /// server, or to a connection.
  private static func freePort() async throws -> Int {
    while true {
      let port = nextPort.wrappingAdd(1, ordering: .relaxed).newValue
      do {
        try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
          .bind(host: "127.0.0.1", port: port).get().close()
        return port
      } catch let error as IOError where error.errnoCode == EADDRINUSE {}
    }
  }

  // MARK: - What is asked

  func ask(
    _ method: String,
    _ address: String,
    _ body: String = "",
    token: String? = token,
    headers: [WebhookHeader] = []
  ) async throws -> Answer {
    try await ask(method, address, Array(body.utf8), token: token, headers: headers)
  }

  func ask(
    _ method: String,
    _ address: String,
    _ body: [UInt8],
    token: String? = token,
    headers: [WebhookHeader] = []
  ) async throws -> Answer {
    var request = HTTPClientRequest(url: address.hasPrefix("http") ? address : hostAddress + address)
    request.method = .RAW(value: method)
    if let token { request.headers.add(name: "authorization", value: "Bearer \(token)") }
    for header in headers { request.headers.add(name: header.name, value: header.value) }
    if !body.isEmpty { request.body = .bytes(body) }
    let response = try await Self.client.execute(request, timeout: .seconds(20))
    let bytes = try await response.body.collect(upTo: 1 << 24).readableBytesView
    return Answer(
      status: Int(response.status.code),
      text: String(decoding: bytes, as: UTF8.self),
      retryAfter: response.headers.first(name: "retry-after")
    )
  }

  func save(_ customer: String, tier: String = "gold") async throws {
    _ = try await ask(
      "PUT",
      "/customers/\(customer)",
      #"{"firstName":"Ada","tier":"\#(tier)","wantsOffers":true}"#
    )
  }

  func open(_ customer: String, id: String, channel: String = "phone") async throws -> Answer {
    try await ask(
      "POST",
      "/actions",
      #"{"name":"app_opened","id":"\#(id)","customer":"\#(customer)","at":"2026-06-01T12:00:00Z","attributes":{"channel":"\#(channel)"}}"#
    )
  }

  func report(_ body: String, id: String, signed signedBody: String? = nil) async throws -> Answer {
    let headers = try notifier.headers(id: id, at: Date(), body: Array((signedBody ?? body).utf8))
    return try await ask("POST", "/webhooks/redemptions", body, token: nil, headers: headers)
  }

  func redeem(_ card: String, of customer: String, request: String = "q1") async throws -> Answer {
    try await ask(
      "POST",
      "\(walletAddress)/wallet/\(customer)/redeem",
      #"{"card":"\#(card)","minorUnits":500,"currency":"EUR","request":"\#(request)"}"#
    )
  }

  func trouble(_ switches: String) async throws {
    _ = try await ask("POST", "\(walletAddress)/trouble", switches)
  }

  func cards(of customer: String) async throws -> Answer {
    try await ask("GET", "\(walletAddress)/wallet/\(customer)")
  }

  struct TooLate: Error {}

  /// Waits until something holds.
  func inTime(_ holds: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(40)
    while try await !holds() {
      guard ContinuousClock.now < end else { throw TooLate() }
      await Task.yield()
    }
  }
}
