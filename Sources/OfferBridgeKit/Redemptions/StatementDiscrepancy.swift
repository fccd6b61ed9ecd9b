/// One thing in which a statement and the ledger differ: its kind, both sides, and what could be done.
///
/// ```swift
/// for try await case .discrepancy(let found) in bridge.reconcile(statement: records) {
///   print(found)                                   // amount r-7: 900 EUR minor units there, 800 … here
///   try await bridge.apply(found.repair)
/// }
/// ```
public struct StatementDiscrepancy: Sendable, Hashable {
  /// How the two sides differ.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// A line's id was never received.
    case missingHere
    /// What was received under the id is on no line.
    case missingThere
    /// A line says once more what an earlier line with its id says.
    case duplicate
    /// A line has the id of an earlier line, and says something else.
    case severalLines
    /// The line is about a redemption and what was received about a reversal, or they are reversals of different
    /// redemptions, or one side has the redemption reversed and the other has not.
    case state
    /// The line names another issued offer or replica than what was received under its id.
    case otherReplica
    /// A line's id was never received, and nothing that was issued is known by what it names.
    case unknownReplica
    /// Another customer redeemed.
    case customer
    /// The amount is another, in units or currency; or the line tells one, and what was received does not.
    case amount
    /// It happened on another day, or a second or more earlier or later.
    case time
    /// A line that cannot be an event: its id, moment, amount or lines are unusable, or it names another provider.
    case unusable
  }

  /// How the two sides differ.
  public let kind: Kind
  /// The external system's id.
  public let id: String
  /// Which line of the statement it is, the first being 1, or `nil` where no line is.
  public let line: Int?
  /// What the statement says, or `nil` where it says nothing.
  public let there: StatementRecord?
  /// What the ledger has under that id, as it stands, or `nil` where it has nothing or was not asked.
  public let here: RedemptionRecord?
  /// What could be done.
  public let repair: StatementRepair

  /// In a line: "time R7: on 2017-04-12 in America/New_York there, on 2017-03-03 in America/New_York here".
  public var description: String {
    "\(kind.words) \(id): \(saying)"
  }
}

extension StatementDiscrepancy: CustomStringConvertible {
  private var saying: String {
    switch kind {
    case .missingHere, .unknownReplica, .duplicate, .severalLines: there?.words ?? ""
    case .missingThere: here?.event.words ?? ""
    case .time: both(there?.time.description, here?.event.time.description)
    case .amount: both(there?.amountInWords, here?.event.amountInWords)
    case .state: both(there?.stateInWords, here?.event.stateInWords)
    case .otherReplica, .customer: both(there?.ofInWords, here?.event.ofInWords)
    case .unusable: repair.description
    }
  }

  private func both(_ there: String?, _ here: String?) -> String {
    "\(there ?? "nothing") there, \(here ?? "nothing") here"
  }
}

extension StatementDiscrepancy.Kind {
  /// Such as "missing here".
  var words: String {
    switch self {
    case .missingHere: "missing here"
    case .missingThere: "missing there"
    case .duplicate: "duplicate"
    case .severalLines: "several lines"
    case .state: "state"
    case .otherReplica: "other replica"
    case .unknownReplica: "unknown replica"
    case .customer: "customer"
    case .amount: "amount"
    case .time: "time"
    case .unusable: "unusable"
    }
  }
}

/// What could be done about one discrepancy.
///
/// A proposal: ``OfferBridge/apply(_:)`` does what one says, and nothing else
/// does. The external system has the last word on what took place, never on
/// what is asked of a person.
public enum StatementRepair: Sendable, Hashable, CustomStringConvertible {
  /// Take in what the line says.
  case reconcile(ExternalEvent)
  /// Reverse what the external system no longer counts; the reversal's id is made of the redemption's.
  case reverse(Reversal)
  /// Ask the external system, and why.
  case ask(String)
  /// Nothing need be done, and why.
  case none(String)

  /// What could be done, in words.
  public var description: String {
    switch self {
    case .reconcile(let event): "Take in \(event.id.id): \(event.words)."
    case .reverse(let reversal):
      "Reverse \(reversal.part.map { "\($0) of " } ?? "")\(reversal.redemption) as \(reversal.id)."
    case .ask(let question): question
    case .none(let reason): reason
    }
  }

  /// The first word of ``description``, for a table: reconcile, reverse, ask or none.
  var name: String {
    switch self {
    case .reconcile: "reconcile"
    case .reverse: "reverse"
    case .ask: "ask"
    case .none: "none"
    }
  }
}
