import Foundation
import OfferBridgeKit

/// What a report is to the bridge.
enum ReportedEvent {
  case redemption(Redemption)
  case reversal(Reversal)
  /// Nothing was redeemed or undone, and why.
  case nothing(String)
}

/// A report lacks what an event cannot do without.
struct Lacking: Error, CustomStringConvertible {
  let description: String
  init(_ what: String) { description = "The report has no \(what)." }
}

extension VoucherifyReport {
  /// The event that it is.
  ///
  /// A currency is nowhere in these models: it is the one of the project.
  func event(in currency: String) throws -> ReportedEvent {
    guard let id else { throw Lacking("id") }
    guard let result else { throw Lacking("result") }
    guard result == "SUCCESS" else { return .nothing("its result is \(result)") }
    switch kind {
    case .redemption:
      return .redemption(
        Redemption(
          id: id,
          of: try reference(),
          by: customer?.sourceID.map { CustomerID($0) },
          at: try moment(),
          // A gift card's credits; else what the order was reduced by.
          amount: (amount ?? order?.discount).map { Money(minorUnits: $0, currency: currency) },
          lines: lines()
        )
      )
    case .rollback:
      guard let redemption else { throw Lacking("redemption") }
      // What is restored is written below zero; without an amount all of it is rolled back.
      let part = amount.map {
        ReversedPart.amount(Money(minorUnits: Int64(clamping: -Int128($0)), currency: currency))
      }
      return .reversal(Reversal(id: id, of: redemption, only: part, at: try moment()))
    }
  }

  /// Our id, where it was written on the redemption; else the voucher's code, which the message's acknowledgement
  /// brought; else whose voucher of which campaign it is.
  private func reference() throws -> RedemptionReference {
    if let text = metadata?.issuedOffer, let id = DerivedKey(text) { return .issuedOffer(id) }
    if let code = voucher?.code { return .replica(ReplicaReference(code)) }
    guard let customer = customer?.sourceID, let campaign = voucher?.campaign else {
      throw Lacking("voucher that can be known")
    }
    return .customer(CustomerID(customer), replica: ReplicaName(campaign))
  }

  /// The order's items, where each has a name of its own and none weighs less than nothing.
  private func lines() -> [RedemptionLine] {
    let items = (order?.items ?? []).compactMap { item in
      item.id.map { RedemptionLine($0, weight: item.subtotal ?? item.amount ?? 0) }
    }
    let areUsable = Set(items.map(\.name)).count == items.count && items.allSatisfy { $0.weight >= 0 }
    return areUsable ? items : []
  }

  private func moment() throws -> Date {
    guard let date else { throw Lacking("date") }
    let moment =
      (try? Date(date, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
      ?? (try? Date(date, strategy: .iso8601))
    guard let moment else { throw Lacking("date that can be read: '\(date)'") }
    return moment
  }
}
