import Foundation
import OfferBridgeKit

/// What one customer does with one card, as the external system tells it.
struct SimulatedRedemption {
  let world: SimulatedWorld
  let wallet: SimulatedWallet
  let card: SimulatedWallet.Card

  /// A redemption, and what became of it and of the card.
  func reports(_ name: String) -> [SimulatedReport] {
    let chance = world.chance
    let id = "r\(name)"
    var moment = world.deviceTime()
    if chance.strikes(.redeemsLate) { moment += 6 * 3600 }
    var amount: Money? = chance.percent(80, .customers) ? Money(minorUnits: 500, currency: "EUR") : nil
    if chance.strikes(.redeemsTooMuch) {
      amount = Money(minorUnits: 5_000, currency: chance.percent(50, .customers) ? "EUR" : "NOK")
    }
    var reports: [SimulatedReport] = [
      .redemption(
        Redemption(
          id: id,
          from: wallet.name,
          of: echo(),
          by: redeemer(),
          at: moment,
          amount: amount,
          lines: lines()
        )
      )
    ]
    if chance.percent(35, .customers) { reports += reversals(of: id, amount, after: moment) }
    if chance.strikes(.reusesID) {
      reports.append(
        .redemption(Redemption(id: id, from: wallet.name, of: echo(), at: moment + 1, amount: amount))
      )
    }
    if chance.strikes(.redeemsTooMuch) {
      reports.append(.redemption(Redemption(id: "x\(id)", from: wallet.name, of: echo(), at: moment + 2)))
    }
    if chance.percent(20, .customers) { reports += notices(name, after: moment) }
    return reports
  }

  private func redeemer() -> CustomerID? {
    switch world.chance.below(10, .customers) {
    case 0: "somebody else"
    case 1..<5: card.customer
    default: nil
    }
  }

  private func lines() -> [RedemptionLine] {
    guard world.chance.percent(40, .customers) else { return [] }
    return ["tea", "milk", "bread"].prefix(Int(world.chance.within(1...3, .customers)))
      .map { RedemptionLine($0, weight: world.chance.within(0...400, .customers)) }
  }

  /// One reversal or several, of all that is left, of some, or of too much.
  private func reversals(of redemption: String, _ amount: Money?, after moment: Date) -> [SimulatedReport] {
    let chance = world.chance
    let count = chance.percent(60, .customers) ? 1 : chance.within(2...3, .customers)
    return (0..<count).map { number in
      var part: ReversedPart?
      switch chance.below(6, .customers) {
      case 0:
        part = .amount(
          Money(
            minorUnits: chance.within(0...600, .customers),
            currency: chance.percent(90, .customers) ? amount?.currency ?? "EUR" : "SEK"
          )
        )
      case 1: part = .lines(["milk"])
      case 2: part = .lines(["tea", "bread", "milk"])
      default: break
      }
      // Seldom it says that it was before the redemption.
      let shift = chance.percent(10, .customers) ? -60 : 60 + Double(number)
      return .reversal(
        Reversal(
          id: "v\(number)-\(redemption)",
          from: wallet.name,
          of: redemption,
          only: part,
          at: moment + shift
        )
      )
    }
  }

  /// The card is taken back, or its time is over, there; and perhaps that was a mistake.
  private func notices(_ name: String, after moment: Date) -> [SimulatedReport] {
    let chance = world.chance
    let kind: OfferNotice.Kind = chance.percent(50, .customers) ? .revoked : .expired
    let end = moment + Double(chance.within(-600...600, .customers))
    var reports: [SimulatedReport] = [
      .notice(OfferNotice(kind, id: "n\(name)", from: wallet.name, of: echo(), at: end))
    ]
    if chance.percent(50, .customers) {
      reports.append(
        .notice(
          OfferNotice(
            .reinstated,
            id: "b\(name)",
            from: wallet.name,
            of: echo(),
            at: end + Double(chance.within(-300...900, .customers))
          )
        )
      )
    }
    return reports
  }

  private func echo() -> RedemptionReference {
    switch world.chance.below(3, .customers) {
    case 0: card.issuedOffer.map { .issuedOffer($0) } ?? .replica(card.reference)
    case 1: .replica(card.reference)
    default: .customer(card.customer, replica: card.replica)
    }
  }
}
