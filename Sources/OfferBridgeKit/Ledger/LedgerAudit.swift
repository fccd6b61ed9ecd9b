/// The sums that must agree, counted anew from every row.
///
/// `issued` by what their messages did, `received` by what became of each
/// event, and every limit's uses by the issuances that took them.
public struct LedgerAudit: Sendable, Hashable, Codable {
  /// Offers issued.
  public var issued = 0
  /// Issued offers that were closed.
  public var closed = 0
  /// Messages committed.
  public var messages = 0
  /// Messages that wait or are leased.
  public var messagesOpen = 0
  /// Messages that the external system has.
  public var messagesAccepted = 0
  /// Messages that it refused for good.
  public var messagesRejected = 0
  /// Messages whose attempts were spent.
  public var messagesBuried = 0
  /// Messages whose issued offer was closed first.
  public var messagesWithdrawn = 0
  /// Attempts begun, over all messages.
  public var attempts = 0
  /// Events received, repeats included.
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
  /// What does not agree, a sentence each; empty when all does.
  public var imbalances: [String] = []

  /// An audit of an empty ledger.
  public init() {}

  /// Whether all sums agree.
  public var isBalanced: Bool { imbalances.isEmpty }
}
