import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// What a reversal takes of its redemption: all that is left, an amount, or lines as they were split.
@Suite struct PartialReversalTests {
  private static func eur(_ units: Int64) -> Money { Money(minorUnits: units, currency: "EUR") }

  @Test func `a split is by largest remainder, and ties go to the earlier line`() {
    func parts(_ units: Int64, _ weights: [Int64]) -> [Int64] {
      let lines = weights.enumerated().map { RedemptionLine("\($0)", weight: $1) }
      return Self.eur(units).split(over: lines).map(\.minorUnits)
    }
    #expect(parts(201, [300, 100]) == [151, 50])
    #expect(parts(100, [1, 1, 1]) == [34, 33, 33])
    #expect(parts(2, [1, 1, 1]) == [1, 1, 0])
    #expect(parts(10, [0, 5, 0]) == [0, 10, 0])
    #expect(parts(5, [0, 0]) == [3, 2])
    #expect(parts(0, [7, 9]) == [0, 0])
    #expect(parts(7, []) == [])
    #expect(parts(-201, [300, 100]) == [-151, -50])
    #expect(parts(10, [-5, 5]) == [0, 10])
    let half: Int64 = .max / 2
    #expect(parts(.max, [.max, .max]) == [half + 1, half])
    #expect(parts(.max, [.max]) == [.max])
  }

  @Test func `the parts of any split sum to the whole, and none is off by a unit or more`() {
    var random = Seeded(14)
    var (splits, lineCount) = (0, 0)
    let mosts: [Int64] = [1, 10, 1_000, 100_000_000, .max]
    for _ in 0..<20_000 {
      let most = mosts[Int.random(in: 0..<5, using: &random)]
      let units = Int64.random(in: 0...mosts[Int.random(in: 0..<5, using: &random)], using: &random)
      let lines = (0..<Int.random(in: 1...9, using: &random)).map {
        RedemptionLine("\($0)", weight: Int64.random(in: 0...most, using: &random))
      }
      let parts = Self.eur(units).split(over: lines).map(\.minorUnits)
      let total = lines.reduce(Int128(0)) { $0 + Int128($1.weight) }
      var sum: Int128 = 0
      var isFair = true
      for (line, part) in zip(lines, parts) {
        sum += Int128(part)
        // A part lies less than a unit from its share, were it exact.
        let off = Int128(part) * total - Int128(units) * Int128(line.weight)
        if total > 0, off.magnitude >= total.magnitude { isFair = false }
      }
      guard sum == Int128(units), isFair, parts.count == lines.count, parts.allSatisfy({ $0 >= 0 }) else {
        Issue.record("\(units) over \(lines) is \(parts)")
        return
      }
      splits += 1
      lineCount += lines.count
    }
    print("splits: \(splits) amounts over \(lineCount) lines, each sums to its amount")
  }

  /// Ada's offer, delivered, with one redemption of ten euros over three lines.
  private func redeemed() async throws -> (Shop, IssuedOffer.ID) {
    let offer = Offer(
      "ten-off",
      raises: "ten_off_issued",
      replicas: ["wallet": "TEN"],
      faceValue: Self.eur(1000)
    )
    let shop = try await Shop(offers: [offer])
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    try await shop.bridge.deliverDueMessages()
    let id = try await shop.issued().id
    let redemption = Redemption(
      id: "r-1",
      of: .issuedOffer(id),
      by: "ada",
      at: shop.time.now + 60,
      amount: Self.eur(1000),
      lines: [
        RedemptionLine("tea", weight: 1), RedemptionLine("milk", weight: 1),
        RedemptionLine("salt", weight: 1),
      ]
    )
    #expect(try await shop.bridge.reconcile(redemption) == .applied(to: id))
    return (shop, id)
  }

  @Test func `lines are given back by the split that was made at the redemption`() async throws {
    let (shop, id) = try await redeemed()
    func reverse(_ name: String, _ part: ReversedPart?) async throws -> RedemptionMatch {
      try await shop.bridge.reconcile(
        Reversal(id: name, of: "r-1", only: part, at: shop.time.now + 100)
      )
    }
    func left() async throws -> RedemptionTally { try await shop.issued().redeemed }
    #expect(try await reverse("v-1", .lines(["tea"])) == .applied(to: id))
    #expect(try await left() == RedemptionTally(count: 1, reversed: 0, amount: Self.eur(666)))
    #expect(try await reverse("v-2", .lines(["tea"])) == .discrepant([.alreadyReversed], on: id))
    #expect(try await reverse("v-3", .lines(["tee", "milk"])) == .discrepant([.unknownLine], on: id))
    #expect(try await left() == RedemptionTally(count: 1, reversed: 0, amount: Self.eur(333)))
    #expect(try await reverse("v-4", .amount(Self.eur(334))) == .discrepant([.moreThanLeft], on: id))
    #expect(try await left() == RedemptionTally(count: 0, reversed: 1, amount: Self.eur(0)))
    #expect(try await reverse("v-5", nil) == .discrepant([.alreadyReversed], on: id))
    // Its place is free again.
    let next = Redemption(id: "r-2", of: .issuedOffer(id), at: shop.time.now + 200, amount: Self.eur(1000))
    #expect(try await shop.bridge.reconcile(next) == .applied(to: id))
    #expect(try await shop.bridge.audit().imbalances == [])
  }

