import Foundation
import OfferBridgeKit

/// The same journey as somebody would write it by hand, once, for this one shop: the yardstick of every ratio.
///
/// It does: the customer's look-up; the rule's conditions in plain Swift; one
/// use per customer; idempotency by the action's id, with the action kept as
/// fingerprint beside what was decided; the issued offer with all fields of
/// ours; the event; the message with the same JSON bytes under a key that is
/// looked up before it is queued; a lease with a fence, and delivery through
/// `any MessageProvider`; the answer written to message and replica, its
/// reference remembered; the redemption, once by its id, with the same checks
/// and tallies.
///
/// It does not: derive keys (it joins texts), escape JSON, lock anything or
/// run in more than one task, hand out a lease that ran out, keep one
/// customer's messages in order, list a customer's issued offers and messages,
/// park what comes too early, reverse, explain a decision, or serve a second
/// campaign.
struct HandWrittenLoop {
  struct Trigger {
    let action: CustomerAction
    let decision: Decision
  }

  enum Decision {
    case issued(String, message: String)
    case notMet
    case limitReached
    case conflict

    /// Whether a repeat is answered the same, and not decided anew.
    var stands: Bool {
      if case .notMet = self { false } else { true }
    }
  }

  struct Issued {
    let id: String
    let offer: String
    let revision: Int
    let customer: String
    let campaign: String
    let trigger: String
    let heard: String
    let issuedAt: Date
    let expiresAt: Date?
    let redeemable: Int
    let faceValue: Money?
    var replica: Replica
    var redeemed = 0
    var reversed = 0
    var minorUnits: Int64 = 0
  }

  struct Replica {
    let provider: String
    let name: String
    var state: State
    enum State { case notSent, pending, accepted(String?), rejected(String) }
  }

  struct Event {
    let name: String
    let customer: String
    let cause: String
    let occurredAt: Date
  }

  struct Message {
    let content: OfferMessage
    let issued: String
    var attempts = 0
    var fence = 0
    var state: State
    enum State { case waiting, leased(until: Date), accepted(String?), rejected(String) }
  }

  struct Redeemed {
    let issued: String
    let moment: Date
    let amount: Money?
    var match: Match
  }

  enum Match { case applied, discrepant([String]), parked, duplicate, conflict }

  private let customers: [String: Shopper]
  let provider: any MessageProvider
  private var triggers: [String: Trigger] = [:]
  private var uses: [String: Int] = [:]
  var issued: [String: Issued] = [:]
  private var events: [Event] = []
  var messages: [String: Message] = [:]
  var queue: [String] = []
  var sent = 0
  var references: [String: String] = [:]
  private var redemptions: [String: Redeemed] = [:]

  init(customers: [CustomerID: Shopper], provider: any MessageProvider) {
    self.customers = Dictionary(uniqueKeysWithValues: customers.map { ($0.key.rawValue, $0.value) })
    self.provider = provider
  }

  static func issuedID(_ action: CustomerAction) -> String { "ten-off/\(action.id)" }

  // MARK: Deciding

  mutating func respond(to action: CustomerAction) -> Decision? {
    if let known = triggers[action.id] {
      guard known.action == action else { return .conflict }
      if known.decision.stands { return known.decision }
    }
    guard let shopper = customers[action.customer.rawValue] else { return nil }
    let decision = decide(action, by: shopper)
    triggers[action.id] = Trigger(action: action, decision: decision)
    return decision
  }

  private mutating func decide(_ action: CustomerAction, by shopper: Shopper) -> Decision {
    guard shopper.tier == .gold || shopper.tier == .platinum, shopper.isOptedIn, shopper.visits >= 3,
      action.attributes["channel"] == .text("ios")
    else { return .notMet }
    let counter = "app-open-reward/\(action.customer)"
    guard uses[counter, default: 0] < 1 else { return .limitReached }
    return write(Step(action, by: shopper, number: messages.count, at: Date()), counter: counter)
  }

