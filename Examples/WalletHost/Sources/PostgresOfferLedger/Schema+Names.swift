import DurableLedger
import Foundation
import OfferBridgeKit

// The second version: customers who are merged and forgotten.
extension Schema {
  /// Who redeemed stood in what was reported alone.
  static func writeRedeemers(_ connection: PostgresConnection) throws {
    var after: Int64 = 0
    while true {
      let found = try connection.read(
        """
        SELECT sequence, document FROM external_event
        WHERE sequence > $1 AND strpos(document, '"customer"') > 0 ORDER BY sequence LIMIT 512
        """,
        .of(after)
      ).map { (sequence: try $0[0] as Int64, document: try $0[1] as String) }
      guard let last = found.last else { return }
      after = last.sequence
      for (sequence, document) in found {
        let event = try JSONDecoder().decode(ExternalEvent.self, from: Data(document.utf8))
        guard let redeemer = event.redeemer else { continue }
        try connection.write(
          "UPDATE external_event SET redeemer = $1 WHERE sequence = $2",
          .of(redeemer.rawValue.column, sequence)
        )
      }
    }
  }

  static let names = [
    // The ids that are not their customer's own: merged into another, or in the place of who was forgotten.
    """
    CREATE TABLE customer_name (
      tenant TEXT COLLATE "C" NOT NULL,
      id TEXT COLLATE "C" NOT NULL,
      survivor TEXT COLLATE "C",         -- whose it is; NULL where it is nobody's
      PRIMARY KEY (tenant, id)
    )
    """,
    "CREATE INDEX name_of_survivor ON customer_name (tenant, survivor)",
    // How many of these there are.
    "ALTER TABLE standing ADD COLUMN names BIGINT NOT NULL DEFAULT 0",

    // How much of it, at most, merges brought: so much may stand above its limit.
    "ALTER TABLE limit_counter ADD COLUMN brought BIGINT NOT NULL DEFAULT 0",

    // Whether something was taken out of it, and who redeemed by what it says.
    "ALTER TABLE external_event ADD COLUMN is_reworded BOOLEAN NOT NULL DEFAULT FALSE",
    "ALTER TABLE external_event ADD COLUMN redeemer TEXT COLLATE \"C\"",
    """
    CREATE INDEX event_redeemed_by ON external_event (tenant, redeemer) WHERE redeemer IS NOT NULL
    """,
  ]
}
