import DurableLedger
import Foundation
import GRDB
import OfferBridgeKit

/// The tables, on one page.
///
/// A tenant's name stands in every key. Beside the columns that a step looks
/// for, a row holds the value as it encodes itself. Moments are milliseconds
/// since 1970. The numbers of rows are the order of their commits. A customer's
/// column says whose a row is by now: what it says keeps the id that it was
/// written under.
enum Schema {
  /// What turns an empty file, or one of an earlier version, into this one.
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1: the ledger") { db in try db.execute(sql: tables) }
    migrator.registerMigration("2: customers who are merged and forgotten") { db in
      try db.execute(sql: names)
      try writeRedeemers(db)
    }
    return migrator
  }

  /// Who redeemed stood in what was reported alone.
  private static func writeRedeemers(_ db: Database) throws {
    let rows = try Row.fetchCursor(
      db,
      sql: "SELECT sequence, document FROM external_event WHERE instr(document, '\"customer\"') > 0"
    )
    var redeemers: [(sequence: Int64, name: String)] = []
    while let row = try rows.next() {
      let event = try JSONDecoder().decode(ExternalEvent.self, from: Data((row[1] as String).utf8))
      if let redeemer = event.redeemer { redeemers.append((row[0], redeemer.rawValue.column)) }
    }
    for (sequence, name) in redeemers {
      try db.execute(
        sql: "UPDATE external_event SET redeemer = ? WHERE sequence = ?",
        arguments: [name, sequence]
      )
    }
  }

  private static let names = """
    -- The ids that are not their customer's own: merged into another, or in the place of who was forgotten.
    CREATE TABLE customer_name (
      tenant TEXT NOT NULL,
      id TEXT NOT NULL,
      survivor TEXT,                    -- whose it is; NULL where it is nobody's
      PRIMARY KEY (tenant, id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX name_of_survivor ON customer_name (tenant, survivor);
    ALTER TABLE standing ADD COLUMN names INTEGER NOT NULL DEFAULT 0; -- how many of these there are

    -- How much of it, at most, merges brought: so much may stand above its limit.
    ALTER TABLE limit_counter ADD COLUMN brought INTEGER NOT NULL DEFAULT 0;

    -- Whether something was taken out of it, and who redeemed by what it says.
    ALTER TABLE external_event ADD COLUMN is_reworded INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE external_event ADD COLUMN redeemer TEXT;
    CREATE INDEX event_redeemed_by ON external_event (tenant, redeemer) WHERE redeemer IS NOT NULL;
    """

  private static let tables = """
    -- What began a journey, and what was decided on it.
    CREATE TABLE journey_trigger (
      tenant TEXT NOT NULL,
      kind TEXT NOT NULL,
      id TEXT NOT NULL,
      customer TEXT NOT NULL,
      fingerprint TEXT NOT NULL,
      version INTEGER NOT NULL,
      lapses_at INTEGER,                -- from when on something of it may be forgotten
      nodes TEXT NOT NULL,              -- what was written or refused
      PRIMARY KEY (tenant, kind, id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX trigger_lapsing ON journey_trigger (tenant, lapses_at) WHERE lapses_at IS NOT NULL;

    CREATE TABLE issued_offer (
      sequence INTEGER PRIMARY KEY,
      tenant TEXT NOT NULL,
      id TEXT NOT NULL,
      customer TEXT NOT NULL,
      offer TEXT NOT NULL,
      document TEXT NOT NULL,           -- an IssuedOffer; its replicas as deliveries alone said
      proven TEXT,                      -- the providers at which a redemption proved its replica
      limits TEXT,                      -- its LimitUses
      is_retaken INTEGER NOT NULL DEFAULT 0,
      expires_at INTEGER,
      warns_at INTEGER,                 -- when its end is near; NULL when it is closed or used up
      is_recalled INTEGER NOT NULL DEFAULT 0, -- at its end, unless it is closed or used up
      UNIQUE (tenant, id)
    ) STRICT;
    CREATE INDEX issued_offer_of_customer ON issued_offer (tenant, customer, sequence);
    CREATE INDEX issued_offer_expiring ON issued_offer (tenant, sequence, warns_at, expires_at)
      WHERE warns_at IS NOT NULL;
    CREATE INDEX issued_offer_to_be_recalled ON issued_offer (tenant, sequence, expires_at)
      WHERE is_recalled = 1;

    -- What an external system calls an issued offer's replica.
    CREATE TABLE replica_reference (
      sequence INTEGER PRIMARY KEY,
      tenant TEXT NOT NULL,
      provider TEXT NOT NULL,
      reference TEXT NOT NULL,
      issued_offer TEXT NOT NULL,
      UNIQUE (tenant, provider, reference, issued_offer),
      FOREIGN KEY (tenant, issued_offer) REFERENCES issued_offer (tenant, id)
    ) STRICT;
    CREATE INDEX reference_of_issued_offer ON replica_reference (tenant, issued_offer);

    CREATE TABLE message (
      sequence INTEGER PRIMARY KEY,
      tenant TEXT NOT NULL,
      key TEXT NOT NULL,
      provider TEXT NOT NULL,
      customer TEXT NOT NULL,
      issued_offer TEXT,                -- where it was there at the commit
      state TEXT NOT NULL CHECK (
        state IN ('waiting', 'leased', 'accepted', 'confirmed', 'rejected', 'buried', 'withdrawn')
      ),
      due INTEGER NOT NULL,
      lease_until INTEGER,
      turn INTEGER,                     -- when it may be handed out, where it is the first of its lane
      fence INTEGER NOT NULL DEFAULT 0,
      attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
      first_attempted_at INTEGER,
      may_have_arrived INTEGER NOT NULL DEFAULT 0,
      said TEXT,                        -- the reference of an acceptance, the reason of an end in vain
      last_failure TEXT,
      redrives TEXT,                    -- RedriveRecords
      next_generation TEXT,
      document TEXT NOT NULL,           -- an OfferMessage
      limits TEXT,                      -- its LimitUses
      UNIQUE (tenant, key),
      FOREIGN KEY (tenant, issued_offer) REFERENCES issued_offer (tenant, id)
    ) STRICT;
    CREATE INDEX message_turn ON message (tenant, provider, turn, sequence) WHERE turn IS NOT NULL;
    CREATE INDEX message_lane ON message (tenant, provider, customer, sequence)
      WHERE state IN ('waiting', 'leased');
    CREATE INDEX message_of_customer ON message (tenant, customer, sequence);
    CREATE INDEX message_about ON message (tenant, issued_offer, sequence);
    CREATE INDEX message_state ON message (tenant, state, sequence);

    CREATE TABLE external_event (
      sequence INTEGER PRIMARY KEY,
      tenant TEXT NOT NULL,
      source TEXT NOT NULL,
      id TEXT NOT NULL,
      customer TEXT,                    -- with whose others it is folded
      place INTEGER,                    -- among these, in the order in which they were known to be theirs
      awaits TEXT,                      -- what would tell whose it is
      stands TEXT NOT NULL CHECK (stands IN ('applied', 'discrepant', 'parked')),
      received_at INTEGER NOT NULL,
      document TEXT NOT NULL,           -- an ExternalEvent
      match TEXT NOT NULL,              -- a RedemptionMatch
      UNIQUE (tenant, source, id)
    ) STRICT;
    CREATE INDEX event_of_customer ON external_event (tenant, customer, place) WHERE customer IS NOT NULL;
    CREATE INDEX event_awaiting ON external_event (tenant, awaits, sequence) WHERE awaits IS NOT NULL;
    CREATE INDEX event_standing ON external_event (tenant, stands, sequence);
    CREATE INDEX event_reported ON external_event (tenant, source, sequence);

    -- What is used of a limit, and of a rolling one each use with its moment.
    CREATE TABLE limit_counter (
      tenant TEXT NOT NULL,
      counter TEXT NOT NULL,            -- its subject and period, and the customer whose it is
      used INTEGER NOT NULL,
      PRIMARY KEY (tenant, counter)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE limit_use (
      sequence INTEGER PRIMARY KEY,
      tenant TEXT NOT NULL,
      counter TEXT NOT NULL,
      moment INTEGER NOT NULL,
      amount INTEGER NOT NULL,
      FOREIGN KEY (tenant, counter) REFERENCES limit_counter (tenant, counter)
    ) STRICT;
    CREATE INDEX limit_use_moment ON limit_use (tenant, counter, moment, amount);

    -- What was told of each change, a line each, chained by digests.
    CREATE TABLE trail (
      tenant TEXT NOT NULL,
      sequence INTEGER NOT NULL,
      line TEXT NOT NULL,               -- a TrailEntry
      customer TEXT,
      issued_offer TEXT,
      event TEXT,                       -- the external event that it tells of, while it is nobody's
      PRIMARY KEY (tenant, sequence)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX trail_of_customer ON trail (tenant, customer, sequence) WHERE customer IS NOT NULL;
    CREATE INDEX trail_of_issued_offer ON trail (tenant, issued_offer, sequence)
      WHERE issued_offer IS NOT NULL;
    CREATE INDEX trail_of_event ON trail (tenant, event) WHERE event IS NOT NULL;

    -- What a tenant has once: repeats, which are counted and not kept, and the trail's end.
    CREATE TABLE standing (
      tenant TEXT PRIMARY KEY,
      duplicates INTEGER NOT NULL,
      conflicts INTEGER NOT NULL,
      trail_count INTEGER NOT NULL,
      trail_hash TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    """
}
