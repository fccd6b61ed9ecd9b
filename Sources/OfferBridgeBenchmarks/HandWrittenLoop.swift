import Foundation
import OfferBridgeKit

/// The same journey as somebody would write it by hand, once, for this one shop: the yardstick of every ratio.
///
/// It does: the customer's look-up; the rule's conditions in plain Swift; one
/// use per customer; idempotency by the action's id, with the action kept as
/// fingerprint beside what was decided; the issued offer with all fields of
/// ours; the event; the message with the same JSON bytes under a key that is
/// looked up before it is queued; delivery through `any MessageProvider`;
/// the answer written to message and replica, its reference remembered; the
/// redemption, once by its id, with the same checks and tallies.
///
/// It does not: derive keys (it joins texts), escape JSON, lock anything or
/// run in more than one task, lease or retry a message, keep one customer's
/// messages in order, list a customer's issued offers and messages, park what
/// comes too early, reverse, explain a decision, or serve a second campaign.
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
    var state: State
    enum State { case waiting, accepted(String?), rejected(String) }
  }

  struct Redeemed {
    let issued: String
    let moment: Date
    let amount: Money?
    var match: Match
  }

  enum Match { case applied, discrepant([String]), parked, duplicate, conflict }

  private let customers: [String: Shopper]
  private let provider: any MessageProvider
  private var triggers: [String: Trigger] = [:]
  private var uses: [String: Int] = [:]
  private(set) var issued: [String: Issued] = [:]
  private var events: [Event] = []
  private var messages: [String: Message] = [:]
  private var queue: [String] = []
  private var sent = 0
  private var references: [String: String] = [:]
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
    let customer = action.customer.rawValue
    let counter = "app-open-reward/\(customer)"
    let used = uses[counter, default: 0]
    guard used < 1 else { return .limitReached }
    uses[counter] = used + 1
    let now = Date()
    let id = Self.issuedID(action)
    issued[id] = Issued(
      id: id,
      offer: "ten-off",
      revision: 1,
      customer: customer,
      campaign: "app-open-reward",
      trigger: action.id,
      heard: action.name,
      issuedAt: now,
      expiresAt: now + 30 * 86_400,
      redeemable: 1,
      faceValue: nil,
      replica: Replica(provider: "wallet", name: "TEN", state: .notSent)
    )
    events.append(Event(name: "ten_off_issued", customer: customer, cause: id, occurredAt: now))
    return .issued(id, message: send(id, to: action.customer, by: shopper, at: now))
  }

  private mutating func send(
    _ id: String,
    to customer: CustomerID,
    by shopper: Shopper,
    at now: Date
  ) -> String {
    let key = "to-wallet/\(id)"
    guard messages[key] == nil else { return key }
    let payload = "{\"firstName\":\"\(shopper.firstName)\",\"issuedOffer\":\"\(id)\",\"offer\":\"TEN\"}"
    // The provider's message wants a key of the library's type; a number does for it.
    let content = OfferMessage(
      key: DerivedKey((UInt64(messages.count), 0, 0, 0)),
      provider: "wallet",
      customer: customer,
      campaign: "to-wallet",
      variant: "card",
      issuedOffer: nil,
      replica: "TEN",
      payload: Array(payload.utf8),
      createdAt: now,
      cause: .issuance(DerivedKey((0, 0, 0, 0)))
    )
    messages[key] = Message(content: content, issued: id, state: .waiting)
    queue.append(key)
    if let index = issued.index(forKey: id) { issued.values[index].replica.state = .pending }
    return key
  }

  // MARK: Delivering

  mutating func deliverDueMessages() async throws {
    while sent < queue.count {
      let key = queue[sent]
      sent += 1
      guard let row = messages.index(forKey: key) else { continue }
      messages.values[row].attempts += 1
      let message = messages.values[row]
      let answer = try await provider.deliver(
        MessageDelivery(message: message.content, attempt: message.attempts, deadline: Date() + 60)
      )
      guard let index = issued.index(forKey: message.issued) else { continue }
      switch answer {
      case .accepted(let reference):
        messages.values[row].state = .accepted(reference?.rawValue)
        issued.values[index].replica.state = .accepted(reference?.rawValue)
        if let reference { references[reference.rawValue] = message.issued }
      case .rejected(let reason):
        messages.values[row].state = .rejected(reason)
        issued.values[index].replica.state = .rejected(reason)
      case .retry:
        queue.append(key)
      }
    }
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
