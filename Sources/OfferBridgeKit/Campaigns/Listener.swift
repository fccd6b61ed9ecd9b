import Foundation

// Of no profile type, and so is all that plans a journey: code that is generic over the host's profile type asks the
// runtime for its types again and again, which was a tenth of a journey's instructions. What knows the profile is
// behind closures that were made for its type once.
/// A campaign or observer, lowered once when the bridge is made.
final class Listener: Sendable {
  enum Outcome: Sendable {
    case issue(ListenerOffer)
    case raise(String)
    case send(ListenerMessage, through: ProviderID)
  }

  /// Its position among all listeners.
  let index: Int32
  let id: CampaignID
  let trigger: Heard
  let rule: ListenerRule
  let runTime: RunTime
  let outcome: Outcome
  let limits: [RegisteredLimit]
  let exclusiveGroup: String?
  /// `nil` for an observer: they are asked last.
  let priority: Int?
  /// Clauses of the rule too: here they say who held a customer out.
  let controlGroups: [ControlGroup]

  init(
    index: Int,
    id: CampaignID,
    trigger: Heard,
    rule: ListenerRule,
    runTime: RunTime,
    outcome: Outcome,
    limits: [CampaignLimit],
    exclusiveGroup: String?,
    priority: Int? = nil,
    controlGroups: [ControlGroup] = []
  ) {
    self.index = Int32(index)
    self.id = id
    self.trigger = trigger
    self.rule = rule
    self.runTime = runTime
    self.outcome = outcome
    self.limits = limits.map { RegisteredLimit($0, of: id) }
    self.exclusiveGroup = exclusiveGroup
    self.priority = priority
    self.controlGroups = controlGroups
  }

  /// Whether it is asked first: campaigns before observers, the higher priority first, of equals as they were given.
  func goesBefore(_ other: Listener) -> Bool {
    guard let priority, let others = other.priority else {
      return (priority == nil ? 1 : 0, index) < (other.priority == nil ? 1 : 0, other.index)
    }
    return priority == others ? index < other.index : priority > others
  }

  /// The offers that it may issue.
  var issuedOffers: [OfferID] {
    if case .issue(let choice) = outcome { choice.offers } else { [] }
  }

  /// Which of several offers it issues the customer, or `nil` where it has no choice.
  func offerExplanation(for customer: CustomerID) -> OfferExplanation? {
    if case .issue(let choice) = outcome { choice.explanation(for: customer) } else { nil }
  }

  /// The first of its control groups that a customer is in.
  func group(of customer: CustomerID) -> ControlGroupID? {
    controlGroups.first { $0.contains(customer) }?.id
  }

  /// How its message comes to say what it says, or `nil` when it sends none.
  func messageExplanation(in facts: RuleFacts) -> MessageExplanation? {
    guard case .send(let message, let provider) = outcome else { return nil }
    return message.explanation(in: facts, through: provider)
  }
}

/// A compiled rule that is asked without naming the profile's type.
struct ListenerRule: Sendable {
  let needs: Set<RuleNeed>
  let outline: @Sendable () -> RuleOutline
  let fingerprint: RuleFingerprint
  let explain: @Sendable (RuleFacts) -> RuleExplanation
  private let evaluation: @Sendable (RuleFacts) -> (verdict: RuleVerdict, isHeldOut: Bool)

  init<Customer>(_ rule: CompiledRule<Customer>) {
    needs = rule.needs
    outline = { rule.source.outline }
    fingerprint = rule.source.outline.fingerprint
    evaluation = { rule.evaluate(in: $0.context()) }
    explain = { rule.source.explain(in: $0.context()) }
  }

  func evaluate(in facts: RuleFacts) -> (verdict: RuleVerdict, isHeldOut: Bool) { evaluation(facts) }
}

extension RuleFacts {
  // Checked in debug builds alone: asking the runtime for the type takes some 350 instructions each time.
  /// The context that these facts are part of: a bridge's journeys have contexts of one profile type only.
  func context<Customer>() -> RuleContext<Customer> {
    unsafeDowncast(self, to: RuleContext<Customer>.self)
  }
}
