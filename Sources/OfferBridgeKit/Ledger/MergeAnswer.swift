public import Foundation

/// What became of the wish to merge a customer into another.
public enum MergeAnswer: Sendable, Hashable {
  /// The two are one customer from now on.
  case merged(MergedCustomer)
  /// The first was merged before, into the customer who is named; nothing has changed.
  ///
  /// That need not be the one who was asked for: what two people shared once does not make one of them.
  case alreadyMerged(into: CustomerID)
  /// The second is the first one, or was merged into them: they stay who survives. Nothing has changed.
  case circle(survivor: CustomerID)
  /// That name stands in the place of somebody who was forgotten, and is nobody's. Nothing has changed.
  case forgotten(CustomerID)
  /// Workers hold messages of both to one provider, until then at the latest; ask again. Nothing has changed.
  ///
  /// At one provider that is over when the first of the two leases is; of several providers, when the last is no longer
  /// in two hands.
  case busy(until: Date)
}

/// What one merge brought to the customer who survives.
public struct MergedCustomer: Sendable, Hashable {
  /// The customer who survives: the second, or whom they had been merged into.
  public let survivor: CustomerID
  /// How many issued offers became theirs.
  public let issuedOffers: Int
  /// How many messages became theirs.
  public let messages: Int
  /// How many reports of external systems became theirs.
  public let events: Int
  /// The limits that both had uses of and that they stand above together, in the order of their counters.
  ///
  /// Nothing is given back for that, and nothing more is issued under them until their uses have come down, by their
  /// window or by a closing.
  public let exceeded: [ExceededLimit]

  /// What one merge brought.
  ///
  /// - Parameters:
  ///   - survivor: The customer who survives.
  ///   - issuedOffers: How many issued offers became theirs.
  ///   - messages: How many messages became theirs.
  ///   - events: How many reports became theirs.
  ///   - exceeded: The limits above which they stand together.
  public init(
    survivor: CustomerID,
    issuedOffers: Int,
    messages: Int,
    events: Int,
    exceeded: [ExceededLimit]
  ) {
    self.survivor = survivor
    self.issuedOffers = issuedOffers
    self.messages = messages
    self.events = events
    self.exceeded = exceeded
  }

  /// A limit above which two customers stand together.
  public struct ExceededLimit: Sendable, Hashable {
    /// The limit, of those that were used the one that allows most.
    public let limit: CampaignLimit
    /// Where it is counted, a calendar window that is long over among them.
    public let counter: LimitCounter
    /// How much is used, of a rolling window at the moment of the merge.
    public let used: Int64

    /// A limit above which two customers stand.
    ///
    /// - Parameters:
    ///   - limit: The limit.
    ///   - counter: Where it is counted.
    ///   - used: How much is used.
    public init(limit: CampaignLimit, counter: LimitCounter, used: Int64) {
      self.limit = limit
      self.counter = counter
      self.used = used
    }
  }
}