  @Test func `a reversal in another currency gives nothing back, one before its redemption waits for it`()
    async throws
  {
    let (shop, id) = try await redeemed()
    let other = Money(minorUnits: 1, currency: "NOK")
    let odd = Reversal(id: "v-1", of: "r-1", only: .amount(other), at: shop.time.now)
    #expect(try await shop.bridge.reconcile(odd) == .discrepant([.otherCurrency], on: id))
    let early = Reversal(id: "v-2", of: "r-9", only: .amount(Self.eur(5)), at: shop.time.now)
    #expect(try await shop.bridge.reconcile(early) == .parked(.reversalBeforeRedemption))
    let redemption = Redemption(id: "r-9", of: .issuedOffer(id), at: shop.time.now + 90, amount: Self.eur(8))
    #expect(try await shop.bridge.reconcile(redemption) == .discrepant([.overLimit], on: id))
    #expect(try await shop.bridge.match(of: "v-2") == .applied(to: id))
    #expect(
      try await shop.issued().redeemed == RedemptionTally(count: 2, reversed: 0, amount: Self.eur(1003))
    )
  }

  @Test func `a redemption by another customer counts, says so, and proves nothing`() async throws {
    let shop = try await Shop()
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    let id = try await shop.issued().id
    let redemption = Redemption(id: "r-1", of: .issuedOffer(id), by: "bob", at: shop.time.now)
    let expected = RedemptionMatch.discrepant([.otherCustomer, .unconfirmedReplica], on: id)
    #expect(try await shop.bridge.reconcile(redemption) == expected)
    try await shop.bridge.deliverDueMessages()
    #expect(try await shop.bridge.match(of: "r-1") == .discrepant([.otherCustomer], on: id))
    #expect(try await shop.issued().redeemed.count == 1)
  }

  /// Hundreds of tasks on one ledger: what each is answered may depend on who came first, how all stand may not.
  @Test func `reversing every redemption twice at once applies each once`() async throws {
    let count = 100
    let offer = Offer("ten-off", replicas: ["wallet": "TEN"], redeemable: .unlimited)
    let shop = try await Shop([Shop.reward()], offers: [offer])
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    let id = try await shop.issued().id
    let later = shop.time.now + 60
    for (round, isSameID) in [(0, true), (1, false)] {
      let redemptions = (0..<count).map {
        Redemption(id: "r-\(round)-\($0)", of: .issuedOffer(id), at: shop.time.now, amount: Self.eur(3))
      }
      _ = try await shop.bridge.reconcile(redemptions)
      let answers = try await withThrowingTaskGroup(of: RedemptionMatch.self) { group in
        for number in 0..<count {
          for word in isSameID ? ["v", "v"] : ["v", "w"] {
            let reversal = Reversal(id: "\(word)-\(round)-\(number)", of: "r-\(round)-\(number)", at: later)
            group.addTask { try await shop.bridge.reconcile(reversal) }
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(answers.count == 2 * count)
      if isSameID {
        #expect(answers.count { $0 == .applied(to: id) } == count)
        #expect(answers.count { $0 == .duplicate } == count)
        print("reversed twice by \(answers.count) tasks, one id: \(count) applied, \(count) duplicates")
      } else {
        // One that comes second and is the first in time is applied, and the other's answer is today's no more.
        var (applied, twice) = (0, 0)
        for number in 0..<count {
          for word in ["v", "w"] {
            switch try await shop.bridge.match(of: "\(word)-\(round)-\(number)") {
            case .applied: applied += 1
            case .discrepant([.alreadyReversed], _): twice += 1
            default: break
            }
          }
        }
        #expect(applied == count)
        #expect(twice == count)
        print(
          "reversed twice by \(answers.count) tasks, two ids: \(applied) applied, \(twice) already reversed"
        )
      }
    }
    #expect(
      try await shop.issued().redeemed
        == RedemptionTally(count: 0, reversed: 2 * count, amount: Self.eur(0))
    )
    let audit = try await shop.bridge.audit()
    #expect(audit.imbalances == [])
    #expect(audit.received == 6 * count)
    #expect(audit.duplicates == count)
  }
}
