public import Foundation
public import OfferBridgeKit

extension RuleContext {
  /// A context in a line, for a unit test of a rule.
  ///
  /// ```swift
  /// try LoyalShopper().evaluate(in: .example(customer: ada, event: ["channel": "ios"]))
  /// ```
  ///
  /// - Parameters:
  ///   - customer: The profile.
  ///   - id: Whose it is; "ada" by default.
  ///   - action: The name of the action that is heard.
  ///   - event: The attributes of what is heard; none by default.
  ///   - origin: The attributes of what the journey began with; those of the event by default.
  ///   - history: Past actions, the present one not among them.
  ///   - issuedOffers: What was issued to the customer before; the last is the one that the event is about.
  ///   - now: The ledger's time; 1 January 2026, midnight UTC, by default.
  ///   - zone: The zone of words that name none; GMT by default.
  /// - Returns: A context that hears one action.
  public static func example(
    customer: Customer,
    id: CustomerID = "ada",
    action: String = "app_opened",
    event: Attributes = .none,
    origin: Attributes? = nil,
    history: [CustomerAction] = [],
    issuedOffers: [IssuedOffer] = [],
    now: Date = Date(timeIntervalSince1970: 1_767_225_600),
    zone: TimeZone = .gmt
  ) -> RuleContext {
    let present = CustomerAction(action, id: "present", by: id, at: now, event)
    func heard(_ attributes: Attributes) -> HeardEvent {
      HeardEvent(
        kind: .action,
        name: action,
        cause: .trigger(TriggerID(.action, present.id)),
        occurredAt: now,
        attributes: attributes
      )
    }
    return RuleContext(
      profile: CustomerProfile(customer),
      customerID: id,
      event: heard(event),
      origin: heard(origin ?? event),
      history: RuleHistory(actions: [present] + history, issuedOffers: issuedOffers),
      issuedOffer: issuedOffers.last,
      now: now,
      zone: zone
    )
  }
}

extension IssuedOffer {
  /// An issued offer in a line, for a test of a rule that looks back.
  ///
  /// - Parameters:
  ///   - offer: Which offer.
  ///   - customer: To whom; "ada" by default.
  ///   - issuedAt: When; 1 January 2026, midnight UTC, by default.
  ///   - expiresAt: When it is over; never by default.
  /// - Returns: An issued offer without replicas, not redeemed.
  public static func example(
    of offer: OfferID,
    to customer: CustomerID = "ada",
    at issuedAt: Date = Date(timeIntervalSince1970: 1_767_225_600),
    expiresAt: Date? = nil
  ) -> IssuedOffer {
    IssuedOffer(
      id: .derive("example", offer.rawValue, customer.rawValue, "\(issuedAt.milliseconds)"),
      offer: offer,
      revision: 1,
      customer: customer,
      campaign: "example",
      trigger: TriggerID(.action, "example"),
      heard: "example",
      issuedAt: issuedAt,
      expiresAt: expiresAt,
      redeemable: .once,
      faceValue: nil,
      replicas: [],
      redeemed: .none
    )
  }
}
