import AsyncHTTPClient
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import StandardWebhooks
import Synchronization

@testable import Wallet

/// A wallet on a free port with a file of its own, and a host that keeps what it is told.
struct TestWallet: Sendable {
  private static let messages = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
  private static let notices = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"

  struct Answer: Sendable, Hashable {
    var status: Int
    var word: String?
    var reference: String?
  }

  let wallet: Wallet
  let host: NotedHost
  /// The second of its hosts.
  let other: NotedHost
  let address: String
  private let signer: WebhookSigner

  /// - Parameters:
  ///   - absent: Addresses at which nobody answers, which the wallet has before those of its hosts.
  ///   - body: Gets the wallet.
  /// - Throws: What the body throws.
  static func run(
    absent: [String] = [],
    _ body: @escaping @Sendable (TestWallet) async throws -> Void
  ) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "wallet-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let noticeSecrets = try WebhookSecrets([WebhookSecret(notices, named: "notices")])
    let messageSecrets = try WebhookSecrets([WebhookSecret(messages, named: "messages")])
    let host = NotedHost(WebhookReceiver(noticeSecrets))
    let other = NotedHost(WebhookReceiver(noticeSecrets))
    try await withThrowingTaskGroup(of: Void.self) { group in
      let hostPorts = [
        try await start(host.application, in: &group), try await start(other.application, in: &group),
      ]
      let wallet = try Wallet(
        WalletSettings(
          database: folder.appending(path: "wallet.sqlite").path,
          port: 0,
          messageSecrets: messageSecrets,
          noticeSecrets: noticeSecrets,
          noticeAddresses: absent + hostPorts.map { "http://127.0.0.1:\($0)/notices" }
        )
      )
      let port = try await start({ wallet.application(onRunning: $0) }, in: &group)
      let signer = WebhookSigner(messageSecrets)
      try await body(
        TestWallet(
          wallet: wallet,
          host: host,
          other: other,
          address: "http://127.0.0.1:\(port)",
          signer: signer
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

  /// Another wallet of the same hosts with a file of its own, which sends nothing unless it is asked to.
  func idle(firstNumber: Int64 = 1) throws -> Wallet {
    var settings = wallet.settings
    settings.firstNumber = firstNumber
    settings.database += "-idle"
    return try Wallet(settings)
  }

  // MARK: - What is asked of it

  func send(
    _ key: String,
    of member: String = "ada",
    kind: String = "issue",
    issued: String? = nil,
    body: [UInt8]? = nil,
    tampered: Bool = false
  ) async throws -> Answer {
    let issued = issued ?? (kind == "recall" ? "issued-k1" : "issued-\(key)")
    let text =
      #"{"type":"shop.offer.\#(kind)","subject":"\#(issued)","data":{"member":"\#(member)","offer":"TEN"}}"#
    let body = body ?? Array(text.utf8)
    let headers = try signer.headers(id: key, at: Date(), body: tampered ? body + [32] : body)
    return try await post("messages", body, headers)
  }

  func lookUp(_ key: String) async throws -> Answer {
    try await request("messages/\(key)", "GET", [], signer.headers(id: key, at: Date(), body: []))
  }

  func redeem(_ card: String, of member: String, request: String) async throws -> Answer {
    let text = #"{"card":"\#(card)","minorUnits":500,"currency":"EUR","request":"\#(request)"}"#
    return try await post("wallet/\(member)/redeem", Array(text.utf8), [])
  }

  func reverse(_ redemption: String, of member: String) async throws -> Answer {
    try await post("wallet/\(member)/reverse", Array(#"{"redemption":"\#(redemption)"}"#.utf8), [])
  }

  func trouble(_ switches: String) async throws { _ = try await post("trouble", Array(switches.utf8), []) }

  func cards(of member: String) async throws -> [WalletCard] { try await wallet.store.cards(of: member) }

  func post(_ path: String, _ body: [UInt8], _ headers: [WebhookHeader]) async throws -> Answer {
    try await request(path, "POST", body, headers)
  }

  private struct Said: Decodable {
    let status: String?
    let reference: String?
  }

  private func request(
    _ path: String,
    _ method: String,
    _ body: [UInt8],
    _ headers: [WebhookHeader]
  ) async throws -> Answer {
    var request = HTTPClientRequest(url: "\(address)/\(path)")
    request.method = .RAW(value: method)
    for header in headers { request.headers.add(name: header.name, value: header.value) }
    if !body.isEmpty { request.body = .bytes(body) }
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
    let bytes = Array(try await response.body.collect(upTo: 1 << 20).readableBytesView)
    let said = try? JSONDecoder().decode(Said.self, from: Data(bytes))
    return Answer(status: Int(response.status.code), word: said?.status, reference: said?.reference)
  }

  /// Waits until something holds.
  func inTime(_ holds: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(30)
    while try await !holds() {
      guard ContinuousClock.now < end else { throw TooLate() }
      await Task.yield()
    }
  }

  struct TooLate: Error {}
}

/// A host that keeps what it is told, and answers as it is asked to.
final class NotedHost: Sendable {
  struct Received: Sendable {
    let id: String
    let body: [UInt8]
  }

  private struct State {
    var received: [Received] = []
    var answers: [HTTPResponse.Status] = [.ok]
    var gate: AsyncStream<Void>?
    var door: AsyncStream<Void>.Continuation?
  }

  private let receiver: WebhookReceiver
  private let state = Mutex(State())

  init(_ receiver: WebhookReceiver) { self.receiver = receiver }

  /// What came and was signed rightly.
  var received: [Received] { state.withLock { $0.received } }

  /// It answers so, one after the other, and goes on with the last.
  func answer(with answers: [HTTPResponse.Status]) { state.withLock { $0.answers = answers } }

  /// It answers nobody from now on, until it is let go on.
  func hold() {
    let (gate, door) = AsyncStream<Void>.makeStream()
    state.withLock { state in
      state.gate = gate
      state.door = door
    }
  }

  /// It answers again, those first who wait.
  func goOn() {
    state.withLock { state in
      state.door?.finish()
      state.gate = nil
      state.door = nil
    }
  }

  func application(_ onRunning: @escaping @Sendable (Int) -> Void) -> some ApplicationProtocol {
    let router = Router()
    router.post("notices") { [self] request, _ -> HTTPResponse.Status in
      let body = Array(try await request.body.collect(upTo: 1 << 20).readableBytesView)
      let headers = request.headers.map { WebhookHeader($0.name.rawName, $0.value) }
      guard let webhook = try? receiver.verified(body, headers, at: Date()) else { return .unauthorized }
      let gate = state.withLock { state in
        state.received.append(Received(id: webhook.id, body: webhook.body))
        return state.gate
      }
      // Whoever gave up waiting, or ends the server, cancels this.
      if let gate { for await _ in gate {} }
      return state.withLock { state in
        state.answers.count > 1 ? state.answers.removeFirst() : state.answers[0]
      }
    }
    return Application(
      router: router,
      configuration: .init(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { channel in onRunning(channel.localAddress?.port ?? 0) }
    )
  }
}

extension Wallet {
  /// Takes a message that gives ada a card.
  func issue(_ key: String) async throws -> WalletStore.Reception {
    let text =
      #"{"type":"shop.offer.issue","subject":"issued-\#(key)","data":{"member":"ada","offer":"TEN"}}"#
    let message = try JSONDecoder().decode(WalletMessage.self, from: Data(text.utf8))
    return try await store.receive(message, key: key, body: Array(text.utf8))
  }

  /// Redeems one of ada's cards: its notice is due at once.
  func redeem(_ card: Int64, request: String) async throws -> WalletStore.Redeeming {
    try await store.redeem(card, of: "ada", amount: 500, currency: "EUR", request: request, at: 0)
  }
}
