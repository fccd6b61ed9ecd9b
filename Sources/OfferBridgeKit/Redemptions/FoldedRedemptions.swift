/// What a customer's redemptions amount to, for a ledger that is written over a database.
///
/// It reads all of one customer's events and issued offers, folds them within
/// the step that brought something new, and writes what came out: a pure
/// function of the set of events, never of their arrival.
///
/// An event is a customer's by what it names: an issued offer, its customer's;
/// a replica's reference that was learnt from that source, the customer's of
/// the issued offer it was learnt for first; a customer, theirs, whatever was
/// issued to them; a reversal, the customer's of the event that it names from
/// the same source, once that is known; a notice, like a redemption. As long as
/// it is nobody's it is parked, and no fold has it. A reversal of a reversal
/// stays parked.
///
/// Of customers who were merged, one fold has the events and issued offers of
/// all of their ids.
///
/// What an issuance took from limits follows the fold: where
/// ``IssuedOffer/holdsLimitUses`` becomes false by it, the uses are given back
/// as a closing gives them back; where it becomes true again they are taken
/// again at the moment of the issue, whatever the limits.
///
/// ```swift
/// let folded = FoldedRedemptions(of: events, over: copies)
/// folded.matches[0]                              // .applied(to: issued.id)
/// folded.proves(issued.id, at: "wallet")         // true: its message need not be sent any more
/// ```
public struct FoldedRedemptions: Sendable {
  /// One issued offer as the ledger keeps it.
  public struct Copy: Sendable, Hashable {
    /// The issued offer: its replicas' states as deliveries alone said, and its closure as it is now.
    ///
    /// Its tally and its external end are not read: the fold makes them anew.
    public let issuedOffer: IssuedOffer
    /// The external systems' names for its replicas, as acknowledgements brought them.
    public let references: [ProviderID: Set<ReplicaReference>]

    /// A copy.
    ///
    /// - Parameters:
    ///   - issuedOffer: The issued offer, its replicas' states as deliveries alone said, its closure as it is now.
    ///   - references: The external systems' names for its replicas.
    public init(_ issuedOffer: IssuedOffer, references: [ProviderID: Set<ReplicaReference>]) {
      self.issuedOffer = issuedOffer
      self.references = references
    }
  }

  /// The issued offers as they are read, in the order of the copies: with tallies, ends, and accepted replicas where
  /// proven.
  public let issuedOffers: [IssuedOffer]
  /// How each event stands, in the order of the events.
  public let matches: [RedemptionMatch]
  private let proven: [IssuedOffer.ID: Set<ProviderID>]

  /// Folds one customer's events over what was issued to them.
  ///
  /// - Parameters:
  ///   - events: All of the customer's events, in any order.
  ///   - copies: All of the customer's issued offers, in any order.
  ///   - identity: The customer's ids, where several customers were made one; who redeems under one of them is no other.
  public init(of events: [ExternalEvent], over copies: [Copy], identity: CustomerIdentity? = nil) {
    let order = copies.indices.sorted {
      let (a, b) = (copies[$0].issuedOffer, copies[$1].issuedOffer)
      return a.issuedAt != b.issuedAt ? a.issuedAt < b.issuedAt : a.id < b.id
    }
    let fold = RedemptionFold(
      copies: order.map { copies[$0].issuedOffer },
      references: order.map { index in
        copies[index].references.flatMap { provider, references in
          references.map { ReferenceKey(provider: provider, reference: $0) }
        }
      },
      entries: events.map { .init(event: $0, orderedAt: $0.time.orderedAt) },
      identity: identity
    )
    var read = copies.map(\.issuedOffer)
    var proven: [IssuedOffer.ID: Set<ProviderID>] = [:]
    for (place, index) in order.enumerated() {
      let evidence = fold.evidence[place]
      read[index] = fold.copies[place].proven(by: evidence)
      for (bit, replica) in read[index].replicas.enumerated() where evidence >> bit & 1 == 1 {
        proven[read[index].id, default: []].insert(replica.provider)
      }
    }
    issuedOffers = read
    matches = fold.matches
    self.proven = proven
  }

  /// Whether a redemption proves that the external system has the replica.
  ///
  /// - Parameters:
  ///   - issued: The issued offer.
  ///   - provider: The external system.
  /// - Returns: Whether messages that would bring it there need not be sent any more.
  public func proves(_ issued: IssuedOffer.ID, at provider: ProviderID) -> Bool {
    proven[issued]?.contains(provider) ?? false
  }
}
