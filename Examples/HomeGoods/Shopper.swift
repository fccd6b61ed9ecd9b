/// What the shop knows of a customer.
///
/// Any `Sendable` type of your own will do. Rules are written over its
/// properties, so a field that is not here does not compile in a rule.
struct Shopper: Sendable {
  /// How good a customer it is; explanations print the case's name.
  enum Tier: Sendable { case bronze, silver, gold }

  var firstName: String
  var tier: Tier
  var wantsOffers = true
  var hasWallet = true
}
