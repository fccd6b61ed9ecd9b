package import Foundation
package import OfferBridgeKit

extension ReferenceModel {
  /// Plans were committed.
  ///
  /// - Parameters:
  ///   - plans: The plans.
  ///   - answers: What the ledger said of each.
  ///   - now: The ledger's time of the call.
  package mutating func committed(_ plans: [JourneyPlan], _ answers: [CommitAnswer], at now: Date) {
    guard areMatched("commit", plans.count, answers.count) else { return }
    for (plan, answer) in zip(plans, answers) { committed(plan, answer, at: now.milliseconds) }
  }

  private mutating func committed(_ plan: JourneyPlan, _ answer: CommitAnswer, at now: Int64) {
    let name = plan.trigger.id
    latest = max(latest, now)
    // A trigger that nothing stands of is forgotten when the ledger likes, once its time is over.
    if let known = triggers[name], known.mayBeForgotten(by: latest),
      refusal(of: plan, at: now) != answer.refusal
    {
      triggers[name] = nil
    }
    let expected = refusal(of: plan, at: now)
    guard case .committed(let seen) = answer else {
      return expect("commit \(name)", expected ?? .committed([]), seen: answer)
    }
    if let expected { note(Self.difference("commit \(name)", expected, answer)) }
    guard areMatched("commit \(name)", plan.nodes.count, seen.count) else { return }
    write(plan, seen, at: now)
  }

  /// Why nothing of a plan is written, or `nil`.
  private func refusal(of plan: JourneyPlan, at now: Int64) -> CommitAnswer? {
    let (known, customer) = (triggers[plan.trigger.id], plan.trigger.customer)
    if let known, known.record != plan.trigger {
      let isAnotherID = known.record.customer != customer && isOne(known.record.customer, customer)
      return isAnotherID ? .stale : .conflict
    }
    let isTooOld = now - plan.plannedAt.milliseconds > JourneyPlan.longestAge.milliseconds
    let isForAnother = person(customer) != plan.survivor ?? customer
    if isTooOld || isForAnother || plan.triggerVersion != known?.version ?? 0 { return .stale }
    return known == nil && isOfSomebodyForgotten(plan) ? .conflict : nil
  }

  private mutating func write(_ plan: JourneyPlan, _ seen: [NodeAnswer], at now: Int64) {
    let name = plan.trigger.id
    mention(plan.trigger.customer)
    let isNew = triggers[name] == nil
    var trigger = triggers[name] ?? KnownTrigger(record: plan.trigger)
    let before = trigger.nodes.count
    for (place, node) in plan.nodes.enumerated() {
      var remembered = trigger.remembered(at: now)
      var expected = answer(to: place, of: plan, after: seen[..<place], remembered)
      // Where the clock was put back, what lapsed before that may be remembered or not.
      if expected != seen[place], latest > now {
        remembered = trigger.remembered(at: latest)
        expected = answer(to: place, of: plan, after: seen[..<place], remembered)
      }
      expect("commit \(name), node \(place) (\(node.key))", expected, seen: seen[place])
      let isRemembered = remembered.contains { $0.key == node.key }
      if let outcome = follow(place, of: plan, seen[place], isRemembered, at: now) {
        let parent = node.parent.map { plan.nodes[$0].key }
        trigger.nodes.append(.init(key: node.key, parent: parent, campaign: node.campaign, outcome: outcome))
      }
    }
    guard isNew || trigger.nodes.count > before else { return }
    trigger.version += 1
    let isRefused = trigger.nodes[before...].contains {
      if case .refused = $0.outcome { true } else { false }
    }
    if trigger.nodes.isEmpty || isRefused {
      trigger.lapsesAt = Self.later(now, .milliseconds(refusalRetention))
    }
    triggers[name] = trigger
  }

