import DurableLedger
import Foundation
import OfferBridgeKit

extension PostgresLedgerRows {
  func page(_ listing: LedgerListing, after place: Int64, limit: Int) throws -> [PlacedEntry] {
    switch listing {
    case .issuedOffers(let customer):
      return try all(
        """
        SELECT \(Self.issuedColumns), sequence FROM issued_offer
        WHERE tenant = $1 AND customer = $2 AND sequence > $3 ORDER BY sequence LIMIT $4
        """,
        .of(customer.rawValue.column, place, limit)
      ) { PlacedEntry(place: try $0[5], entry: .issuedOffer(try readIssued($0).current)) }
    case .expiring(let moment):
      return try issued("warns_at <= $2 AND expires_at >= $2", at: moment, after: place, limit) {
        $0.isExpiring(at: moment)
      }
    case .toBeRecalled(let moment):
      return try issued("is_recalled AND expires_at <= $2", at: moment, after: place, limit) {
        $0.isToBeRecalled(at: moment)
      }
    case .messages(let customer):
      return try messages("customer = $2", customer.rawValue.column, after: place, limit)
    case .messagesIn(.accepted):
      return try messages("state IN ($2, 'confirmed')", "accepted", after: place, limit)
    case .messagesIn(let name):
      return try messages("state = $2", name.rawValue, after: place, limit)
    case .events(let customer):
      return try events("customer = $2", customer.rawValue.column, by: "place", after: place, limit)
    case .parkedEvents:
      return try events("stands = $2", "parked", after: place, limit)
    case .discrepantEvents:
      return try events("stands = $2", "discrepant", after: place, limit)
    case .reported(let source):
      return try events("source = $2", source.rawValue.column, after: place, limit)
    }
  }

  /// The columns leave few rows too many; the issued offer itself has the last word.
  private func issued(
    _ condition: String,
    at moment: Date,
    after place: Int64,
    _ limit: Int,
    where isListed: (IssuedRow) -> Bool
  ) throws -> [PlacedEntry] {
    var found: [PlacedEntry] = []
    var last = place
    while found.count < limit {
      let rows = try all(
        """
        SELECT \(Self.issuedColumns), sequence FROM issued_offer
        WHERE tenant = $1 AND \(condition) AND sequence > $3 AND NOT EXISTS (
          SELECT 1 FROM customer_name AS name
          WHERE name.tenant = $1 AND name.id = issued_offer.customer AND name.survivor IS NULL
        ) ORDER BY sequence LIMIT $4
        """,
        .of(moment.milliseconds, last, limit)
      ) { (place: try $0[5] as Int64, row: try readIssued($0)) }
      for (place, row) in rows where isListed(row) && found.count < limit {
        found.append(PlacedEntry(place: place, entry: .issuedOffer(row.current)))
      }
      guard rows.count == limit, let end = rows.last else { break }
      last = end.place
    }
    return found
  }

  private func messages(
    _ condition: String,
    _ name: String,
    after place: Int64,
    _ limit: Int
  ) throws -> [PlacedEntry] {
    try all(
      """
      SELECT \(Self.messageColumns), sequence FROM message
      WHERE tenant = $1 AND \(condition) AND sequence > $3 ORDER BY sequence LIMIT $4
      """,
      .of(name, place, limit)
    ) { PlacedEntry(place: try $0[15], entry: .message(try readMessage($0).record)) }
  }

  private func events(
    _ condition: String,
    _ name: String,
    by order: String = "sequence",
    after place: Int64,
    _ limit: Int
  ) throws -> [PlacedEntry] {
    try all(
      """
      SELECT \(Self.eventColumns), \(order) FROM external_event
      WHERE tenant = $1 AND \(condition) AND \(order) > $3 ORDER BY \(order) LIMIT $4
      """,
      .of(name, place, limit)
    ) { PlacedEntry(place: try $0[5], entry: .event(try readEvent($0).record)) }
  }
}
