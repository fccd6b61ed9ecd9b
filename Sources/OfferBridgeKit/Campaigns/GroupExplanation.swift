/// How an exclusive group came to its winner: who was asked in which order, who won over whom, and why.
///
/// ```swift
/// print(decisions["second"]!.groupExplanation!)
/// // of the group welcome, second won
/// // - first could not: limit reached (1 in all of the campaign)
/// // - second: issued ten-off
/// // - third came after: second has the higher priority (5 over 0)
/// ```
///
/// It tells names, priorities and outcomes; of the customer, nothing but what
/// the outcomes say.
public struct GroupExplanation: Sendable, Hashable, CustomStringConvertible {
  /// Why the winner came before another campaign whose rule is met too.
  public enum Precedence: Sendable, Hashable, CustomStringConvertible {
    /// Its priority is higher.
    case higherPriority(Int, over: Int)
    /// Their priorities are equal, and it stands first in the configuration.
    case earlierInConfiguration(priority: Int)
    /// An earlier delivery of the same action or event had taken it, whatever the priorities are now.
    case decidedBefore

    /// Such as "the higher priority (5 over 0)".
    public var description: String {
      switch self {
      case .higherPriority(let winner, let loser): "has the higher priority (\(winner) over \(loser))"
      case .earlierInConfiguration(let priority):
        "stands first in the configuration (both have the priority \(priority))"
      case .decidedBefore: "was taken by an earlier delivery, and stays"
      }
    }
  }

  /// One campaign of the group that heard it.
  public struct Contender: Sendable, Hashable {
    /// The campaign.
    public let campaign: CampaignID
    /// Its priority.
    public let priority: Int
    /// What was decided of it.
    public let outcome: CampaignDecision.Outcome
    /// Where the winner came before it, why; `nil` for the winner, and for who could not act anyway.
    public let precedence: Precedence?
  }

  /// The group's name.
  public let group: String
  /// The one that acted, or `nil` when none could.
  public let winner: CampaignID?
  /// All of the group that heard it, in the order in which they are asked.
  public let contenders: [Contender]

  /// A line for the group, and one for each contender.
  public var description: String {
    let title = "of the group \(group), \(winner.map { "\($0) won" } ?? "none could act")"
    return ([title] + contenders.map(line)).joined(separator: "\n")
  }

  private func line(_ contender: Contender) -> String {
    if contender.campaign == winner { return "- \(contender.campaign): \(contender.outcome)" }
    guard let precedence = contender.precedence, let winner else {
      return "- \(contender.campaign) could not: \(contender.outcome)"
    }
    return "- \(contender.campaign) came after: \(winner) \(precedence)"
  }
}
