import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// What becomes of a message that the external system has, or may have, before it is sent again.
@Suite struct TakenTests {
  private func shop(
    _ replies: [ScriptedMessageProvider.Reply],
    lookUps: [DeliveryLookup] = [],
    lane: LaneSettings = LaneSettings()
  ) async throws -> (Shop, ScriptedMessageProvider) {
    let wallet = ScriptedMessageProvider(replies: replies, lookUps: lookUps)
    let retry = MessageRetry(delays: [.seconds(10), .seconds(20), .seconds(40)], jitter: 0)
    let shop = try await Shop(wallet: wallet, settings: BridgeSettings(retry: retry, lane: lane))
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    return (shop, wallet)
  }

  /// Delivers until nothing is open, and tells how long each wait was.
  @discardableResult
  private func deliverAll(_ shop: Shop) async throws -> [Duration] {
    var waits: [Duration] = []
    while let due = try await shop.bridge.deliverDueMessages() {
      waits.append(.milliseconds(due.milliseconds - shop.time.now.milliseconds))
      shop.time.advance(to: due)
    }
    return waits
  }

  @Test func `what is taken and not done waits as long as was asked for, and its replica is unknown`()
    async throws
  {
    let (shop, wallet) = try await shop([.taken(after: .minutes(5))], lookUps: [.found(reference: "W1")])
    let due = try #require(try await shop.bridge.deliverDueMessages())
    #expect(due == shop.time.now + 300)
    let message = try await shop.message()
    #expect(message.state == .waiting(due: due))
    #expect(message.lastFailure == "has it, and is not done")
    #expect(try await shop.issued().replicas[0].state == .unknown)
    shop.time.advance(to: due)
    #expect(try await shop.bridge.deliverDueMessages() == nil)
    #expect(wallet.deliveries.count == 1)
    #expect(wallet.lookedUp == [message.message.key])
    #expect(try await shop.message().state == .accepted("W1"))
    #expect(try await shop.issued().replicas[0].state == .accepted("W1"))
  }

  @Test func `what is taken is sent again under its key where it cannot be looked up`() async throws {
    let (shop, wallet) = try await shop([.taken(), .taken(after: .seconds(30)), .accepted(reference: "W1")])
    #expect(try await deliverAll(shop) == [.seconds(10), .seconds(30)])
    #expect(Set(wallet.deliveries.map(\.message)).count == 1)
    #expect(wallet.deliveries.map(\.attempt) == [1, 2, 3])
    #expect(try await shop.message().state == .accepted("W1"))
  }

  @Test func `a wallet that stays at it has its message buried in doubt, and asked back on a closing`()
    async throws
  {
    let (shop, _) = try await shop([.taken(), .taken(), .taken(), .taken()])
    try await deliverAll(shop)
    #expect(
      try await shop.message().state == .buried(reason: "4 attempts; the last: has it, and is not done")
    )
    #expect(try await shop.issued().replicas[0].state == .unknown)
  }

  @Test(arguments: [
    (DeliveryLookup.taken(after: .minutes(1)), "has it, and is not done", Duration.minutes(1)),
    (.taken(), "has it, and is not done", .seconds(20)),
    (.retry(after: .minutes(2)), "could not be looked up now", .minutes(2)),
    (.retry(), "could not be looked up now", .seconds(20)),
    (.unknown(word: "FROZEN"), "unknown word: FROZEN", .seconds(20)),
  ])
  func `a look-up that does not say it sends nothing and leaves the doubt`(
    lookup: DeliveryLookup,
    failure: String,
    wait: Duration
  ) async throws {
    let (shop, wallet) = try await shop([.loseAcknowledgement], lookUps: [lookup, .found(reference: "W1")])
    let first = try #require(try await shop.bridge.deliverDueMessages())
    shop.time.advance(to: first)
    let second = try #require(try await shop.bridge.deliverDueMessages())
    #expect(Duration.milliseconds(second.milliseconds - first.milliseconds) == wait)
    #expect(try await shop.message().lastFailure == failure)
    #expect(try await shop.issued().replicas[0].state == .unknown)
    #expect(wallet.deliveries.count == 1)
    shop.time.advance(to: second)
    try await shop.bridge.deliverDueMessages()
    #expect(wallet.deliveries.count == 1)
    #expect(try await shop.message().state == .accepted("W1"))
  }

  @Test func `a look-up that finds a refusal ends the message`() async throws {
    let (shop, wallet) = try await shop([.taken()], lookUps: [.rejected(reason: "no such card")])
    try await deliverAll(shop)
    #expect(wallet.deliveries.count == 1)
    #expect(try await shop.message().state == .rejected(reason: "no such card"))
    #expect(try await shop.issued().replicas[0].state == .rejected(reason: "no such card"))
  }

  @Test func `nothing is looked up that cannot have arrived`() async throws {
    let (shop, wallet) = try await shop(
      [.retry(), .retry(), .accepted()],
      lookUps: [.found(reference: "W9")]
    )
    try await deliverAll(shop)
    #expect(wallet.lookedUp == [])
    #expect(wallet.deliveries.count == 3)
  }

  @Test(.timeLimit(.minutes(5)))
  func `a wallet that is at it is there, and its breaker stays closed; one that cannot be asked opens it`()
    async throws
  {
    for (lookup, opens) in [(DeliveryLookup.taken(), false), (.unknown(word: "HM"), false), (.retry(), true)]
    {
      let lane = LaneSettings(breaker: .opening(after: 1, for: .minutes(3)))
      let (shop, wallet) = try await shop([.taken()], lookUps: [lookup, .found()], lane: lane)
      let signal = DeliverySignal()
      let events = shop.bridge.deliveries
      var (told, openTime) = ([String](), Duration.zero)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await shop.bridge.run(on: shop.time.clock, signal: signal) }
        told: for await event in events {
          switch event {
          case .waitingAgain(_, let wait, _):
            told.append("waiting")
            // It is due then; where the breaker is open, not before that lets it through.
            shop.time.advance(by: max(wait, openTime))
          case .laneOpened(_, let length):
            told.append("opened")
            openTime = length
          case .laneHalfOpened: told.append("half-opened")
          case .laneClosed: told.append("closed")
          case .accepted: break told
          default: break
          }
        }
        await signal.drain(within: .seconds(1))
        try await group.waitForAll()
      }
      #expect(wallet.lookedUp.count == 2)
      #expect(
        told == (opens ? ["waiting", "opened", "waiting", "half-opened", "closed"] : ["waiting", "waiting"])
      )
    }
  }

  @Test func `a fake wallet that is busy says so to attempts and look-ups`() async throws {
    let wallet = FakeWallet()
    wallet.beBusy(for: 2)
    #expect(try await wallet.deliver(.example()) == .taken())
    #expect(try await wallet.lookUp(OfferMessage.example().key) == .taken())
    #expect(try await wallet.lookUp(OfferMessage.example().key) == .found(reference: "W1"))
    #expect(wallet.cards.count == 1)
  }

  @Test func `an example of a message is one under its name`() {
    #expect(OfferMessage.example("a") == .example("a"))
    #expect(OfferMessage.example("a").key != OfferMessage.example("b").key)
    #expect(MessageDelivery.example(attempt: 3).message.payloadText == #"{"offer":"TEN"}"#)
  }
}
