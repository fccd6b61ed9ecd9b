import Foundation
import HTTPTypes
import Hummingbird
import OfferBridgeKit
import OfferBridgeTesting
import StandardWebhooks
import Synchronization
import Testing
import WebhookMessageProvider

/// The provider over real HTTP.
@Suite(.timeLimit(.minutes(2))) struct WebhookProviderTests {
  static func underTest(_ format: WebhookFormat) -> MessageProviderUnderTest {
    MessageProviderUnderTest { condition in
      let wallet = try StandInWallet(condition)
      let timeout: Duration = condition == .hanging ? .milliseconds(400) : .seconds(20)
      return WalletStand(
        try await wallet.provider(format: format, timeout: timeout),
        replicas: { wallet.state.withLock { $0.cards.count } },
        arrivals: { wallet.state.withLock { $0.arrivals } },
        pass: { _ in },
        secrets: [StandInWallet.text, String(StandInWallet.text.dropFirst(6))]
      )
    }
  }

  @Test(arguments: MessageProviderContract.checks)
  func `the contract is kept over HTTP`(check: ContractCheck<MessageProviderUnderTest>) async throws {
    try await check.run(on: Self.underTest(.plain))
  }

  @Test func `what the contract does not try is a window that is not stated`() async throws {
    #expect(
      try await MessageProviderContract.untried(on: Self.underTest(.plain)) == [
        "window.isLongerThanAnAttempt"
      ]
    )
  }

  struct Said: Sendable, CustomTestStringConvertible {
    let status: HTTPResponse.Status
    let word: String
    let after: String?
    /// `nil` where it throws.
    let answer: DeliveryAnswer?
    var testDescription: String { "\(status.code) \(word) \(after ?? "")" }

    init(_ status: HTTPResponse.Status, _ word: String, after: String? = nil, _ answer: DeliveryAnswer?) {
      (self.status, self.word, self.after, self.answer) = (status, word, after, answer)
    }
  }

  @Test(
    "each status means what the provider's page says",
    arguments: [
      Said(.ok, "ACTIVE", .accepted()), Said(.created, "QUEUED", after: "7", .taken(after: .seconds(7))),
      Said(.ok, "REFUSED", .rejected(reason: "REFUSED")), Said(.ok, "FROZEN", .unknown(word: "FROZEN")),
      Said(.ok, "words, not a code", nil), Said(.accepted, "ACTIVE", .taken()),
      Said(.found, "ACTIVE", .rejected(reason: "status 302, ACTIVE")),
      Said(.badRequest, "BAD", .rejected(reason: "status 400, BAD")),
      Said(.badRequest, "no code", .rejected(reason: "status 400")),
      Said(.gone, "GONE", .rejected(reason: "status 410, GONE")),
      Said(.contentTooLarge, "LARGE", .rejected(reason: "status 413, LARGE")),
      Said(.unauthorized, "NO", .retry()),
      Said(.forbidden, "NO", .retry()), Said(.requestTimeout, "SLOW", nil),
      Said(.conflict, "KEY_IN_USE", after: "2", .taken(after: .seconds(2))),
      Said(.conflict, "OTHER_BYTES", .rejected(reason: "status 409, OTHER_BYTES")),
      Said(.tooManyRequests, "SLOWER", .retry()), Said(.tooManyRequests, "SLOWER", after: "-5", .retry()),
      Said(.tooManyRequests, "SLOWER", after: "1.5", .retry()),
      Said(.tooManyRequests, "SLOWER", after: "99999999999999999999", .retry(after: .seconds(366 * 86_400))),
      Said(.tooManyRequests, "SLOWER", after: "Sun, 06 Nov 1994 08:49:37 GMT", .retry(after: .zero)),
      Said(.serviceUnavailable, "DOWN", after: "30", .retry(after: .seconds(30))),
      Said(.serviceUnavailable, "DOWN", nil), Said(.internalServerError, "FAILED", nil),
      Said(.badGateway, "", nil),
      Said(.gatewayTimeout, "", nil),
    ]
  )
  func status(said: Said) async throws {
    let wallet = try StandInWallet()
    wallet.state.withLock {
      $0.answer = { _ in
        StandInWallet.answer(said.status, said.word, headers: said.after.map { [.retryAfter: $0] } ?? [:])
      }
    }
    let provider = try await wallet.provider()
    if let answer = said.answer {
      #expect(try await provider.deliver(.example()) == answer)
    } else {
      let failure = await #expect(throws: WebhookFailure.self) { try await provider.deliver(.example()) }
      #expect(failure?.status == said.status.code)
    }
  }

  @Test func `a success without a body is accepted, one that is too long to read is not`() async throws {
    let wallet = try StandInWallet()
    wallet.state.withLock { $0.answer = { _ in Response(status: .noContent) } }
    #expect(try await wallet.provider().deliver(.example()) == .accepted())
    wallet.state.withLock {
      $0.answer = { _ in
        StandInWallet.answer(.ok, "ACTIVE", echo: String(repeating: "x", count: 70_000), isLong: true)
      }
    }
    await #expect(throws: WebhookFailure.self) { try await wallet.provider().deliver(.example()) }
  }

  @Test func `a redirect is not followed`() async throws {
    let (wallet, stranger) = (try StandInWallet(), try StandInWallet())
    let elsewhere = "/\(stranger.number)/messages"
    wallet.state.withLock {
      $0.answer = { _ in Response(status: .temporaryRedirect, headers: [.location: elsewhere]) }
    }
    #expect(try await wallet.provider().deliver(.example()) == .rejected(reason: "status 307"))
    #expect(stranger.state.withLock { $0.arrivals.isEmpty && $0.refused == 0 })
  }

  @Test func `where nobody listens nothing was sent`() async throws {
    let provider = WebhookMessageProvider(
      to: "http://127.0.0.1:1/messages",
      lookUpsAt: "http://127.0.0.1:1/messages",
      by: StandInWallet.client,
      signing: try StandInWallet.signer,
      words: [:]
    )
    #expect(try await provider.deliver(.example()) == .retry())
    #expect(try await provider.lookUp(OfferMessage.example().key) == .retry())
  }

  @Test func `a gateway's 404 does not say that the key is not known`() async throws {
    let wallet = try StandInWallet()
    let key = OfferMessage.example().key
    #expect(try await wallet.provider().lookUp(key) == .notFound)
    wallet.state.withLock { $0.answer = { _ in Response(status: .notFound) } }
    await #expect(throws: WebhookFailure.self) { try await wallet.provider().lookUp(key) }
  }

  @Test func `who has another secret is turned away, and tries again`() async throws {
    let wallet = try StandInWallet()
    let other = try WebhookSecrets([WebhookSecret("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", named: "other")])
    let right = try await wallet.provider()
    #expect(try await right.deliver(.example()) == .accepted(reference: "W1"))
    let wrong = WebhookMessageProvider(
      to: try await wallet.address,
      by: StandInWallet.client,
      signing: WebhookSigner(other),
      words: [:]
    )
    #expect(try await wrong.deliver(.example()) == .retry())
    #expect(try await wrong.lookUp(OfferMessage.example().key) == .notSupported)
    #expect(wallet.state.withLock { $0.refused } == 1)
  }

  @Test(arguments: [(1, true), (1_024, true), (0, false), (1_025, false)])
  func `a card's name of more than a kilobyte is none, and the message has arrived`(
    length: Int,
    isName: Bool
  ) async throws {
    let wallet = try StandInWallet()
    let card = ReplicaReference(String(repeating: "W", count: length))
    wallet.state.withLock { $0.answer = { _ in StandInWallet.answer(.created, "ACTIVE", card: card) } }
    let answer = try await wallet.provider().deliver(.example())
    #expect(answer == .accepted(reference: isName ? card : nil))
  }

  @Test func `an envelope has the payload's bytes, and the same ones on every attempt`() async throws {
    let wallet = try StandInWallet()
    let provider = try await wallet.provider(
      format: .cloudEvents(source: "/shop/\"main\"", type: "example.offer")
    )
    let message = OfferMessage.example()
    for attempt in 1...2 { _ = try await provider.deliver(.example(message, attempt: attempt)) }
    let arrivals = wallet.state.withLock { $0.arrivals }
    #expect(arrivals[0] == arrivals[1])
    #expect(arrivals[0].contentType == "application/cloudevents+json")
    let object = try JSONSerialization.jsonObject(with: Data(arrivals[0].payload)) as? [String: Any]
    #expect(object?["specversion"] as? String == "1.0")
    #expect(object?["id"] as? String == message.key.description)
    #expect(object?["source"] as? String == "/shop/\"main\"")
    #expect(object?["type"] as? String == "example.offer.issue")
    #expect(object?["datacontenttype"] as? String == "application/json")
    #expect(object?["time"] as? String != nil)
    let data = try JSONSerialization.jsonObject(with: Data(message.payload)) as? NSDictionary
    #expect(object?["data"] as? NSDictionary == data)
    try JSONBounds().check(arrivals[0].payload)
  }
}
