/// A variant with its weight among others, of which each customer is sent one.
///
/// ```swift
/// .sendOneOf([card.weighing(70), letter.weighing(30)], salt: "spring", through: "wallet")
/// ```
///
/// Which one a customer is sent depends on the customer's id, the salt, and
/// the weights in their order, and on nothing else: the same in every process,
/// on every repeat and after every deploy. A ``Holdout`` under the same salt
/// does not bend the shares: the two are drawn apart.
///
/// The variants' shares lie side by side, in their order, on one scale of the
/// sum of the weights. Customers move whose place on it falls into another
/// share. Where two neighbours exchange weight and the sum stays, that is those
/// between them: to switch a variant off and move nobody else, set it to 0 and
/// add its weight to a neighbour, `[1, 1, 1]` to `[0, 2, 1]`. Another sum moves
/// every border: `[1, 1, 1]` to `[0, 1, 1]` moves some of the second's too.
public struct WeightedVariant<Customer: Sendable>: Sendable {
  /// What is sent.
  public let variant: MessageVariant<Customer>
  /// Its share of the sum of all weights; at 0 nobody is sent it.
  public let weight: Int

  /// A variant with its weight.
  ///
  /// - Parameters:
  ///   - variant: What is sent.
  ///   - weight: 0 to 1,000,000. Another one is a fault when the bridge is made.
  public init(_ variant: MessageVariant<Customer>, weight: Int) {
    self.variant = variant
    self.weight = weight
  }
}

extension MessageVariant {
  /// The variant with its weight among others.
  ///
  /// - Parameter weight: 0 to 1,000,000; only its share of the sum counts, so that 7 and 3 are 70 and 30.
  /// - Returns: What ``CampaignOutcome/sendOneOf(_:salt:through:)`` takes.
  public func weighing(_ weight: Int) -> WeightedVariant<Customer> {
    WeightedVariant(self, weight: weight)
  }
}

/// Which of several a customer is given, by weight.
package struct VariantShares: Sendable {
  package let weights: [Int]
  package let salt: String
  private let sum: UInt64
  private let draw: CustomerDraw

  /// The shares of variants, or of what the word names: each word is a draw of its own.
  package init(of word: String = "variants", weights: [Int], salt: String) {
    self.weights = weights
    self.salt = salt
    sum = weights.reduce(0) { $0 &+ UInt64(clamping: $1) }
    // Another word than a holdout's: under one hash, those who are not held out would be the upper part of all.
    draw = CustomerDraw(salt: "\(word) \(salt)")
  }

  /// The index of the customer's one; 0 where none has a weight.
  package func index(for customer: CustomerID) -> Int { index(at: draw.bits(of: customer)) }

  /// The index of the one whose share those bits fall into.
  package func index(at bits: UInt64) -> Int {
    var rest = bits.multipliedFullWidth(by: sum).high
    for index in weights.indices {
      let weight = UInt64(clamping: weights[index])
      if rest < weight { return index }
      rest -= weight
    }
    return 0
  }
}
