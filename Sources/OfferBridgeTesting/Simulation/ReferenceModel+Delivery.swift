package import Foundation
package import OfferBridgeKit

extension ReferenceModel {
  /// Messages were claimed.
  ///
  /// - Parameters:
  ///   - query: What was asked for.
  ///   - answer: What the ledger handed out.
  ///   - now: The ledger's time of the call.
  package mutating func claimed(_ query: ClaimQuery, _ answer: ClaimAnswer, at now: Date) {
    let moment = now.milliseconds
    let call = "claim of \(query.provider), limit \(query.limit)"
    expect("\(call): the time", Date(milliseconds: moment), seen: answer.now)
    let until = Self.later(moment, query.lease)
    let eligible = takeEligible(query, at: moment)
    let expected = eligible.map { place in
      Claim(
        message: messages[place].message,
        lease: Lease(
          message: messages[place].message.key,
          fence: messages[place].fence + 1,
          until: Date(milliseconds: until)
        ),
        attempt: messages[place].attempts + 1,
        firstAttemptedAt: Date(milliseconds: messages[place].firstAttemptedAt ?? moment),
        openSince: messages[place].openSince
      )
    }
    if expected != answer.claims {
      let (words, seen) = (expected.words, answer.claims.words)
      note(
        words != seen
          ? Self.difference(call, words, seen) : "\(call): not the bytes that were committed: \(seen)."
      )
    }
    handOut(answer.claims, of: eligible)
    let next = agendas[query.provider]?.first.map { Date(milliseconds: $0.moment) }
    expect("\(call): when to come back", next, seen: answer.nextDue)
  }

  /// Takes what may be handed out from the agenda, the oldest first; what need not be sent any more ends on the way.
  private mutating func takeEligible(_ query: ClaimQuery, at now: Int64) -> [Int] {
    let horizon = min(now, query.dueBy?.milliseconds ?? now)
    var eligible: [Int] = []
    while eligible.count < query.limit, let next = agendas[query.provider]?.first, next.moment <= horizon {
      agendas[query.provider]?.remove(next)
      if isToEnd(next.message) { end(next.message) } else { eligible.append(next.message) }
    }
    return eligible
  }

  /// Leases what the ledger says it handed out.
  private mutating func handOut(_ claims: [Claim], of eligible: [Int]) {
    var left = Set(eligible)
    for claim in claims {
      guard let place = messagePlaces[claim.message.key], messages[place].isOpen else { continue }
      if left.remove(place) == nil { cancel(place) }
      if case .leased = messages[place].stage { mayHaveArrived(place) }
      messages[place].fence = claim.lease.fence
      messages[place].attempts = claim.attempt
      messages[place].firstAttemptedAt = claim.firstAttemptedAt.milliseconds
      messages[place].stage = .leased(until: claim.lease.until.milliseconds)
      if isFirst(place) { appoint(place) }
    }
    for place in left.sorted() { appoint(place) }
  }

  /// Leases were prolonged.
  ///
  /// - Parameters:
  ///   - leases: The leases.
  ///   - length: By how much.
  ///   - answers: What the ledger said of each.
  ///   - now: The ledger's time of the call.
  package mutating func extended(
    _ leases: [Lease],
    by length: Duration,
    _ answers: [ExtendAnswer],
    at now: Date
  ) {
    guard areMatched("extend", leases.count, answers.count) else { return }
    for (lease, answer) in zip(leases, answers) {
      var expected = ExtendAnswer.lostLease
      let place = messagePlaces[lease.message]
      if let place, messages[place].fence == lease.fence {
        expected = .alreadySettled
        if case .leased(let before) = messages[place].stage {
          let until = Date(milliseconds: max(before, Self.later(now.milliseconds, length)))
          expected = .extended(Lease(message: lease.message, fence: lease.fence, until: until))
        }
      }
      expect("extend \(lease.message), fence \(lease.fence)", expected, seen: answer)
      guard let place, case .leased = messages[place].stage, case .extended(let seen) = answer else {
        continue
      }
      cancel(place)
      messages[place].stage = .leased(until: seen.until.milliseconds)
      if isFirst(place) { appoint(place) }
    }
  }

