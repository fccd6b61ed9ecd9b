public import Foundation

/// A ledger that can make one customer of two, and forget a customer: what is personal goes, and what is counted stays.
///
/// ``InMemoryOfferLedger`` is one. A ledger over a database need not be: the bridge asks, and says so.
public protocol ForgettingLedger: OfferLedger {
  /// Takes out of everything what is personal of one customer, in one step.
  ///
  /// - Afterwards: nothing is found under the customer's id, and in its place stands a name drawn by chance, in issued
  ///   offers, messages, triggers, events and counters; so do names by chance for the triggers' ids and the replicas'
  ///   references. Messages that were open are withdrawn, the bytes of all are an empty JSON object, and none is ever
  ///   redriven. Free texts are gone. Every sum of the audit but those of messages that were open, and every tally,
  ///   match and limit use is what it was. Entries of the trail keep their commitments and lose what is personal; one
  ///   more tells that somebody was forgotten. A trigger that would write what is there already is a conflict, and an
  ///   event whose id is known is a duplicate, whatever it says: what it said is not known any more. Nor is more written
  ///   about what they had: a plan with a message about their issued offer, or whose trigger is its end, is a conflict,
  ///   and a closing of it commits no recalls. Of a customer who was merged, all of that holds of each of their ids.
  /// - Answer: as ``ForgetAnswer`` says. Nothing has changed unless it is `.forgotten`.
  /// - Repeat: `.unknownCustomer`.
  /// - Database: one transaction, the customer's rows `SELECT … FOR UPDATE`, messages first; ``ForgottenNames`` for what
  ///   is left of each value.
  nonisolated(nonsending)
    func forget(_ customer: CustomerID, tenant: TenantID) async throws -> ForgetAnswer

  /// Makes one customer of two, in one step, whether or not the ledger knows either of them yet.
  ///
  /// The *survivor* is the second, or whom the second was merged into before; they have the first one's id too from now
  /// on, and those that were merged into it.
  ///
  /// - Afterwards: whatever asks by one of the customer's ids is answered with all of theirs, and an event that names one
  ///   of them is theirs. Every row keeps the id that it was written under, and its key: issued offers, messages with
  ///   their bytes, triggers, events. Issued offers and messages are listed in the order of their commits, the first
  ///   one's events behind the survivor's. Each counter of the first one's is added to the survivor's of the same
  ///   subject and period, and so is each that a later plan names; what stands above its limit by that stays, and the
  ///   audit counts it. Their lanes to each provider are one. Redemptions are folded anew, the customer's ids being one
  ///   in ``FoldedRedemptions``. A snapshot has ``LedgerSnapshot/identity``; a plan that was made for another
  ///   ``JourneyPlan/survivor`` is stale, and so is one whose trigger is known under another of the customer's ids.
  /// - Answer: as ``MergeAnswer`` says, of several that hold the first in this order: forgotten, already merged, circle,
  ///   busy. Busy is when messages of both to one provider are leased, both leases still running; where one has run out,
  ///   its attempt has ended without an answer, and the message waits, due as it was. Nothing has changed unless it is
  ///   `.merged`.
  /// - Repeat: `.alreadyMerged(into:)`.
  /// - Trail: one entry of a customer, `merged`, with the survivor and the id that was merged in its personal part; then
  ///   the matches that have become others.
  /// - Database: a table of (tenant, id, survivor), read by every step that is given an id, with the first one's lines
  ///   changed to the survivor, so that each is found in one look. One transaction; where a tenant's steps do not wait for
  ///   one another anyway, the two ids by `pg_advisory_xact_lock` in sorted order, which every step that writes for a
  ///   customer takes as well; then messages, events, counters. A column for whose a row is, beside the id that it was
  ///   written under.
  nonisolated(nonsending)
    func merge(
      _ customer: CustomerID,
      into survivor: CustomerID,
      tenant: TenantID
    ) async throws -> MergeAnswer
}

/// What became of the wish to forget a customer.
public enum ForgetAnswer: Sendable, Hashable {
  /// The ledger knows nothing of them.
  case unknownCustomer
  /// A worker holds one of their messages, until then at the latest; ask again.
  case busy(until: Date)
  /// What is personal is gone.
  case forgotten(ForgottenCustomer)
}

/// What was forgotten, and what other systems may still have.
public struct ForgottenCustomer: Sendable, Hashable {
  /// How many issued offers were theirs.
  public let issuedOffers: Int
  /// How many messages were about them.
  public let messages: Int
  /// How many of those were open, and are withdrawn.
  public let withdrawn: Int
  /// How many reports of external systems were about them.
  public let events: Int
  /// The replicas that external systems may still have: to be asked for there, for the ledger cannot recall them any
  /// more.
  public let replicas: [LeftReplica]

  /// What was forgotten.
  ///
  /// - Parameters:
  ///   - issuedOffers: How many issued offers were theirs.
  ///   - messages: How many messages were about them.
  ///   - withdrawn: How many of those were open.
  ///   - events: How many reports were about them.
  ///   - replicas: The replicas that external systems may still have.
  public init(issuedOffers: Int, messages: Int, withdrawn: Int, events: Int, replicas: [LeftReplica]) {
    self.issuedOffers = issuedOffers
    self.messages = messages
    self.withdrawn = withdrawn
    self.events = events
    self.replicas = replicas
  }

  /// A replica that may still be in a wallet, as it stood before its customer was forgotten.
  public struct LeftReplica: Sendable, Hashable {
    /// The issued offer.
    public let issuedOffer: IssuedOffer.ID
    /// The replica, with the external system's reference where it is known.
    public let replica: Replica

    /// A replica.
    ///
    /// - Parameters:
    ///   - issuedOffer: The issued offer.
    ///   - replica: The replica.
    public init(issuedOffer: IssuedOffer.ID, replica: Replica) {
      self.issuedOffer = issuedOffer
      self.replica = replica
    }
  }
}
