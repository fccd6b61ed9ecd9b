import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// One of several variants by weight: the shares hold, and a customer stays with theirs.
@Suite struct WeightedVariantTests {
  private static func variant(_ name: String) -> MessageVariant<Member> {
    MessageVariant(name) { DataPoint("says") { _ in name } }
  }

  /// Pearson's chi-square of what was counted against the weights.
  private static func chiSquare(_ counts: [Int], _ weights: [Int]) -> Double {
    let total = Double(counts.reduce(0, +))
    let sum = Double(weights.reduce(0, +))
    return zip(counts, weights).filter { $1 > 0 }.reduce(0) { chi, pair in
      let expected = total * Double(pair.1) / sum
      return chi + (Double(pair.0) - expected) * (Double(pair.0) - expected) / expected
    }
  }

  // The values that chi-square passes once in a thousand draws, by degrees of freedom.
  private static let bound = [1: 10.83, 2: 13.82, 3: 16.27]

  @Test func `the shares of a million customers are as the weights say`() throws {
    let all = [[70, 30], [1, 1, 1], [1, 9, 0, 90], [1, 2, 3, 4]].map {
      VariantShares(weights: $0, salt: "spring")
    }
    var counts = all.map { Array(repeating: 0, count: $0.weights.count) }
    let draw = CustomerDraw(salt: "variants spring")
    for number in 0..<1_000_000 {
      let bits = draw.bits(of: CustomerID("customer-\(number)"))
      for index in all.indices { counts[index][all[index].index(at: bits)] += 1 }
    }
    for (counts, shares) in zip(counts, all) {
      let bound = try #require(Self.bound[shares.weights.count { $0 > 0 } - 1])
      #expect(Self.chiSquare(counts, shares.weights) < bound, "\(counts)")
      #expect(zip(counts, shares.weights).allSatisfy { $1 > 0 || $0 == 0 })
      #expect(shares.index(for: "ada") == shares.index(at: draw.bits(of: "ada")))
    }
  }

  @Test func `shares hold among those whom a holdout with the same salt leaves, and under another salt anew`()
  {
    let spring = VariantShares(weights: [70, 30], salt: "spring")
    let autumn = VariantShares(weights: [70, 30], salt: "autumn")
    var left = [0, 0]
    var moved = [0, 0]
    for number in 0..<200_000 {
      let customer = CustomerID("customer-\(number)")
      if !HoldoutBucket(salt: "spring", customer: customer).isHeldOut(percent: 50) {
        left[spring.index(for: customer)] += 1
      }
      if spring.index(for: customer) == 0 { moved[autumn.index(for: customer)] += 1 }
    }
    #expect(Self.chiSquare(left, [70, 30]) < 10.83, "\(left)")
    #expect(Self.chiSquare(moved, [70, 30]) < 10.83, "\(moved)")
  }

