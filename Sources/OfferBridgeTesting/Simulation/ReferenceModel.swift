import Foundation
package import OfferBridgeKit

/// What a ledger must answer, worked out beside it from the calls alone.
///
/// It is told of each call in the order in which they took effect, and of the
/// answer. It works the answer out from what it knows: lists of facts, sums
/// over lists, and a fold of its own. Where the ledger answered otherwise it
/// notes a fault and goes on from what the ledger said, so that one fault does
/// not become hundreds.
///
/// Written from the comments of the protocol, and slow where the ledger is
/// quick: what the two have in common is the values that pass between them.
package struct ReferenceModel: Sendable {
  let tenant: TenantID
  let refusalRetention: Int64

  /// What was issued, in the order of the commits.
  var offers: [KnownOffer] = []
  var offerPlaces: [DerivedKey: Int] = [:]
  /// What was committed to be sent, in that order.
  var messages: [KnownMessage] = []
  var messagePlaces: [DerivedKey: Int] = [:]
  /// What was reported, in the order of arrival.
  var events: [KnownEvent] = []
  var eventPlaces: [ExternalEventID: Int] = [:]
  var triggers: [TriggerID: KnownTrigger] = [:]
  var counters: [KnownCounter.Name: KnownCounter] = [:]
  var customers: [CustomerID: KnownCustomer] = [:]

  /// Of each customer and provider the messages that are still to be sent, the next one first.
  var lanes: [LaneName: [Int]] = [:]
  /// Of each provider when the first message of each lane may be handed out.
  var agendas: [ProviderID: Agenda] = [:]

  /// The customers to whom a name that was learnt leads.
  var owners: [Clue: CustomerID] = [:]
  /// The events that wait for such a name.
  var parked: [Clue: [Int]] = [:]
  /// Who survives, by each id that was merged; and the ids that were merged into each survivor.
  var survivors: [CustomerID: CustomerID] = [:]
  var formers: [CustomerID: [CustomerID]] = [:]
  /// The ids that stand anywhere, those that are nobody's since they were forgotten aside.
  var mentioned: Set<CustomerID> = []
  /// The ids of whoever was forgotten and has not come back.
  var gone: Set<CustomerID> = []
  /// What stands in the place of those who were forgotten, a name for each.
  var tombstones: Set<CustomerID> = []
  /// The triggers that are not found any more, as their customers were forgotten.
  var lostTriggers: [KnownTrigger] = []
  var merges = 0
  /// The places of issued offers whose limit uses were given back and taken again.
  var retaken: Set<Int> = []
  var duplicates = 0
  var conflicts = 0

  /// The latest time of a commit: what lapsed by then may be forgotten, though the clock was put back since.
  var latest = Int64.min

  /// What differed, a sentence each: the call, what it was about, what was expected and what was seen.
  package private(set) var faults: [String] = []

  /// A model of an empty ledger.
  ///
  /// - Parameters:
  ///   - tenant: Whose calls it is told of.
  ///   - refusalRetention: How long the ledger remembers a limit's refusal.
  package init(tenant: TenantID, refusalRetention: Duration) {
    self.tenant = tenant
    self.refusalRetention = refusalRetention.milliseconds
  }

  /// After so many faults there is nothing more to learn.
  static var mostFaults: Int { 20 }

  mutating func note(_ fault: @autoclosure () -> String) {
    if faults.count < Self.mostFaults { faults.append(fault()) }
  }

  /// Notes a fault where the ledger answered otherwise.
  mutating func expect<Value: Equatable>(_ what: @autoclosure () -> String, _ expected: Value, seen: Value) {
    if expected != seen { note(Self.difference(what(), expected, seen)) }
  }

  static func difference(_ what: String, _ expected: Any, _ seen: Any) -> String {
    let (expected, seen) = (readable(expected), readable(seen))
    return "\(what): expected \(expected), seen \(expected == seen ? "another like it" : seen)."
  }

  /// Notes a fault where there are not as many answers as questions.
  mutating func areMatched(_ call: String, _ asked: Int, _ answered: Int) -> Bool {
    expect("\(call): the number of answers", asked, seen: answered)
    return asked == answered
  }

  /// So much later, or as late as can be.
  static func later(_ moment: Int64, _ length: Duration) -> Int64 {
    let (sum, isOver) = moment.addingReportingOverflow(length.milliseconds)
    return isOver ? (length < .zero ? .min : .max) : sum
  }
}
