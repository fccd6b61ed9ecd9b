import Foundation
import OfferBridgeKit
import OfferBridgeTesting

/// One request to a wallet over HTTP, as the host's client makes it: no repeats, no redirects.
protocol WalletClient: Sendable {
  func post(_ body: [UInt8], as contentType: String, key: String) async throws -> WalletResponse
  func get(key: String) async throws -> WalletResponse
}

/// What a wallet said over HTTP.
struct WalletResponse: Sendable {
  var status: Int
  var word = ""
  var card: ReplicaReference?
  var body = ""
  var headers: [String: String] = [:]

  /// How long it asked to be left alone: a number of seconds, or a date beside its own.
  var retryAfter: Duration? {
    guard let text = headers["Retry-After"] else { return nil }
    if let seconds = Int64(text) { return seconds < 0 ? nil : .seconds(seconds) }
    guard let until = Self.date(text), let now = headers["Date"].flatMap(Self.date) else { return nil }
    return .seconds(max(0, until.timeIntervalSince(now)))
  }

  static let format: Date.VerbatimFormatStyle = Date.VerbatimFormatStyle(
    format: """
      \(weekday: .abbreviated), \(day: .twoDigits) \(month: .abbreviated) \(year: .defaultDigits) \
      \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\
      \(second: .twoDigits) GMT
      """,
    locale: Locale(identifier: "en_US_POSIX"),
    timeZone: .gmt,
    calendar: Calendar(identifier: .gregorian)
  )

  static func date(_ text: String) -> Date? { try? Date(text, strategy: format.parseStrategy) }
}

/// The wallet's end of the wire: behaves as a contract asks, and keeps what arrives.
final class StubbedWallet: WalletClient {
  struct ConnectionLost: Error {}
  static let credential = "Bearer 7c1f-secret"

  private struct State {
    var arrivals: [WalletStand.Arrival] = []
    var cards: [String: ReplicaReference] = [:]
  }

  let condition: WalletCondition
  let time = ManualTime()
  private let state = Guarded(State())

  init(_ condition: WalletCondition) { self.condition = condition }

  var arrivals: [WalletStand.Arrival] { state.withLock { $0.arrivals } }
  var cards: Int { state.withLock { $0.cards.count } }

  func post(_ body: [UInt8], as contentType: String, key: String) async throws -> WalletResponse {
    let timeout = time.clock.now.advanced(by: .seconds(30))
    let arrival = WalletStand.Arrival(key: key, payload: body, contentType: contentType)
    let isFirst = state.withLock { state in
      state.arrivals.append(arrival)
      return state.arrivals.count == 1
    }
    let echo = "\(Self.credential) \(String(decoding: body, as: UTF8.self))"
    switch condition {
    case .refusing: return WalletResponse(status: 422, word: "REFUSED", body: echo)
    case .refusingInSuccess: return WalletResponse(status: 200, word: "REFUSED", body: echo)
    case .hanging:
      take(key)
      try await time.clock.sleep(until: timeout, tolerance: nil)
      throw ConnectionLost()
    case .losingAnswer where isFirst:
      take(key)
      throw ConnectionLost()
    case .failing where isFirst:
      take(key)
      return WalletResponse(status: 502, body: echo)
    case .throttling(let length) where isFirst:
      return WalletResponse(status: 429, headers: ["Retry-After": "\(length.components.seconds)"])
    case .throttlingUntilDate(let length) where isFirst:
      let until = time.now.addingTimeInterval(TimeInterval(length.components.seconds))
      return WalletResponse(
        status: 429,
        headers: [
          "Retry-After": until.formatted(WalletResponse.format),
          "Date": time.now.formatted(WalletResponse.format),
        ]
      )
    case .sayingUnknownWord where isFirst:
      return WalletResponse(status: 200, word: "FROZEN", card: take(key), body: echo)
    case .busy(let length) where isFirst:
      take(key)
      let headers = ["Retry-After": "\(length.components.seconds)"]
      return WalletResponse(status: 202, word: "QUEUED", headers: headers)
    default: return WalletResponse(status: 201, word: "ACTIVE", card: take(key), body: echo)
    }
  }

  func get(key: String) async throws -> WalletResponse {
    if condition == .failingLookUps { return WalletResponse(status: 500) }
    guard let card = state.withLock({ $0.cards[key] }) else {
      return WalletResponse(status: 404, word: "NO_SUCH_KEY")
    }
    return WalletResponse(status: 200, word: "ACTIVE", card: card)
  }

  /// One card a key; without a key, one each time.
  @discardableResult
  private func take(_ key: String) -> ReplicaReference {
    state.withLock { state in
      let name = key.isEmpty ? "none \(state.cards.count)" : key
      let card = state.cards[name] ?? ReplicaReference("W\(state.cards.count + 1)")
      state.cards[name] = card
      return card
    }
  }
}