  /// What becomes of a node: of several that hold, the first in the order of the cases.
  private func answer(
    to place: Int,
    of plan: JourneyPlan,
    after earlier: ArraySlice<NodeAnswer>,
    _ remembered: [KnownTrigger.Node]
  ) -> NodeAnswer {
    let node = plan.nodes[place]
    if let parent = node.parent, !earlier[parent].stands { return .parentNotWritten }
    if let choice = node.choice,
      let winner = earlier.indices.first(where: { plan.nodes[$0].choice == choice && earlier[$0].stands })
    {
      return .outranked(by: winner)
    }
    if case .withheld = node.content { return .written }
    if let known = remembered.last(where: { $0.key == node.key }) {
      if case .refused(let limit, _) = known.outcome { return .refused(limit) }
      return .replayed
    }
    if case .message(let message) = node.content,
      let place = message.issuedOffer.flatMap({ offerPlaces[$0] }),
      let closure = offers[place].offer.closure
    {
      return .offerClosed(closure)
    }
    let isIssuance = if case .issuance = node.content { true } else { false }
    var above: [LimitExcess] = []
    for use in node.limits {
      guard let excess = excess(of: use, by: person(plan.trigger.customer), at: plan.plannedAt.milliseconds)
      else { return .refused(use.limit) }
      if excess < 1 { continue }
      guard isIssuance && use.limit.policy == .honourAndFlag else { return .refused(use.limit) }
      above.append(LimitExcess(use.limit, amount: excess))
    }
    return above.isEmpty ? .written : .writtenOver(above)
  }

  /// Does what the ledger said that it did.
  ///
  /// - Returns: What is to be remembered of it, or `nil`.
  private mutating func follow(
    _ place: Int,
    of plan: JourneyPlan,
    _ seen: NodeAnswer,
    _ isRemembered: Bool,
    at now: Int64
  ) -> KnownTrigger.Outcome? {
    let node = plan.nodes[place]
    if case .withheld(let id, let provider, let reason) = node.content {
      if seen == .written { withhold(id, provider, reason) }
      return nil
    }
    if seen == .written || seen.above != [] {
      use(node.limits, by: person(plan.trigger.customer), at: plan.plannedAt.milliseconds)
    }
    switch (seen, node.content) {
    case (.written, .issuance(let offer)): return .issued(issue(offer, node.limits))
    case (.writtenOver(let above), .issuance(var offer)):
      offer.overLimits = above
      return .issued(issue(offer, node.limits))
    case (.written, .event(let name)): return .raised(name)
    case (.written, .message(let message)):
      commit(message, node.limits, at: now)
      return .queued(message.provider)
    case (.refused(let limit), let content) where !isRemembered:
      if case .message(let message) = content { withhold(message, .limitReached(message.campaign)) }
      return .refused(limit, until: Self.later(now, .milliseconds(refusalRetention)))
    case (.outranked, .message(let message)): withhold(message, .outranked(message.campaign))
    case (.offerClosed, .message(let message)): withhold(message, .offerClosed)
    default: break
    }
    return nil
  }

  private mutating func issue(_ offer: IssuedOffer, _ limits: [LimitUse]) -> Int {
    let place = offers.count
    let owner = person(offer.customer)
    offers.append(KnownOffer(owner: owner, offer: offer, limits: limits, tally: offer.redeemed))
    offerPlaces[offer.id] = place
    customers[owner, default: KnownCustomer()].offers.append(place)
    learn(.issuedOffer(offer.id), is: owner)
    fold(owner)
    return place
  }

  private mutating func withhold(_ message: OfferMessage, _ reason: WithheldReason) {
    if let id = message.issuedOffer { withhold(id, message.provider, reason) }
  }

  /// A reason replaces an earlier reason, and nothing that was sent.
  private mutating func withhold(_ id: IssuedOffer.ID, _ provider: ProviderID, _ reason: WithheldReason) {
    guard let place = offerPlaces[id],
      let replica = offers[place].offer.replicas.firstIndex(where: { $0.provider == provider }),
      case .notSent = offers[place].offer.replicas[replica].state
    else { return }
    offers[place].offer.replicas[replica].state = .notSent(reason)
  }
}

extension NodeAnswer {
  fileprivate var above: [LimitExcess] { if case .writtenOver(let above) = self { above } else { [] } }
}

extension CommitAnswer {
  fileprivate var refusal: CommitAnswer? { if case .committed = self { nil } else { self } }
}
