/// The sums that must agree, counted anew from every row.
///
/// `replicas` is the sum of those that were not sent, are pending, accepted,
/// rejected, unknown and recalled: of every issued offer, one for each external
/// system. `messages` is the sum of open, accepted, rejected, buried and withdrawn
/// ones, `received` that of applied, discrepant, parked, duplicates and
/// conflicts. What is kept beside the rows, tallies and matches and limits'
/// counters, is computed anew from them and compared. A limit's uses are those
/// of the live issuances, and never more than it allows, but for those that
/// were given back and that external events took again, for those that the
/// limit honours beyond it, and for those of customers who were merged.
public struct LedgerAudit: Sendable, Hashable, Codable {
  /// Offers issued.
  public var issued = 0
  /// Issued offers that were closed.
  public var closed = 0
  /// Replicas of issued offers.
  public var replicas = 0
  /// Replicas of which nothing was sent.
  public var replicasNotSent = 0
  /// Replicas whose messages wait or are on their way.
  public var replicasPending = 0
  /// Replicas that the external system has.
  public var replicasAccepted = 0
  /// Replicas that it refused, or that were given up with a clear "not there".
  public var replicasRejected = 0
  /// Replicas of which nobody knows whether they arrived.
  public var replicasUnknown = 0
  /// Replicas that it took out again.
  public var replicasRecalled = 0
  /// Redemptions that count on issued offers, less those that were wholly reversed.
  public var redeemed = 0
  /// Redemptions that were wholly reversed.
  public var reversed = 0
  /// Messages committed.
  public var messages = 0
  /// Messages that wait or are leased.
  public var messagesOpen = 0
  /// Messages that the external system has, by its word or by a redemption that proved it.
  public var messagesAccepted = 0
  /// Messages that it refused for good.
  public var messagesRejected = 0
  /// Messages whose attempts were spent.
  public var messagesBuried = 0
  /// Messages whose issued offer was closed first.
  public var messagesWithdrawn = 0
  /// Attempts begun, over all messages, those before a redrive under the same key included.
  public var attempts = 0
  /// Events received, repeats and conflicts included: both are counted durably, though they are not kept.
  public var received = 0
  /// Events that count and fit.
  public var applied = 0
  /// Events that count and do not quite fit.
  public var discrepant = 0
  /// Events that wait for their other half.
  public var parked = 0
  /// Repeats.
  public var duplicates = 0
  /// Other events under a known id.
  public var conflicts = 0
  /// Issued offers that limits had no room for, and that they honoured all the same; given back or not.
  public var issuedBeyondLimits = 0
  /// Limits above which uses stand that were given back, and that external events took again, or that two customers had
  /// who were merged: honoured, and told here.
  public var limitsExceeded = 0
  /// What does not agree, a sentence each; empty when all does.
  public var imbalances: [String] = []

  /// An audit of an empty ledger.
  public init() {}

  /// Whether all sums agree.
  public var isBalanced: Bool { imbalances.isEmpty }
}
