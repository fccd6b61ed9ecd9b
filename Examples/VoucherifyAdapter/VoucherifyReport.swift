import Foundation
import OfferBridgeKit

/// A redemption or a rollback as Voucherify writes it, of which the bridge needs a few fields.
///
/// In Voucherify's own models every field may be missing. Here a report says
/// what it lacks, in place of a guess.
struct VoucherifyReport: Decodable {
  /// What it is.
  enum Kind: String, Decodable {
    case redemption
    case rollback = "redemption_rollback"
  }

  struct Customer: Decodable {
    /// The host's own id of the customer.
    let sourceID: String?

    private enum CodingKeys: String, CodingKey {
      case sourceID = "source_id"
    }
  }

  struct Voucher: Decodable {
    let code: String?
    let campaign: String?
  }

  struct Item: Decodable {
    let id: String?
    let amount: Int64?
    let subtotal: Int64?

    private enum CodingKeys: String, CodingKey {
      case id, amount
      case subtotal = "subtotal_amount"
    }
  }

  struct Order: Decodable {
    let discount: Int64?
    let items: [Item]?

    private enum CodingKeys: String, CodingKey {
      case discount = "total_applied_discount_amount"
      case items
    }
  }

  struct Metadata: Decodable {
    /// Our id of the issued offer, where the host had it written on the voucher.
    let issuedOffer: String?

    private enum CodingKeys: String, CodingKey {
      case issuedOffer = "issued_offer"
    }
  }

  let kind: Kind
  let id: String?
  let date: String?
  /// Credits of a gift card; of a rollback below zero.
  let amount: Int64?
  /// Of a rollback: the redemption.
  let redemption: String?
  let result: String?
  let customer: Customer?
  let voucher: Voucher?
  let order: Order?
  let metadata: Metadata?

  private enum CodingKeys: String, CodingKey {
    case kind = "object"
    case id, date, amount, redemption, result, customer, voucher, order, metadata
  }
}
