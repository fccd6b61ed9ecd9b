/// The counterpart of one issued offer in one external system.
public struct Replica: Sendable, Hashable, Codable {
  /// The external system.
  public let provider: ProviderID
  /// The offer's name there, the same for every customer.
  public let name: ReplicaName
  /// Where it stands.
  public var state: State

  /// Where a replica stands, as far as we know.
  ///
  /// Of all messages that would bring it, those of further campaigns and next
  /// generations too, the first of these that holds: a recall was accepted; one
  /// was accepted; an attempt of one ended without an answer; one is open; else
  /// what the last of them came to, rejected or withdrawn. Without any it is
  /// `notSent` for the latest reason that was committed. On reading, one that a
  /// redemption proves is `accepted(nil)`, unless it is accepted or recalled.
  public enum State: Sendable, Hashable, Codable, CustomStringConvertible {
    /// No message about it was committed, and why; or what was committed was withdrawn.
    case notSent(WithheldReason)
    /// A message is committed and not settled.
    case pending
    /// The external system has it; the reference is `nil` when a redemption proved it before any acknowledgement.
    ///
    /// The first acceptance's reference stays, also where that had none.
    case accepted(ReplicaReference?)
    /// The external system refused it for good, or the attempts were spent, each with a clear "not now".
    case rejected(reason: String)
    /// An attempt ended without an answer: it may be there or not.
    ///
    /// It was settled as unknown, or released once handed, or its lease had run out when it was claimed. A later "not now" does not
    /// clear it; that message's rejection does, and any acceptance.
    case unknown
    /// The external system took it out again when we asked: it accepted a recall. No other end of a recall is told.
    case recalled

    /// Such as "accepted as W1".
    public var description: String {
      switch self {
      case .notSent(let reason): "not sent: \(reason)"
      case .pending: "pending"
      case .accepted(let reference): reference.map { "accepted as \($0)" } ?? "accepted"
      case .rejected(let reason): "rejected: \(reason)"
      case .unknown: "unknown"
      case .recalled: "recalled"
      }
    }
  }

  /// A replica.
  ///
  /// - Parameters:
  ///   - provider: The external system.
  ///   - name: The offer's name there.
  ///   - state: Where it stands.
  public init(provider: ProviderID, name: ReplicaName, state: State) {
    self.provider = provider
    self.name = name
    self.state = state
  }

  /// Whether the external system is known to have it.
  public var isAccepted: Bool {
    if case .accepted = state { true } else { false }
  }

  /// Which replica of an offer it is, its state left aside.
  struct Place: Sendable, Hashable {
    let provider: ProviderID
    let name: ReplicaName
  }

  init(_ place: Place, state: State) { self.init(provider: place.provider, name: place.name, state: state) }
}

extension Replica.Place {
  init(_ replica: Replica) { self.init(provider: replica.provider, name: replica.name) }
}

extension Replica.State {
  /// Whether it is known that the external system has it, or had it until it was recalled.
  var isConfirmed: Bool {
    switch self {
    case .accepted, .recalled: true
    case .notSent, .pending, .rejected, .unknown: false
    }
  }

  /// Whether the external system may have it, or may yet be given it by what is under way.
  var mayBeThere: Bool {
    switch self {
    case .pending, .accepted, .unknown: true
    case .notSent, .rejected, .recalled: false
    }
  }
}

/// Why nothing was sent about an issued offer through a provider; each names the campaign that would have sent it.
public enum WithheldReason: Sendable, Hashable, Codable, CustomStringConvertible {
  /// No campaign that sends through the provider heard of the issuance.
  case notHeard
  /// The campaign's rule was not met; the decisive requirements.
  case notMet(CampaignID, [String])
  /// The campaign's rule lacked facts; the decisive requirements.
  case notEvaluable(CampaignID, [String])
  /// The customer is in the campaign's holdout.
  case heldOut(CampaignID)
  /// The customer is in that control group, which the campaign leaves alone.
  case heldOutBy(CampaignID, ControlGroupID)
  /// The campaign was not running.
  case notRunning(CampaignID)
  /// A required data point of the variant had no value.
  case missingDataPoint(CampaignID, String)
  /// The campaign's limit was reached.
  case limitReached(CampaignID)
  /// More events followed one another than the bridge allows.
  case chainTooDeep(CampaignID)
  /// Another campaign of the same exclusive group came first: this is the one that did not.
  case outranked(CampaignID)
  /// The issued offer was closed first.
  case offerClosed
  /// The campaign has a limit in money that the offer's face value cannot be measured by.
  case limitUnmeasurable(CampaignID)

  /// The reason as support reads it: "to-wallet: not met: customer.hasApp".
  public var description: String {
    switch self {
    case .notHeard: "no campaign that sends there heard of it"
    case .notMet(let campaign, let clauses): "\(campaign): not met: \(clauses.joined(separator: "; "))"
    case .notEvaluable(let campaign, let clauses):
      "\(campaign): not evaluable: \(clauses.joined(separator: "; "))"
    case .heldOut(let campaign): "\(campaign): held out"
    case .heldOutBy(let campaign, let group): "\(campaign): held out by the control group \(group)"
    case .notRunning(let campaign): "\(campaign): not running"
    case .missingDataPoint(let campaign, let name): "\(campaign): no value for the data point \(name)"
    case .limitReached(let campaign): "\(campaign): limit reached"
    case .chainTooDeep(let campaign): "\(campaign): too many events in a row"
    case .outranked(let campaign): "\(campaign): another campaign came first"
    case .offerClosed: "the issued offer was closed first"
    case .limitUnmeasurable(let campaign): "\(campaign): no amount in the currency of its limit"
    }
  }
}
