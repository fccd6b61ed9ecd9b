import Foundation
import OfferBridgeKit

/// A shop that has issued an offer to so many customers, each of whom has a voucher in Voucherify.
struct Shop {
  /// The host knows no more of a customer.
  struct Shopper: Sendable {}

  /// Voucherify's side, as far as the bridge sees it: it publishes a voucher, and answers with its code.
  struct Publisher: MessageProvider {
    func deliver(_ delivery: MessageDelivery) async throws -> DeliveryAnswer {
      .accepted(reference: ReplicaReference("CODE-\(delivery.message.customer)"))
    }
  }

  static let currency = "EUR"

  let bridge: OfferBridge<Shopper>

  init(customers count: Int, issuedAt moment: Date) async throws {
    let names = (0..<count).map { CustomerID("customer-\($0)") }
    let voucher = MessageVariant<Shopper>("voucher") { DataPoint("campaign") { $0.replica } }
    bridge = try await OfferBridge(
      customers: InMemoryCustomerStore(Dictionary(uniqueKeysWithValues: names.map { ($0, Shopper()) })),
      catalog: InMemoryOfferCatalog([
        Offer(
          "spring",
          raises: "spring_issued",
          replicas: ["voucherify": "SPRING"],
          redeemable: .times(2),
          faceValue: Money(minorUnits: 5_000, currency: Self.currency)
        )
      ]),
      campaigns: [
        Campaign("spring", on: .action("signed_up"), rule: Everyone(), outcome: .issue("spring")),
        Campaign(
          "publish",
          on: .event("spring_issued"),
          rule: Everyone(),
          outcome: .send(voucher, through: "voucherify")
        ),
      ],
      providers: ["voucherify": Publisher()],
      ledger: InMemoryOfferLedger(now: { moment })
    )
    for name in names {
      let action = CustomerAction("signed_up", id: "sign-up of \(name)", by: name, at: moment)
      _ = try await bridge.respond(to: action)
    }
    try await bridge.deliverDueMessages()
  }
}
