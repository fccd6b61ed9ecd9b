import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Shares of a million customers against what was stated, and two draws against one another.
@Suite struct ShareTests {
  // The values that chi-square passes once in a thousand draws, by degrees of freedom.
  private static let bound = [1: 10.83, 2: 13.82, 3: 16.27]

  /// Pearson's chi-square of what was counted against the weights.
  private static func chiSquare(_ counts: [Int], _ weights: [Double]) -> Double {
    let total = Double(counts.reduce(0, +))
    let sum = weights.reduce(0, +)
    return zip(counts, weights).reduce(0) { chi, pair in
      let expected = total * pair.1 / sum
      return chi + (Double(pair.0) - expected) * (Double(pair.0) - expected) / expected
    }
  }

  /// Of a table of two draws by two, whether the one tells something of the other: one degree of freedom.
  private static func dependence(_ counts: [Int]) -> Double {
    let total = Double(counts.reduce(0, +))
    let rows = [counts[0] + counts[1], counts[2] + counts[3]].map(Double.init)
    let columns = [counts[0] + counts[2], counts[1] + counts[3]].map(Double.init)
    return (0..<4).reduce(0) { chi, cell in
      let expected = rows[cell / 2] * columns[cell % 2] / total
      return chi + (Double(counts[cell]) - expected) * (Double(counts[cell]) - expected) / expected
    }
  }

  /// Names as hosts have them: counted up, and of random digits.
  private static let names: [@Sendable (Int) -> String] = [
    { "customer-\($0)" },
    { String(UInt64($0) &* 0x9E37_79B9_7F4A_7C15, radix: 16) },
  ]

  @Test(arguments: names.indices)
  func `shares of a million customers are as stated, for holdouts, control groups, variants and offers`(
    kind: Int
  ) throws {
    let group = ControlGroup("spring", percent: 5)
    let holdout = CustomerDraw(salt: "spring")
    let variants = VariantShares(weights: [70, 20, 10], salt: "spring")
    let offers = VariantShares(of: "offers", weights: [1, 1, 1, 1], salt: "spring")
    var (held, inGroup, sent, issued) = ([0, 0], [0, 0], [0, 0, 0], [0, 0, 0, 0])
    for number in 0..<1_000_000 {
      let customer = CustomerID(Self.names[kind](number))
      held[HoldoutBucket(bits: holdout.bits(of: customer)).isHeldOut(percent: 12.5) ? 0 : 1] += 1
      inGroup[group.contains(customer) ? 0 : 1] += 1
      sent[variants.index(for: customer)] += 1
      issued[offers.index(for: customer)] += 1
    }
    for (counts, weights) in [
      (held, [12.5, 87.5]), (inGroup, [5, 95]), (sent, [70, 20, 10]), (issued, [1, 1, 1, 1]),
    ] {
      let bound = try #require(Self.bound[weights.count - 1])
      #expect(Self.chiSquare(counts, weights) < bound, "\(counts) for \(weights)")
    }
  }

  @Test func `a million customers under two salts are two draws, and so are four words under one`() {
    let draws: [CustomerDraw] = [
      CustomerDraw(salt: "spring"), CustomerDraw(salt: "autumn"), CustomerDraw(salt: "control group spring"),
      CustomerDraw(salt: "variants spring"), CustomerDraw(salt: "offers spring"),
    ]
    var counts: [[Int]] = []
    let pairs = draws.indices.flatMap { first in (first + 1..<draws.count).map { (first, $0) } }
    counts = pairs.map { _ in [0, 0, 0, 0] }
    for number in 0..<1_000_000 {
      let customer = CustomerID("customer-\(number)")
      // The lower tenth of each, which is where a holdout cuts.
      let isLow = draws.map { HoldoutBucket(bits: $0.bits(of: customer)).isHeldOut(percent: 10) }
      for (place, pair) in pairs.enumerated() {
        counts[place][(isLow[pair.0] ? 0 : 2) + (isLow[pair.1] ? 0 : 1)] += 1
      }
    }
    for (pair, counts) in zip(pairs, counts) {
      #expect(Self.dependence(counts) < 10.83, "\(pair): \(counts)")
    }
    // The test itself: a draw tells everything of itself.
    #expect(Self.dependence([100, 0, 0, 900]) > 900)
  }

  @Test func `the words of the draws are what the library draws by, and no release may move a customer`() {
    let customers = (0..<10).map { CustomerID("customer-\($0)") }
    let group = ControlGroup("spring", percent: 50)
    let bits = CustomerDraw(salt: "control group spring")
    for customer in customers {
      #expect(group.contains(customer) == HoldoutBucket(bits: bits.bits(of: customer)).isHeldOut(percent: 50))
    }
    #expect(customers.map { group.contains($0) ? 1 : 0 } == [0, 1, 1, 1, 0, 1, 0, 1, 1, 0])
    let offers = VariantShares(of: "offers", weights: [70, 30], salt: "spring")
    #expect(customers.map { offers.index(for: $0) } == [1, 0, 0, 0, 0, 0, 0, 0, 0, 0])
  }
}
