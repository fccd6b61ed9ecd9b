import Foundation
import OfferBridgeKit
import Testing

/// From when on a message may have arrived, and since when it is open.
@Suite struct FirstAttemptTests {
  private func told(_ claim: Claim?) -> [Int64?] {
    [claim?.firstAttemptedAt.milliseconds, claim?.openSince.milliseconds]
  }

  @Test func `a first attempt that ended without a word stays the first`() {
    var desk = Desk()
    desk.issue("a")
    let start = desk.now
    #expect(told(desk.claim().first) == [start, start])
    desk.now += 60_000
    let second = desk.claim().first
    #expect(told(second) == [start, start])
    desk.settle(second, .retry(after: .seconds(1), failure: "not now", isUnknown: false))
    desk.now += 1_000
    #expect(told(desk.claim().first) == [start, start])
  }

  @Test func `an attempt that did not arrive is forgotten`() {
    var desk = Desk()
    desk.issue("a")
    let start = desk.now
    desk.settle(desk.claim().first, .retry(after: .seconds(5), failure: "not now", isUnknown: false))
    desk.now += 5_000
    #expect(told(desk.claim().first) == [start + 5_000, start])
  }

  @Test(arguments: [true, false])
  func `a redrive under the same key keeps what may have arrived, and opens the message anew`(
    isUnknown: Bool
  ) {
    var desk = Desk()
    desk.issue("a")
    let start = desk.now
    let claim = desk.claim().first
    desk.settle(claim, .buried(reason: "spent", isUnknown: isUnknown))
    desk.now += 1_000
    if let key = claim?.message.key { desk.redrive(key) }
    desk.now += 1_000
    #expect(told(desk.claim().first) == [isUnknown ? start : start + 2_000, start + 1_000])
  }
}