  /// What a decision comes to, before it is written.
  struct Step {
    let issued: Issued
    let event: Event
    let key: String
    let content: OfferMessage

    init(_ action: CustomerAction, by shopper: Shopper, number: Int, at now: Date) {
      let id = HandWrittenLoop.issuedID(action)
      issued = Issued(
        id: id,
        offer: "ten-off",
        revision: 1,
        customer: action.customer.rawValue,
        campaign: "app-open-reward",
        trigger: action.id,
        heard: action.name,
        issuedAt: now,
        expiresAt: now + 30 * 86_400,
        redeemable: 1,
        faceValue: nil,
        replica: Replica(provider: "wallet", name: "TEN", state: .notSent)
      )
      event = Event(name: "ten_off_issued", customer: action.customer.rawValue, cause: id, occurredAt: now)
      key = "to-wallet/\(id)"
      let payload = "{\"firstName\":\"\(shopper.firstName)\",\"issuedOffer\":\"\(id)\",\"offer\":\"TEN\"}"
      // The provider's message wants a key of the library's type; a number does for it.
      content = OfferMessage(
        key: DerivedKey((UInt64(number), 0, 0, 0)),
        provider: "wallet",
        customer: action.customer,
        campaign: "to-wallet",
        variant: "card",
        issuedOffer: nil,
        replica: "TEN",
        payload: Array(payload.utf8),
        createdAt: now,
        cause: .issuance(DerivedKey((0, 0, 0, 0)))
      )
    }
  }

  /// What a ledger does with a step that was decided: once by the action's id, and within the limit.
  mutating func commit(_ step: Step, of action: CustomerAction) -> Decision {
    if let known = triggers[action.id] { return known.action == action ? known.decision : .conflict }
    let counter = "app-open-reward/\(action.customer)"
    let decision =
      uses[counter, default: 0] < 1 ? write(step, counter: counter) : Decision.limitReached
    triggers[action.id] = Trigger(action: action, decision: decision)
    return decision
  }

  private mutating func write(_ step: Step, counter: String) -> Decision {
    uses[counter, default: 0] += 1
    issued[step.issued.id] = step.issued
    events.append(step.event)
    guard messages[step.key] == nil else { return .issued(step.issued.id, message: step.key) }
    messages[step.key] = Message(content: step.content, issued: step.issued.id, state: .waiting)
    queue.append(step.key)
    if let index = issued.index(forKey: step.issued.id) { issued.values[index].replica.state = .pending }
    return .issued(step.issued.id, message: step.key)
  }

  // MARK: Reconciling

  mutating func reconcile(_ id: String, of offer: String, at moment: Date, amount: Money?) -> Match {
    if let known = redemptions[id] {
      let isRepeat = known.issued == offer && known.moment == moment && known.amount == amount
      return isRepeat ? .duplicate : .conflict
    }
    let match = redeem(offer, at: moment, amount: amount)
    redemptions[id] = Redeemed(issued: offer, moment: moment, amount: amount, match: match)
    return match
  }

  private mutating func redeem(_ offer: String, at moment: Date, amount: Money?) -> Match {
    guard let index = issued.index(forKey: offer) else { return .parked }
    let found = issued.values[index]
    var discrepancies: [String] = []
    if moment < found.issuedAt - 300 { discrepancies.append("before issue") }
    if let expiresAt = found.expiresAt, moment >= expiresAt { discrepancies.append("after expiry") }
    if let amount {
      if let faceValue = found.faceValue, faceValue.currency != amount.currency {
        discrepancies.append("other currency")
      } else {
        issued.values[index].minorUnits += amount.minorUnits
      }
    }
    issued.values[index].redeemed += 1
    if found.redeemed + 1 > found.redeemable { discrepancies.append("over limit") }
    if case .accepted = found.replica.state {} else { discrepancies.append("unconfirmed replica") }
    return discrepancies.isEmpty ? .applied : .discrepant(discrepancies)
  }
}