  /// Attempts were settled.
  ///
  /// - Parameters:
  ///   - settlements: What came of them.
  ///   - answers: What the ledger said of each.
  ///   - now: The ledger's time of the call.
  package mutating func settled(_ settlements: [Settlement], _ answers: [SettleAnswer], at now: Date) {
    guard areMatched("settle", settlements.count, answers.count) else { return }
    for (settlement, answer) in zip(settlements, answers) {
      let lease = settlement.lease
      var expected = SettleAnswer.lostLease
      let place = messagePlaces[lease.message]
      if let place, messages[place].fence == lease.fence {
        if case .leased = messages[place].stage { expected = .settled } else { expected = .alreadySettled }
      }
      expect("settle \(lease.message), fence \(lease.fence)", expected, seen: answer)
      if let place, answer == .settled, case .leased = messages[place].stage {
        settle(place, settlement.outcome, at: now.milliseconds)
      }
    }
  }

  private mutating func settle(_ place: Int, _ outcome: Settlement.Outcome, at now: Int64) {
    cancel(place)
    switch outcome {
    case .accepted(let reference):
      finish(place, .accepted(reference), replica: .accepted(reference))
      guard let offer = messages[place].offer else { return }
      let message = messages[place].message
      if let reference, messages[place].isToBring {
        let clue = Clue.replica(reference, at: message.provider)
        offers[offer].references.insert(clue)
        learn(clue, is: messages[place].owner)
      }
      fold(messages[place].owner)
    case .rejected(let reason):
      messages[place].lastFailure = reason
      messages[place].mayHaveArrived = false
      messages[place].firstAttemptedAt = nil
      finish(place, .rejected(reason: reason), replica: .rejected(reason: reason))
    case .buried(let reason, let isUnknown):
      messages[place].lastFailure = reason
      if isUnknown { messages[place].mayHaveArrived = true }
      let isUnknown = messages[place].mayHaveArrived
      if !isUnknown { messages[place].firstAttemptedAt = nil }
      finish(place, .buried(reason: reason), replica: isUnknown ? .unknown : .rejected(reason: reason))
    case .retry(let after, let failure, let isUnknown):
      messages[place].lastFailure = failure
      if isUnknown { messages[place].mayHaveArrived = true }
      if !messages[place].mayHaveArrived { messages[place].firstAttemptedAt = nil }
      tell(place, messages[place].mayHaveArrived ? .unknown : .pending)
      wait(place, until: Self.later(now, after))
    case .released(wasHanded: true):
      mayHaveArrived(place)
      wait(place, until: messages[place].due)
    case .released(wasHanded: false):
      messages[place].attempts -= 1
      if !messages[place].mayHaveArrived { messages[place].firstAttemptedAt = nil }
      wait(place, until: messages[place].due)
    }
  }

  private mutating func finish(_ place: Int, _ state: MessageState, replica: Replica.State) {
    messages[place].stage = .ended(state)
    tell(place, replica)
    leave(place)
  }

  mutating func wait(_ place: Int, until due: Int64) {
    messages[place].stage = .waiting
    messages[place].due = due
    if isToEnd(place) { return end(place) }
    guard isFirst(place) else { return }
    if let next = lanes[lane(of: place)]?.dropFirst().first, next < place {
      // An earlier one was redriven while this one was on its way.
      leave(place)
      enter(place)
    } else {
      appoint(place)
    }
  }
}

extension [Claim] {
  /// Each by its key and its lease.
  fileprivate var words: String {
    let each = map { claim in
      "\(claim.message.key) (fence \(claim.lease.fence), attempt \(claim.attempt) until \(claim.lease.until.rfc3339), "
        + "first \(claim.firstAttemptedAt.rfc3339), open since \(claim.openSince.rfc3339))"
    }
    return each.isEmpty ? "none" : each.joined(separator: ", ")
  }
}
