import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

struct PostedWallet: MessageProvider {
  struct NoAnswer: Error { let status: Int }

  let client: any WalletClient
  let words: ReplicaWords = ["ACTIVE": .accepted, "QUEUED": .notYet, "REFUSED": .rejected]
  let idempotencyWindow: Duration? = .hours(23)

  func deliver(_ delivery: MessageDelivery) async throws -> DeliveryAnswer {
    let (message, key) = (delivery.message, delivery.message.key.description)
    let response = try await client.post(message.payload, as: message.contentType, key: key)
    switch response.status {
    case 200..<300: return answer(in: response)
    case 409 where response.word == "KEY_IN_USE": return .taken(after: response.retryAfter)
    case 401, 403, 429: return .retry(after: response.retryAfter)
    case 503 where response.retryAfter != nil: return .retry(after: response.retryAfter)
    case 408, 500...: throw NoAnswer(status: response.status)
    default: return .rejected(reason: "status \(response.status)")
    }
  }

  func lookUp(_ key: DerivedKey) async throws -> DeliveryLookup {
    let response = try await client.get(key: key.description)
    switch response.status {
    case 200: return DeliveryLookup(answer(in: response))
    case 404 where response.word == "NO_SUCH_KEY": return .notFound
    case 429, 503: return .retry(after: response.retryAfter)
    default: throw NoAnswer(status: response.status)
    }
  }

  private func answer(in response: WalletResponse) -> DeliveryAnswer {
    words.answer(to: response.word, reference: response.card, after: response.retryAfter)
  }
}

/// What `MessageProvider`'s page says, by a provider written from it.
@Suite struct ProviderPageTests {
  static func underTest(_ condition: WalletCondition) -> WalletStand {
    let wallet = StubbedWallet(condition)
    return stand(PostedWallet(client: wallet), wallet)
  }

  static func stand(_ provider: any MessageProvider, _ wallet: StubbedWallet) -> WalletStand {
    WalletStand(
      provider,
      replicas: { wallet.cards },
      arrivals: { wallet.arrivals },
      pass: { wallet.time.advance(by: $0) },
      secrets: [StubbedWallet.credential]
    )
  }

  @Test(arguments: MessageProviderContract.checks)
  func `the provider of the page keeps its contract, and leaves nothing out`(
    check: ContractCheck<MessageProviderUnderTest>
  ) async throws {
    #expect(try await check.run(on: MessageProviderUnderTest { Self.underTest($0) }) == .kept)
  }

  @Test func `the code of the page is the code that is tested`() throws {
    let tests = URL(filePath: #filePath)
    let page = tests.deletingLastPathComponent()
      .appending(path: "../../Sources/OfferBridgeKit/Messages/MessageProvider.swift")
    func lines(_ text: Substring) -> [String] {
      text.split(separator: "\n").map {
        $0.replacing(/^\/\/\/ ?/, with: "").trimmingCharacters(in: .whitespaces)
      }.filter { !$0.isEmpty }
    }
    let tested = lines(try String(contentsOf: tests, encoding: .utf8)[...]).joined(separator: "\n")
    let blocks = try String(contentsOf: page, encoding: .utf8).matches(
      of: /\/\/\/ ```swift\n((?:\/\/\/.*\n)*?)\/\/\/ ```/
    )
    #expect(blocks.count == 2)
    for block in blocks {
      let code = lines(block.1).joined(separator: "\n")
      #expect(tested.contains(code), "not tested: \(code)")
    }
  }

  /// Says one thing to every request.
  private struct Saying: WalletClient {
    let response: WalletResponse
    func post(_ body: [UInt8], as contentType: String, key: String) async throws -> WalletResponse {
      response
    }
    func get(key: String) async throws -> WalletResponse { response }
  }

  @Test func `a provider is tested without a bridge`() async throws {
    let busy = Saying(response: WalletResponse(status: 429, headers: ["Retry-After": "60"]))
    let answer = try await PostedWallet(client: busy).deliver(.example())
    #expect(answer == .retry(after: .seconds(60)))
  }

  @Test(arguments: [
    (WalletResponse(status: 200, word: "ACTIVE", card: "W1"), DeliveryAnswer.accepted(reference: "W1")),
    (WalletResponse(status: 201, word: "ACTIVE"), .accepted()),
    (WalletResponse(status: 200, word: "REFUSED"), .rejected(reason: "REFUSED")),
    (WalletResponse(status: 200, word: "FROZEN"), .unknown(word: "FROZEN")),
    (WalletResponse(status: 202, word: "QUEUED"), .taken()),
    (WalletResponse(status: 302), .rejected(reason: "status 302")),
    (WalletResponse(status: 400), .rejected(reason: "status 400")),
    (WalletResponse(status: 401), .retry()), (WalletResponse(status: 403), .retry()),
    (WalletResponse(status: 408), nil), (WalletResponse(status: 410), .rejected(reason: "status 410")),
    (
      WalletResponse(status: 409, word: "KEY_IN_USE", headers: ["Retry-After": "2"]),
      .taken(after: .seconds(2))
    ),
    (WalletResponse(status: 409, word: "OTHER_BYTES"), .rejected(reason: "status 409")),
    (WalletResponse(status: 422), .rejected(reason: "status 422")),
    (WalletResponse(status: 429), .retry()),
    (WalletResponse(status: 503, headers: ["Retry-After": "120"]), .retry(after: .seconds(120))),
    (WalletResponse(status: 503), nil), (WalletResponse(status: 500), nil),
    (WalletResponse(status: 502), nil),
    (WalletResponse(status: 504), nil), (WalletResponse(status: 507), nil),
  ])
  func `every status has its answer, and what nobody knows is thrown`(
    response: WalletResponse,
    expected: DeliveryAnswer?
  ) async throws {
    let wallet = PostedWallet(client: Saying(response: response))
    let answer = try? await wallet.deliver(.example())
    #expect(answer == expected)
  }

  @Test(arguments: [
    ("120", Duration.seconds(120)), ("0", .zero), ("-5", nil), ("soon", nil), ("", nil),
    ("Thu, 01 Jan 2026 00:01:30 GMT", .seconds(90)), ("Wed, 31 Dec 2025 23:59:00 GMT", .zero),
  ])
  func `how long to wait is read as seconds or as a date`(text: String, expected: Duration?) {
    let headers = ["Retry-After": text, "Date": "Thu, 01 Jan 2026 00:00:00 GMT"]
    #expect(WalletResponse(status: 429, headers: headers).retryAfter == expected)
  }
}
