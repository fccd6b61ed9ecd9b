import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// So many attempts in a length of time.
@Suite struct LaneRateTests {
  @Test(arguments: [
    (LaneRate.perSecond(50), 1), (.perSecond(1_000), 10), (.perMinute(90), 1),
    (LaneRate(7, per: .seconds(3), burst: 4), 4), (LaneRate(0, per: .zero, burst: 0), 1),
  ])
  func `the burst is what passes in 10 ms unless it is given`(rate: LaneRate, burst: Int) {
    #expect(rate.burst == burst)
  }

  @Test(arguments: [
    LaneRate.perSecond(50), .perSecond(3), .perMinute(7), LaneRate(10, per: .seconds(1), burst: 5),
    LaneRate(1, per: .milliseconds(1)),
  ])
  func `no stretch has more than the rate and its burst, and no more time passes than must`(rate: LaneRate) {
    var bucket = TokenBucket(rate)
    var moment = Duration.zero
    var begun: [Duration] = []
    while begun.count < 200 {
      moment = bucket.next(after: moment)
      let count = min(bucket.available(at: moment), 3)
      #expect(count > 0)
      bucket.take(count, at: moment)
      begun += Array(repeating: moment, count: count)
    }
    for (index, moment) in begun.enumerated() {
      let stretch = begun[index...].prefix { $0 - moment < rate.length }
      #expect(stretch.count <= rate.count + rate.burst - 1)
    }
    let last = rate.length / rate.count * (200 - rate.burst)
    #expect(begun[199] >= last && begun[199] < last + .microseconds(1))
  }

  @Test func `tokens are saved up to the burst and no further`() {
    var bucket = TokenBucket(LaneRate(10, per: .seconds(1), burst: 3))
    #expect(bucket.available(at: .zero) == 3)
    bucket.take(3, at: .zero)
    let seen = [0, 99, 100, 199, 250, 300, 5_000].map { bucket.available(at: .milliseconds($0)) }
    #expect(seen == [0, 0, 1, 1, 2, 3, 3])
    #expect(bucket.next(after: .zero) == .milliseconds(100))
    #expect(bucket.next(after: .milliseconds(150)) == .milliseconds(150))
  }

  @Test func `fifty a second are one each 20 milliseconds, however many are due`() {
    let trial = LaneTrial()
    let (wallet, free) = (trial.wallet("wallet") { _, _ in .accepted() }, trial.wallet("mail"))
    trial.drive {
      var settings = BridgeSettings.standard
      settings.lanes["wallet"] = LaneSettings(rate: .perSecond(50))
      let bridge = try await trial.bridge([wallet, free], settings: settings)
      for number in 0..<200 { try await trial.open(number, bridge) }
      try await trial.run(bridge) { _ in await trial.pass(10_000) }
    }
    #expect(wallet.calls.map(\.at) == (0..<200).map { $0 * 20 })
    // The other lane knows nothing of it: 16 at once, 20 ms each.
    #expect(free.acceptedAt.values.max() == 260)
  }

  @Test func `a place is filled as soon as its attempt ends, not when the slowest of a batch does`() {
    let trial = LaneTrial()
    let wallet = trial.wallet("wallet") { wallet, delivery in
      await wallet.take(delivery.message.customer == "c-0" ? 10_000 : 100)
      return .accepted()
    }
    trial.drive {
      let settings = BridgeSettings(lane: LaneSettings(atOnce: 4))
      let bridge = try await trial.bridge([wallet], settings: settings)
      for number in 0..<31 { try await trial.open(number, bridge) }
      try await trial.run(bridge) { _ in await trial.pass(20_000) }
    }
    #expect(wallet.mostPresent == 4)
    // Thirty in three places, a tenth of a second each.
    #expect(wallet.acceptedAt.filter { $0.key != "c-0" }.values.max() == 1_000)
  }
}
