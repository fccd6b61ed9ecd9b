import Foundation
import Hummingbird
import HTTPTypes
import NIOCore
import OfferBridgeKit
import OfferBridgeTesting
import StandardWebhooks
import Synchronization
import WebhookMessageProvider

/// The other end of the wire: one server on loopback, in which every test has a wallet of its own.
final class StandInWallet: Sendable {
  static let text = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
  static let client = WebhookClient(connectTimeout: .seconds(60))
  private static let lastNumber = Atomic(0)
  private static let wallets = Mutex<[Int: StandInWallet]>([:])
  private static let port = Task { try await serve() }

  struct State {
    var arrivals: [WalletStand.Arrival] = []
    var cards: [String: ReplicaReference] = [:]
    var refused = 0
    /// What answers instead of the wallet.
    var answer: (@Sendable (Request) -> Response)?
  }

  let condition: WalletCondition
  let state = Mutex(State())
  let number: Int
  private let receiver: WebhookReceiver

  init(_ condition: WalletCondition = .accepting) throws {
    self.condition = condition
    receiver = WebhookReceiver(try WebhookSecrets([WebhookSecret(Self.text, named: "test")]))
    number = Self.lastNumber.wrappingAdd(1, ordering: .relaxed).newValue
    Self.wallets.withLock { $0[number] = self }
  }

  static var signer: WebhookSigner {
    get throws { WebhookSigner(try WebhookSecrets([WebhookSecret(text, named: "test")])) }
  }

  var address: String {
    get async throws { "http://127.0.0.1:\(try await Self.port.value)/\(number)/messages" }
  }

  /// A provider in front of it.
  func provider(
    format: WebhookFormat = .plain,
    timeout: Duration = .seconds(20)
  ) async throws -> WebhookMessageProvider {
    let address = try await self.address
    return WebhookMessageProvider(
      to: address,
      lookUpsAt: address,
      by: Self.client,
      signing: try Self.signer,
      words: ["ACTIVE": .accepted, "QUEUED": .notYet, "REFUSED": .rejected],
      format: format,
      timeout: timeout
    )
  }

  private static func serve() async throws -> Int {
    let router = Router()
    router.post("{wallet}/messages") { request, context in
      let body = Array(try await request.body.collect(upTo: 1 << 20).readableBytesView)
      return try await wallet(context.parameters.require("wallet", as: Int.self)).posted(request, body)
    }
    router.get("{wallet}/messages/{key}") { request, context in
      try wallet(context.parameters.require("wallet", as: Int.self))
        .asked(request, context.parameters.require("key"))
    }
    let (ports, found) = AsyncStream<Int>.makeStream()
    let application = Application(
      router: router,
      configuration: .init(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { channel in found.yield(channel.localAddress?.port ?? 0) }
    )
    let running = Task {
      // However it ends: whoever waits for the port of what never ran would wait for ever.
      defer { found.finish() }
      try await application.run()
    }
    for await port in ports { return port }
    try await running.value
    throw CancellationError()
  }

  private static func wallet(_ number: Int) throws -> StandInWallet {
    guard let wallet = wallets.withLock({ $0[number] }) else { throw HTTPError(.notFound) }
    return wallet
  }

  private func isVerified(_ request: Request, _ body: [UInt8]) -> Bool {
    let headers = request.headers.map { WebhookHeader($0.name.rawName, $0.value) }
    let isVerified = (try? receiver.verified(body, headers, at: Date())) != nil
    if !isVerified { state.withLock { $0.refused += 1 } }
    return isVerified
  }
}

// MARK: - How it answers

extension StandInWallet {
  fileprivate func posted(_ request: Request, _ body: [UInt8]) async throws -> Response {
    guard isVerified(request, body) else { return Self.answer(.unauthorized, "NOT_SIGNED") }
    let key = request.headers.first { $0.name.canonicalName == "idempotency-key" }?.value ?? ""
    let arrival = WalletStand.Arrival(
      key: key,
      payload: body,
      contentType: request.headers[.contentType] ?? ""
    )
    let (isFirst, instead) = state.withLock { state in
      state.arrivals.append(arrival)
      return (state.arrivals.count == 1, state.answer)
    }
    if let instead { return instead(request) }
    let echo = String(decoding: body, as: UTF8.self)
    switch condition {
    case .refusing: return Self.answer(.unprocessableContent, "REFUSED", echo: echo)
    case .refusingInSuccess: return Self.answer(.ok, "REFUSED", echo: echo)
    case .hanging:
      take(key)
      try await Task.sleep(for: .seconds(3_600))
      return Self.answer(.ok, "ACTIVE")
    case .losingAnswer where isFirst:
      take(key)
      return Self.broken
    case .failing where isFirst:
      take(key)
      return Self.answer(.badGateway, "FAILED", echo: echo)
    case .throttling(let length) where isFirst:
      return Self.answer(.tooManyRequests, "SLOWER", headers: [.retryAfter: "\(length.components.seconds)"])
    case .throttlingUntilDate(let length) where isFirst:
      let now = Date()
      let until = now.addingTimeInterval(TimeInterval(length.components.seconds))
      return Self.answer(
        .tooManyRequests,
        "SLOWER",
        headers: [.retryAfter: Self.written(until), .date: Self.written(now)]
      )
    case .sayingUnknownWord where isFirst: return Self.answer(.ok, "FROZEN", card: take(key), echo: echo)
    case .busy(let length) where isFirst:
      take(key)
      return Self.answer(.accepted, "QUEUED", headers: [.retryAfter: "\(length.components.seconds)"])
    default: return Self.answer(.created, "ACTIVE", card: take(key), echo: echo)
    }
  }

  fileprivate func asked(_ request: Request, _ key: String) throws -> Response {
    guard isVerified(request, []) else { return Self.answer(.unauthorized, "NOT_SIGNED") }
    if let instead = state.withLock({ $0.answer }) { return instead(request) }
    if condition == .failingLookUps { return Self.answer(.internalServerError, "FAILED") }
    guard let card = state.withLock({ $0.cards[key] }) else { return Self.answer(.notFound, "NO_SUCH_KEY") }
    return Self.answer(.ok, "ACTIVE", card: card)
  }

  /// One card a key.
  @discardableResult
  private func take(_ key: String) -> ReplicaReference {
    state.withLock { state in
      let card = state.cards[key] ?? ReplicaReference("W\(state.cards.count + 1)")
      state.cards[key] = card
      return card
    }
  }

  static func answer(
    _ status: HTTPResponse.Status,
    _ word: String,
    card: ReplicaReference? = nil,
    echo: String = "",
    isLong: Bool = false,
    headers: HTTPFields = [:]
  ) -> Response {
    var members = ["status": word, "echo": isLong ? echo : String(echo.prefix(1_000))]
    members["reference"] = card?.rawValue
    let body = (try? JSONEncoder().encode(members)).map { [UInt8]($0) } ?? []
    return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: body)))
  }

  /// An answer whose connection breaks in its middle.
  static var broken: Response {
    Response(status: .ok, body: .init { _ in throw CancellationError() })
  }

  static func written(_ date: Date) -> String {
    let format = Date.VerbatimFormatStyle(
      format: """
        \(weekday: .abbreviated), \(day: .twoDigits) \(month: .abbreviated) \(year: .padded(4)) \
        \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\
        \(second: .twoDigits) GMT
        """,
      locale: Locale(identifier: "en_US_POSIX"),
      timeZone: .gmt,
      calendar: Calendar(identifier: .gregorian)
    )
    return date.formatted(format)
  }
}