  @Test func `another weight moves only customers at the border, and equal shares are equal choices`() {
    let before = VariantShares(weights: [70, 30], salt: "spring")
    let after = VariantShares(weights: [80, 20], salt: "spring")
    let same = VariantShares(weights: [7, 3], salt: "spring")
    for number in 0..<10_000 {
      let customer = CustomerID("customer-\(number)")
      if before.index(for: customer) == 0 { #expect(after.index(for: customer) == 0) }
      #expect(before.index(for: customer) == same.index(for: customer))
    }
    // Written out, so that no release may move customers.
    let firsts = (0..<10).map { before.index(for: CustomerID("customer-\($0)")) }
    #expect(firsts == [0, 0, 1, 1, 0, 0, 1, 0, 1, 1])
  }

  @Test(arguments: [
    ([1, 1, 1], [0, 2, 1], 0), ([1, 1, 1], [1, 0, 2], 1), ([1, 2, 3], [1, 5, 0], 2),
    ([1, 1, 1], [2, 1, 0], nil),
  ])
  func `to switch a variant off moves only its customers where a neighbour takes its weight`(
    weights: [Int],
    later: [Int],
    moving: Int?
  ) {
    let (before, after) = (
      VariantShares(weights: weights, salt: "spring"), VariantShares(weights: later, salt: "spring")
    )
    var moved: Set<Int> = []
    for number in 0..<10_000 {
      let customer = CustomerID("customer-\(number)")
      let index = before.index(for: customer)
      if after.index(for: customer) != index { moved.insert(index) }
    }
    // Given to one further away, it moves those in between too.
    #expect(moved == (moving.map { [$0] } ?? [1, 2]))
  }

  private func shop(_ variants: [WeightedVariant<Member>]) async throws -> Shop {
    let send = Campaign<Member>(
      "to-wallet",
      on: .event("ten_off_issued"),
      rule: Everyone(),
      outcome: .sendOneOf(variants, salt: "spring", through: "wallet")
    )
    return try await Shop([Shop.reward(), send])
  }

  @Test func `the variant that was chosen is on the message, in its bytes and in the decision`() async throws
  {
    let shop = try await shop([Self.variant("card").weighing(70), Self.variant("letter").weighing(30)])
    var counts: [String: Int] = [:]
    for number in 0..<400 {
      let customer = CustomerID("customer-\(number)")
      shop.store.save(Member(), as: customer)
      let decisions = try await shop.bridge.respond(to: shop.opened("a-\(number)", by: customer))
      let message = try await shop.message(to: customer).message
      #expect(message.payloadText == #"{"says":"\#(message.variant)"}"#)
      #expect(decisions["to-wallet"]?.messageExplanation?.variant == message.variant)
      counts[message.variant, default: 0] += 1
      let another = try await shop.bridge.respond(to: shop.opened("b-\(number)", by: customer))
      #expect(another["to-wallet"]?.messageExplanation?.variant == message.variant)
    }
    let (card, letter) = (counts["card", default: 0], counts["letter", default: 0])
    #expect(Self.chiSquare([card, letter], [70, 30]) < 10.83, "\(counts)")
    shop.store.save(Member(), as: "ada")
    let explained = try await shop.bridge.respond(to: shop.opened("a"))["to-wallet"]?.messageExplanation
    #expect(explained?.description.hasSuffix(", of card 70, letter 30 under the salt spring") == true)
  }

  @Test func `a missing data point of the chosen variant is a decision, whatever the other needs`()
    async throws
  {
    let needy = MessageVariant<Member>("needy") { DataPoint("nickname") { $0.customer.nickname } }
    let shop = try await shop([needy.weighing(1), Self.variant("plain").weighing(1)])
    for number in 0..<20 {
      let customer = CustomerID("customer-\(number)")
      shop.store.save(Member(), as: customer)
      let decision = try await shop.bridge.respond(to: shop.opened("a-\(number)", by: customer))["to-wallet"]
      let isNeedy = decision?.messageExplanation?.variant == "needy"
      #expect((decision?.outcome == .missingDataPoint("nickname")) == isNeedy)
    }
  }

  private func faults(_ variants: [WeightedVariant<Member>]) async throws -> [ConfigurationFault] {
    do {
      _ = try await shop(variants)
      return []
    } catch let error as OfferBridgeError {
      guard case .configurationInvalid(let faults) = error.code else { throw error }
      return faults
    }
  }

  @Test func `what cannot be chosen from is a fault, and one variant alone is a warning`() async throws {
    let (a, b) = (Self.variant("a"), Self.variant("b"))
    let twice = MessageVariant<Member>("twice") {
      DataPoint("x") { _ in 1 }
      DataPoint("x") { _ in 2 }
      DataPoint("x") { _ in 3 }
    }
    #expect(try await faults([]) == [.noVariantHasWeight(in: "to-wallet")])
    #expect(try await faults([a.weighing(0), b.weighing(0)]) == [.noVariantHasWeight(in: "to-wallet")])
    #expect(
      try await faults([a.weighing(-1), b.weighing(1)]) == [.weightInvalid(-1, of: "a", in: "to-wallet")]
    )
    #expect(
      try await faults([a.weighing(.max), b.weighing(1)]) == [.weightInvalid(.max, of: "a", in: "to-wallet")]
    )
    #expect(try await faults([a.weighing(1), a.weighing(1)]) == [.repeatedVariant("a", in: "to-wallet")])
    #expect(
      try await faults([a.weighing(1), twice.weighing(1)]) == [.repeatedDataPoint("x", in: "to-wallet")]
    )
    let over = try await shop([a.weighing(100), b.weighing(0)])
    #expect(over.bridge.warnings == [.oneVariantOnly("a", in: "to-wallet")])
    #expect(try await shop([a.weighing(1), b.weighing(1)]).bridge.warnings == [])
  }
}
