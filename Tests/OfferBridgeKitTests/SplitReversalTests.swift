import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Redemptions that are reversed in parts, through the bridge: in any order, however often, in calls of any size.
@Suite struct SplitReversalTests {
  private static let start = ManualTime().now

  private static func eur(_ units: Int64) -> Money { Money(minorUnits: units, currency: "EUR") }

  /// One redemption, and reversals whose parts sum to all of it.
  private struct Story {
    let redemption: Redemption
    let parts: [Reversal]

    init(_ name: String, of issued: IssuedOffer.ID, _ random: inout Seeded) {
      let count = Int.random(in: 1...4, using: &random)
      let amount = Int64.random(in: 40...900, using: &random)
      let lines = (0..<4).map {
        RedemptionLine("line-\($0)", weight: Int64.random(in: 1...9, using: &random))
      }
      let byLines = Bool.random(using: &random)
      redemption = Redemption(
        id: "r \(name)",
        of: .issuedOffer(issued),
        at: SplitReversalTests.start + 60,
        amount: SplitReversalTests.eur(amount),
        lines: byLines ? lines : []
      )
      // Cuts at random: by lines, each line is in one part; by amounts, no part is empty.
      var cuts = Set<Int64>()
      while cuts.count < count - 1 {
        cuts.insert(Int64.random(in: 1..<(byLines ? 4 : amount), using: &random))
      }
      let bounds = [0] + cuts.sorted() + [byLines ? 4 : amount]
      parts = zip(bounds, bounds.dropFirst()).enumerated().map { number, bound in
        let part: ReversedPart =
          byLines
          ? .lines((bound.0..<bound.1).map { "line-\($0)" })
          : .amount(SplitReversalTests.eur(bound.1 - bound.0))
        // Some come before their redemption in time, too.
        let seconds = Double(Int.random(in: 0...120, using: &random))
        return Reversal(
          id: "v\(number) \(name)",
          of: "r \(name)",
          only: count == 1 ? nil : part,
          at: SplitReversalTests.start + seconds
        )
      }
    }
  }

  /// One report: `nil` is the redemption, a number one of its parts.
  private func report(_ step: Int?, of story: Story, to bridge: OfferBridge<Member>) async throws
    -> RedemptionMatch
  {
    if let step {
      try await bridge.reconcile(story.parts[step])
    } else {
      try await bridge.reconcile(story.redemption)
    }
  }

  @Test func `every order of a redemption and its parts, each up to three times, gives all of it back`()
    async throws
  {
    var (orders, reports, splits) = (0, 0, [Int: Int]())
    let shop = try await Shop([Shop.reward()])
    for number in 0..<60 {
      var random = Seeded(UInt64(number))
      let count = Story("", of: .derive("none"), &random).parts.count
      splits[count, default: 0] += 1
      for order in ([nil] + (0..<count).map(Optional.init)).orders {
        let name = "\(orders)"
        shop.store.save(Member(), as: CustomerID(name))
        let opened = shop.opened(name, by: CustomerID(name))
        let id = try #require(try await shop.bridge.respond(to: opened).issuedOffers.first).id
        // The same split in each order, of another redemption.
        var again = Seeded(UInt64(number))
        let story = Story(name, of: id, &again)
        for (place, step) in order.enumerated() {
          for repeated in 0..<1 + (orders + place) % 3 {
            let match = try await report(step, of: story, to: shop.bridge)
            #expect((match == .duplicate) == (repeated > 0))
            reports += 1
          }
        }
        orders += 1
        let redeemed = try await shop.issued(to: CustomerID(name)).redeemed
        guard redeemed == RedemptionTally(count: 0, reversed: 1, amount: Self.eur(0)) else {
          Issue.record("split \(number) in the order \(order): \(redeemed)")
          return
        }
        for part in story.parts {
          #expect(try await shop.bridge.match(of: part.id) == .applied(to: id), "split \(number), \(order)")
        }
      }
    }
    let audit = try await shop.bridge.audit()
    #expect(audit.imbalances == [])
    #expect((audit.reversed, audit.received) == (orders, reports))
    #expect(splits.keys.sorted() == [1, 2, 3, 4])
    print("splits: \(orders) orders of 60 splits in 1 to 4 parts, \(reports) reports, all of each given back")
    #expect((orders, reports) == (2440, 22_899))
  }

  @Test
  func `250 redemptions and their reversals, each reported twice by 1,000 tasks at once, end as one of each`()
    async throws
  {
    let count = 250
    let offer = Offer("ten-off", replicas: ["wallet": "TEN"], redeemable: .unlimited)
    let shop = try await Shop([Shop.reward()], offers: [offer])
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    let id = try await shop.issued().id
    let answers = try await withThrowingTaskGroup(of: (isReversal: Bool, RedemptionMatch).self) { group in
      for number in 0..<count {
        let redemption = Redemption(
          id: "r-\(number)",
          of: .issuedOffer(id),
          at: shop.time.now,
          amount: Self.eur(3)
        )
        let reversal = Reversal(id: "v-\(number)", of: "r-\(number)", at: shop.time.now + 60)
        for _ in 0..<2 {
          group.addTask { (true, try await shop.bridge.reconcile(reversal)) }
          group.addTask { (false, try await shop.bridge.reconcile(redemption)) }
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(answers.count == 4 * count)
    for isReversal in [true, false] {
      let mine = answers.filter { $0.isReversal == isReversal }.map(\.1)
      #expect(mine.count { $0 == .duplicate } == count)
      #expect(mine.count { $0 != .duplicate && $0 != .conflict } == count)
    }
    for number in 0..<count {
      #expect(try await shop.bridge.match(of: "v-\(number)") == .applied(to: id))
    }
    #expect(
      try await shop.issued().redeemed == RedemptionTally(count: 0, reversed: count, amount: Self.eur(0))
    )
    let audit = try await shop.bridge.audit()
    #expect(audit.imbalances == [])
    #expect((audit.duplicates, audit.conflicts, audit.parked) == (2 * count, 0, 0))
    print(
      "twice at once: \(answers.count) reports by as many tasks, \(2 * count) counted and \(2 * count) duplicates"
    )
  }
}

extension RedemptionMatch {
  /// Whether it was applied, or only the replica was not confirmed.
  fileprivate var isWithoutFault: Bool {
    switch self {
    case .applied, .discrepant([.unconfirmedReplica], on: _): true
    default: false
    }
  }
}

extension Array {
  /// All orders of the elements.
  fileprivate var orders: [[Element]] {
    reduce([[]]) { orders, element in
      orders.flatMap { order in
        (0...order.count).map { place in
          var longer = order
          longer.insert(element, at: place)
          return longer
        }
      }
    }
  }
}
