public import Foundation

/// One change of the ledger's state, as it is told for good.
///
/// Entries of a tenant are numbered from 1 on without a gap, and each holds the
/// digest of the one before: whoever changes, removes or moves one breaks the
/// chain there, and ``TrailVerification`` finds the place.
///
/// What is personal stands apart, in ``personal``: in the chain there is its
/// salted digest alone, the ``commitment``. So a customer can be forgotten, and
/// the chain stays whole.
public struct TrailEntry: Sendable, Hashable {
  /// Its number, from 1 on.
  public let sequence: Int
  /// What happened.
  public let fact: TrailFact
  /// What of it is personal; `nil` when nothing is, and when it was erased.
  public let personal: TrailPersonal?
  /// The digest of what is personal, its salt included, or `nil` when nothing is.
  public let commitment: DerivedKey?
  /// The digest of the entry before; of the first, one of the tenant's name.
  public let previous: DerivedKey
  /// The digest of all of this, the personal part left aside.
  public let hash: DerivedKey

  /// The entry that follows another, for who writes an ``OfferLedger``.
  ///
  /// - Parameters:
  ///   - anchor: Where the trail ended until now.
  ///   - fact: What happened.
  ///   - personal: What of it is personal, or `nil`.
  public init(after anchor: TrailAnchor, _ fact: TrailFact, personal: TrailPersonal?) {
    self.init(
      sequence: anchor.count + 1,
      fact: fact,
      personal: personal,
      commitment: personal?.commitment,
      previous: anchor.hash
    )
  }

  init(
    sequence: Int,
    fact: TrailFact,
    personal: TrailPersonal?,
    commitment: DerivedKey?,
    previous: DerivedKey,
    hash: DerivedKey? = nil
  ) {
    self.sequence = sequence
    self.fact = fact
    self.personal = personal
    self.commitment = commitment
    self.previous = previous
    self.hash = hash ?? Self.hash(sequence, fact, commitment, previous)
  }

  /// The trail's end, as of this entry.
  public var anchor: TrailAnchor { TrailAnchor(count: sequence, hash: hash) }

  /// The same entry, of a customer who was forgotten.
  public var erased: TrailEntry {
    TrailEntry(
      sequence: sequence,
      fact: fact,
      personal: nil,
      commitment: commitment,
      previous: previous,
      hash: hash
    )
  }
}

/// Where a trail ended when somebody looked: kept elsewhere, it tells later whether what was there then still is.
public struct TrailAnchor: Sendable, Hashable, Codable {
  /// How many entries there were.
  public let count: Int
  /// The last one's hash.
  public let hash: DerivedKey

  /// An anchor that was kept.
  ///
  /// - Parameters:
  ///   - count: How many entries there were.
  ///   - hash: The last one's hash.
  public init(count: Int, hash: DerivedKey) {
    self.count = count
    self.hash = hash
  }

  /// The beginning of a tenant's trail, before its first entry.
  ///
  /// - Parameter tenant: The tenant.
  /// - Returns: An anchor of no entries.
  public static func beginning(of tenant: TenantID) -> TrailAnchor {
    TrailAnchor(count: 0, hash: .derive("trail", tenant.rawValue))
  }
}

/// What happened: which thing went from where to where, when, and through which step of the ledger.
///
/// All of it stands in the chain and stays for ever, so that no text of the
/// host's or of a customer is in it: names of the configuration, derived keys,
/// words from fixed lists and amounts of money.
public struct TrailFact: Sendable, Hashable {
  /// The ledger's time.
  public var at: Date
  /// The ledger's step.
  public var cause: TrailCause
  /// What kind of thing changed.
  public var subject: TrailSubject
  /// Where it stood; `nil` when it was not there.
  public var from: TrailState?
  /// Where it stands now.
  public var to: TrailState
  /// The issued offer, or `nil`.
  public var issuedOffer: IssuedOffer.ID?
  /// The message, or `nil`.
  public var message: DerivedKey?
  /// The key of the raised event, or of what a limit refused, or `nil`.
  public var step: DerivedKey?
  /// The campaign or observer whose decision it goes back to, or `nil`.
  public var campaign: CampaignID?
  /// What that campaign's rule said, or `nil` where that is not known.
  public var rule: RuleFingerprint?
  /// The offer, or `nil`.
  public var offer: OfferID?
  /// The external system that it is about, or `nil`.
  public var provider: ProviderID?
  /// What is named by a word of the host's configuration: the event that was raised, the variant that is sent; of what
  /// was reported, its kind.
  public var name: String?
  /// Why, in words of fixed lists: the limit, a redemption's discrepancies, why it waits.
  public var why: String?
  /// What was redeemed or given back, where that was told.
  public var amount: Money?
  /// Where the message's replica stood, where it changed with the message.
  public var replicaFrom: TrailState?
  /// Where the message's replica stands, where it changed with the message.
  public var replicaTo: TrailState?

  /// A fact with no details.
  ///
  /// - Parameters:
  ///   - at: The ledger's time.
  ///   - cause: The ledger's step.
  ///   - subject: What kind of thing changed.
  ///   - from: Where it stood.
  ///   - to: Where it stands now.
  public init(
    at: Date,
    cause: TrailCause,
    subject: TrailSubject,
    from: TrailState?,
    to: TrailState
  ) {
    self.at = at
    self.cause = cause
    self.subject = subject
    self.from = from
    self.to = to
  }
}

/// What of an entry is personal, or may be: kept apart from the chain, and erased with the customer.
public struct TrailPersonal: Sendable, Hashable {
  /// The customer, or `nil` while nobody knows whose it is.
  public var customer: CustomerID?
  /// The id that was merged into the customer's, or `nil`.
  public var formerly: CustomerID?
  /// The action or host event that the journey began with, or `nil`.
  public var trigger: TriggerID?
  /// The external system's id of what it reported, or `nil`.
  public var redemption: String?
  /// The external system's name for the replica, or `nil`.
  public var reference: ReplicaReference?
  /// A free text: what the external system or an operator said, or what was required.
  public var reason: String?
  /// 256 bits by chance, so that nobody can find out by guessing what the commitment is of.
  public let salt: DerivedKey

  /// What is personal of one entry.
  ///
  /// - Parameters:
  ///   - salt: 256 bits by chance, of this entry alone.
  ///   - customer: The customer.
  public init(salt: DerivedKey, customer: CustomerID? = nil) {
    self.salt = salt
    self.customer = customer
  }
}
