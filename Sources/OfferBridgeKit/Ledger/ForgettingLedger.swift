public import Foundation

/// A ledger that can forget a customer: what is personal goes, and what is counted stays.
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
  ///   event whose id is known is a duplicate, whatever it says: what it said is not known any more.
  /// - Answer: as ``ForgetAnswer`` says. Nothing has changed unless it is `.forgotten`.
  /// - Repeat: `.unknownCustomer`.
  /// - Database: one transaction, the customer's rows `SELECT … FOR UPDATE`, messages first.
  nonisolated(nonsending)
    func forget(_ customer: CustomerID, tenant: TenantID) async throws -> ForgetAnswer
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
