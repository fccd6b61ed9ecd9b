/// An offer with its weight among others, of which each customer is issued one.
///
/// ```swift
/// outcome: .issueOneOf([WeightedOffer("ten-off", weight: 70), WeightedOffer("free-cup", weight: 30)], salt: "spring")
/// ```
///
/// Which one a customer is issued depends on the customer's id, the salt, and
/// the weights in their order, as for a ``WeightedVariant``. Offers, variants
/// and a ``Holdout`` under one salt are drawn apart.
///
/// What was issued stays: a trigger that comes again after the weights were
/// changed is answered with the offer that it was issued.
public struct WeightedOffer: Sendable, Hashable {
  /// The offer.
  public let offer: OfferID
  /// Its share of the sum of all weights; at 0 nobody is issued it.
  public let weight: Int

  /// An offer with its weight.
  ///
  /// - Parameters:
  ///   - offer: The offer.
  ///   - weight: 0 to 1,000,000. Another one is a fault when the bridge is made.
  public init(_ offer: OfferID, weight: Int) {
    self.offer = offer
    self.weight = weight
  }
}

/// Which of several offers a campaign issues a customer, and what it was chosen from.
///
/// ```swift
/// print(decisions["reward"]!.offerExplanation!)
/// // ten-off, of ten-off 70, free-cup 30 under the salt spring
/// ```
public struct OfferExplanation: Sendable, Hashable, CustomStringConvertible {
  /// The offer.
  public let offer: OfferID
  /// All that could be chosen, in the order in which the campaign gives them.
  public let among: [WeightedOffer]
  /// What the choice is salted with.
  public let salt: String

  /// The offer, and what it was chosen from.
  public var description: String {
    "\(offer), of \(among.map { "\($0.offer) \($0.weight)" }.joined(separator: ", ")) under the salt \(salt)"
  }
}

/// What a listener issues: an offer, or one of several by weight.
struct ListenerOffer: Sendable {
  let offers: [OfferID]
  /// `nil` where there is no choice.
  private let shares: VariantShares?

  init(_ offer: OfferID) {
    offers = [offer]
    shares = nil
  }

  init(oneOf weighted: [WeightedOffer], salt: String) {
    offers = weighted.map(\.offer)
    shares = VariantShares(of: "offers", weights: weighted.map(\.weight), salt: salt)
  }

  /// The customer's one; `nil` where there is none to choose from.
  func offer(for customer: CustomerID) -> OfferID? {
    guard let shares else { return offers.first }
    return offers.isEmpty ? nil : offers[shares.index(for: customer)]
  }

  /// How it was chosen, or `nil` where there was no choice.
  func explanation(for customer: CustomerID) -> OfferExplanation? {
    guard let shares, let offer = offer(for: customer) else { return nil }
    return OfferExplanation(
      offer: offer,
      among: zip(offers, shares.weights).map { WeightedOffer($0, weight: $1) },
      salt: shares.salt
    )
  }

  /// What about it does not fit together.
  func faults(in campaign: CampaignID) -> [ConfigurationFault] {
    guard let shares else { return [] }
    var faults: [ConfigurationFault] = zip(offers, shares.weights)
      .filter { !(0...1_000_000).contains($0.1) }
      .map { .offerWeightInvalid($0.1, of: $0.0, in: campaign) }
    if !shares.weights.contains(where: { $0 > 0 }) { faults.append(.noOfferHasWeight(in: campaign)) }
    return faults + offers.repeated.map { .repeatedOffer($0, in: campaign) }
  }

  /// What about it is likely not meant.
  func warnings(in campaign: CampaignID) -> [ConfigurationWarning] {
    guard let shares else { return [] }
    let chosen = zip(offers, shares.weights).filter { $0.1 > 0 }.map(\.0)
    return chosen.count == 1 ? [.oneOfferOnly(chosen[0], in: campaign)] : []
  }
}
