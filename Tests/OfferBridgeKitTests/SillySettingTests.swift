import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Settings and lengths that nobody would choose.
@Suite struct SillySettingTests {
  @Test func `a bridge told to deliver none at once delivers one by one`() async throws {
    var settings = BridgeSettings.standard
    settings.lane.atOnce = 0
    let shop = try await Shop(settings: settings)
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(try await shop.bridge.deliverDueMessages() == nil)
    #expect(try await shop.message().state.isFinal)
  }

  @Test(arguments: [1e300, .infinity, .nan, -1e300, 0])
  func `waits that grow without bound stay at the cap`(factor: Double) {
    let retry = MessageRetry.exponential(from: .days(1), factor: factor, cap: .days(7), attempts: 50)
    #expect(retry.attempts == 50)
    #expect(retry.delays.allSatisfy { $0 <= .days(7) })
  }

  @Test func `the longest waits and a jitter that is no number do not stop the process`() {
    let longest = MessageRetry(delays: [.seconds(Int64.max)], jitter: 1)
    #expect(longest.delay(afterAttempt: 1, of: .derive("m")) ?? .zero >= .seconds(Int64.max))
    let odd = MessageRetry(delays: [.seconds(5)], jitter: .nan)
    #expect(odd.delay(afterAttempt: 1, of: .derive("m")) == .seconds(5))
  }

  @Test func `an action's moment is kept in whole milliseconds`() {
    let moment = Date(milliseconds: 1_767_225_600_000)
    let action = CustomerAction("app_opened", id: "a", by: "ada", at: moment + 0.000_4)
    #expect(action.occurredAt == moment)
    let event = ProfileEvent("birthday", id: "b", on: "ada", at: moment - 0.000_4)
    #expect(event.occurredAt == moment)
  }
}
