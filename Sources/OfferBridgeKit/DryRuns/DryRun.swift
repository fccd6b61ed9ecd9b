public import Foundation

/// What an action would lead to now, or at another moment: the decisions, and the very bytes that would be sent.
///
/// It is decided by the same steps as the real thing, over a ledger that is
/// only read, and writes nothing: no issued offer, no limit use, no trigger,
/// no trail; no code is taken and nothing is counted. What is reported for
/// real afterwards is decided as if there had been none.
///
/// ```swift
/// let dryRun = try await bridge.dryRun(of: appOpened)
/// print(dryRun)
/// // reward on app_opened: issued ten-off
/// // to-wallet on ten_off_issued: message through wallet
/// // would send through wallet: {"name":"Ada","offer":"TEN"}
/// ```
///
/// It is true of the moment at which it was made. It holds customer data.
public struct DryRun: Sendable, CustomStringConvertible {
  /// What a dry run is made over.
  public enum Ledger: Sendable {
    /// The bridge's own, which is only read; at the ledger's time, or at another moment.
    ///
    /// At another moment, rules, schedules, windows of limits and expiry see that one; what the ledger holds, and what
    /// the customer store answers, is as it is now.
    case live(at: Date? = nil)
    /// Another one, which the plan is committed to: a copy, or one bound to a transaction that is rolled back.
    ///
    /// Several dry runs over one scratch ledger see what the earlier ones would have done. Its clock is the time.
    case scratch(any OfferLedger)
  }

  /// A limit that a step would have to pass, and that nobody could be asked about.
  public struct UnaskedLimit: Sendable, Hashable, CustomStringConvertible {
    /// Whose step it is.
    public let campaign: CampaignID
    /// The limit.
    public let limit: CampaignLimit

    /// Such as "not asked: 1 per customer of the campaign, of reward".
    public var description: String { "not asked: \(limit), of \(campaign)" }
  }

  /// What would be decided.
  ///
  /// Offers in it are those that would be issued, under the ids that they would have.
  public let decisions: Decisions
  /// The messages that would be committed, in the order of the journey; none that is there already.
  ///
  /// Key and ``OfferMessage/payload`` are those of the real run, byte for byte, where rules and data points look at the
  /// same facts. A unique code that is still to be taken is not known: ``code(of:)`` stands for it.
  public let messages: [OfferMessage]
  /// The pools that a code would be taken from; none where the issued offer is there already, with its code.
  ///
  /// Whether a pool has one left is not asked.
  public let codePools: [CodePoolID]
  /// The limits that the decisions take for passed, as the ledger is no ``RehearsingLedger``; none where it is one.
  public let unaskedLimits: [UnaskedLimit]

  /// What stands for a unique code in a dry run's payloads and issued offers: "(a code of spring-codes)".
  ///
  /// - Parameter pool: The pool that the code would be taken from.
  /// - Returns: The same text each time; never a code of the pool.
  public static func code(of pool: CodePoolID) -> OfferCode { OfferCode("(a code of \(pool))") }

  /// The decisions that acted or were stopped, then the messages with their bytes as text, then the limits that were
  /// not asked; a line each.
  public var description: String {
    var lines = decisions.map(\.description)
    lines += messages.map { "would send through \($0.provider): \($0.payloadText)" }
    lines += unaskedLimits.map(\.description)
    return lines.isEmpty ? "nothing" : lines.joined(separator: "\n")
  }
}
