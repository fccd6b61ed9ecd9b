import Foundation
import OfferBridgeKit

// Who becomes one, who is forgotten, and of which ends is told.
extension SimulationWitness {
  func merge(
    _ customer: CustomerID,
    into other: CustomerID,
    _ answer: MergeAnswer,
    _ life: SimulatedLife
  ) {
    expect { $0.merged(customer, into: other, answer, at: $1) }
    book.saw(answer.name)
    note(life, "\(answer.name) \(customer) into \(other)")
  }

  func forget(_ customer: CustomerID, _ answer: ForgetAnswer, _ life: SimulatedLife) {
    expect { $0.forgot(customer, answer, at: $1) }
    book.saw(answer.name)
    note(life, "\(answer.name) \(customer)")
  }

  /// What is listed as near its end, or over, is so at the moment that was asked for.
  func page(_ query: PageQuery, _ page: LedgerPage) {
    let expected: [IssuedOffer]
    switch query.listing {
    case .expiring(let moment): expected = ask { $0.expiring(at: moment) }
    case .toBeRecalled(let moment): expected = ask { $0.toBeRecalled(at: moment) }
    default: return
    }
    book.saw(page.entries.isEmpty ? "ends.none" : "ends.some")
    let known = Set(expected.map(\.id))
    for offer in page.issuedOffers where !known.contains(offer.id) {
      book.violate("I16", "issued offer \(offer.id) is listed as \(query.listing), and is not")
    }
    let isWhole = query.after == nil && page.next == nil
    if isWhole, page.issuedOffers.map(\.id) != expected.map(\.id) {
      book.violate(
        "I16",
        "of \(expected.count) to be listed as \(query.listing) there are \(page.entries.count)"
      )
    }
  }

  /// A warning is decided once for each campaign that hears it, and before the end that it is about.
  func warned(_ plan: JourneyPlan, _ node: PlanNode) {
    guard plan.trigger.id.kind == .expiry, case .message(let message) = node.content,
      let id = message.issuedOffer
    else { return }
    book.saw("ends.warned")
    let (isFirst, end) = state.withLock { state in
      (state.warnings.insert(Warning(issuedOffer: id, campaign: message.campaign)).inserted, state.ends[id])
    }
    if !isFirst { book.violate("I16", "issued offer \(id) is warned of twice by \(message.campaign)") }
    if let end, end <= plan.plannedAt {
      book.violate("I16", "issued offer \(id) is warned of after its end")
    }
  }

  /// One action issues no more than one offer by each campaign, under whichever ids it is reported.
  func issued(_ offer: IssuedOffer) {
    let name = Issuance(trigger: offer.trigger, campaign: offer.campaign)
    let earlier = state.withLock { state in
      state.ends[offer.id] = offer.expiresAt
      return state.issuances.updateValue(offer.id, forKey: name)
    }
    // Where whoever had it was forgotten, it is somebody's first.
    if let earlier, earlier != offer.id, !isForgotten(earlier) {
      book.violate("I17", "\(offer.trigger) issued \(earlier) and \(offer.id) by \(offer.campaign)")
    }
  }

  /// Whether whoever was issued it was forgotten since.
  func isForgotten(_ issued: IssuedOffer.ID) -> Bool { ask { $0.isIssuedToSomebodyForgotten(issued) } }

  struct Warning: Hashable {
    let issuedOffer: IssuedOffer.ID
    let campaign: CampaignID
  }

  struct Issuance: Hashable {
    let trigger: TriggerID
    let campaign: CampaignID
  }
}

extension MergeAnswer {
  var name: String {
    switch self {
    case .merged(let what): what.exceeded.isEmpty ? "merge.merged" : "merge.exceeded"
    case .alreadyMerged: "merge.alreadyMerged"
    case .circle: "merge.circle"
    case .forgotten: "merge.forgotten"
    case .busy: "merge.busy"
    }
  }
}

extension ForgetAnswer {
  var name: String {
    switch self {
    case .forgotten: "forget.forgotten"
    case .busy: "forget.busy"
    case .unknownCustomer: "forget.unknownCustomer"
    }
  }
}
