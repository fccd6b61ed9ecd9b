package import Foundation
package import OfferBridgeKit

// What operators command: redrives and closures.
extension ReferenceModel {
  /// A message was redriven.
  ///
  /// - Parameters:
  ///   - redrive: The command.
  ///   - answer: What the ledger said.
  ///   - now: The ledger's time of the call.
  package mutating func redriven(_ redrive: MessageRedrive, _ answer: RedriveAnswer, at now: Date) {
    let moment = now.milliseconds
    let expected = self.answer(to: redrive, at: moment)
    // What a wallet called the replica of whoever was forgotten is a name by chance.
    if case .refused(.accepted) = expected, isOfSomebodyForgotten(redrive.message) {
      expect("redrive \(redrive.message)", "\(expected)".prefix(17), seen: "\(answer)".prefix(17))
    } else {
      expect("redrive \(redrive.message), \(redrive.mode)", expected, seen: answer)
    }
    guard case .redriven(let key) = answer, let place = messagePlaces[redrive.message],
      case .ended = messages[place].stage
    else { return }
    messages[place].redrives.append(
      RedriveRecord(
        redrivenAt: Date(milliseconds: moment),
        mode: redrive.mode,
        reason: redrive.reason,
        attempts: messages[place].attempts,
        state: messages[place].state
      )
    )
    if key == redrive.message {
      messages[place].stage = .waiting
      messages[place].due = moment
      messages[place].attempts = 0
      tell(place, .pending)
      enter(place)
    } else {
      let message = messages[place].message.reissued(in: tenant, at: Date(milliseconds: moment))
      messages[place].nextGeneration = message.key
      commit(message, [], at: moment)
    }
  }

  private func answer(to redrive: MessageRedrive, at now: Int64) -> RedriveAnswer {
    guard let place = messagePlaces[redrive.message] else { return .unknownMessage }
    if let next = messages[place].nextGeneration { return .superseded(by: next) }
    switch messages[place].state {
    case .waiting, .leased: return .alreadyOpen
    case .accepted, .withdrawn: return .refused(messages[place].state)
    case .rejected, .buried: break
    }
    if tombstones.contains(messages[place].owner) { return .refused(messages[place].state) }
    if isProven(place) { return .refused(.accepted(nil)) }
    if let closure = closure(of: place) { return .offerClosed(closure) }
    switch redrive.mode {
    case .sameKey: return .redriven(redrive.message)
    case .newGeneration:
      return .redriven(messages[place].message.reissued(in: tenant, at: Date(milliseconds: now)).key)
    }
  }

  /// An issued offer was closed.
  ///
  /// - Parameters:
  ///   - closing: The command.
  ///   - answer: What the ledger said.
  ///   - now: The ledger's time of the call.
  package mutating func closed(_ closing: OfferClosing, _ answer: CloseAnswer, at now: Date) {
    let moment = now.milliseconds
    expect("close \(closing.issuedOffer)", self.answer(to: closing, at: moment), seen: answer)
    guard let place = offerPlaces[closing.issuedOffer] else { return }
    switch answer {
    case .closed(let closure):
      let usedLimits = offers[place].usesLimits
      offers[place].offer.closure = closure
      limits(of: place, changeFrom: usedLimits)
      review(place)
      recall(closing, at: moment)
      fold(offers[place].owner)
    case .alreadyClosed: recall(closing, at: moment)
    case .notOver, .usedUp, .unknownOffer: break
    }
  }

  private func answer(to closing: OfferClosing, at now: Int64) -> CloseAnswer {
    guard let place = offerPlaces[closing.issuedOffer] else { return .unknownOffer }
    let offer = offers[place].current
    if let closure = offer.closure { return .alreadyClosed(closure) }
    if offer.redeemed.count >= offer.redeemable.count { return .usedUp }
    if closing.kind == .expired {
      guard let end = offer.expiresAt, end.milliseconds <= now else {
        return .notOver(until: offer.expiresAt)
      }
    }
    return .closed(
      OfferClosure(
        kind: closing.kind,
        reason: closing.reason,
        closedAt: Date(milliseconds: now),
        limitUses: closing.limitUses
      )
    )
  }

  /// Commits each recall that is new, where the replica may be there.
  private mutating func recall(_ closing: OfferClosing, at now: Int64) {
    // Nothing is asked back in the name of whoever was forgotten.
    guard let place = offerPlaces[closing.issuedOffer], !tombstones.contains(offers[place].owner) else {
      return
    }
    for recall in closing.recalls
    where recall.purpose == .recall && recall.issuedOffer == closing.issuedOffer
      && messagePlaces[recall.key] == nil
    {
      switch offers[place].current.replica(at: recall.provider)?.state {
      case .pending, .accepted, .unknown: commit(recall, [], at: now)
      case .notSent, .rejected, .recalled, nil: break
      }
    }
  }
}
