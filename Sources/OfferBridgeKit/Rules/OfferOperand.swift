public import Foundation

/// The issued offer that the event is about: what a campaign downstream of an issuance decides on.
///
/// ```swift
/// offer.id == "ten-off"
/// offer.campaign != "welcome"
/// ```
///
/// Where the event is about none, every fact of it is missing.
public struct OfferScope<Customer: Sendable>: Sendable {
  package init() {}

  /// Which offer it is.
  public var id: OfferOperand<Customer, OfferID> { OfferOperand(property: "id") { $0.offer } }
  /// The campaign that issued it.
  public var campaign: OfferOperand<Customer, CampaignID> {
    OfferOperand(property: "campaign") { $0.campaign }
  }
  /// Which revision of the offer it is.
  public var revision: OfferOperand<Customer, Int> { OfferOperand(property: "revision") { $0.revision } }
  /// When it was issued.
  public var issuedAt: OfferOperand<Customer, Date> { OfferOperand(property: "issuedAt") { $0.issuedAt } }
  /// The first moment at which it is over; missing when it does not end.
  public var expiresAt: OfferOperand<Customer, Date> { OfferOperand(property: "expiresAt") { $0.expiresAt } }
}

/// A fact of the issued offer that the event is about.
public struct OfferOperand<Customer: Sendable, Fact: Sendable>: RuleOperand {
  let property: String
  let read: @Sendable (IssuedOffer) -> Fact?

  /// The fact, or `nil` when the event is about no issued offer.
  public func fact(in context: RuleContext<Customer>) -> Fact? { context.issuedOffer.flatMap(read) }

  /// Such as "offer.id".
  public var name: String { "offer.\(property)" }

  /// "the event is about no issued offer", or that it has no such thing.
  public func whyMissing(in context: RuleContext<Customer>) -> String {
    context.issuedOffer == nil
      ? "the \(context.event.noun) is about no issued offer" : "the offer has no \(property)"
  }
}

extension OfferOperand: LibraryOperand {
  package var cost: RuleCost { .lookup }
}
