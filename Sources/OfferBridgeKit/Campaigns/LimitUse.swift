import Foundation

/// One counter of the ledger: what a use is counted under.
public struct LimitCounter: Sendable, Hashable, Codable {
  /// What is counted, with its name: "campaign app-open-reward", "money EUR of campaign app-open-reward".
  public let subject: String
  /// Whose uses, or `nil` for all customers'.
  public let customer: CustomerID?
  /// The stretch of time: "" for ever, "2026-11" for a calendar month, "rolling 2592000000" in milliseconds.
  public let period: String

  /// Whether both are written with the same bytes, as names are everywhere.
  public static func == (lhs: Self, rhs: Self) -> Bool {
    lhs.customer == rhs.customer && lhs.subject.utf8.elementsEqualFast(rhs.subject.utf8)
      && lhs.period.utf8.elementsEqualFast(rhs.period.utf8)
  }

  /// The same counter of another customer: a survivor's, or the name of one who was forgotten.
  ///
  /// - Parameter customer: Whose uses.
  /// - Returns: A counter of the same subject and period.
  public func of(_ customer: CustomerID) -> LimitCounter {
    LimitCounter(subject: subject, customer: customer, period: period)
  }

  /// Feeds the bytes of subject and customer.
  public func hash(into hasher: inout Hasher) {
    var text = subject
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    hasher.combine(customer)
  }
}

/// What a plan's node takes from one limit.
public struct LimitUse: Sendable, Hashable, Codable {
  /// The limit.
  public var limit: CampaignLimit { shared.value }
  /// Where it is counted.
  ///
  /// A node that names one counter twice uses it once and must pass both caps.
  public let counter: LimitCounter
  /// How much it takes: 1, or the minor units of a limit in money.
  public let amount: Int64

  // One for all uses of a campaign's limit.
  let shared: Shared<CampaignLimit>

  private enum CodingKeys: String, CodingKey {
    case shared = "limit"
    case counter, amount
  }

  init(_ limit: Shared<CampaignLimit>, _ counter: LimitCounter, amount: Int64) {
    shared = limit
    self.counter = counter
    self.amount = amount
  }

  /// The same use as another customer's.
  ///
  /// - Parameter customer: Whose use it is counted as.
  /// - Returns: As much of the same limit.
  public func of(_ customer: CustomerID) -> LimitUse {
    LimitUse(shared, counter.of(customer), amount: amount)
  }
}

/// One campaign's limit, with the texts of its counter made once, so that all customers' counters share them.
package struct RegisteredLimit: Sendable {
  var limit: CampaignLimit { shared.value }
  private let shared: Shared<CampaignLimit>
  /// What is counted: uses, or money of a currency.
  private let unit: String
  /// `nil` where it depends on the offer.
  private let subject: String?
  /// `nil` where it depends on the moment.
  private let period: String?

  package init(_ limit: CampaignLimit, of campaign: CampaignID) {
    shared = Shared(limit)
    let unit = limit.currency.map { "money \($0) of " } ?? ""
    self.unit = unit
    subject =
      switch limit.scope {
      case .campaign: "\(unit)campaign \(campaign)"
      case .offer: nil
      case .group(let name): "\(unit)group \(name)"
      case .programme: "\(unit)programme"
      }
    period =
      switch limit.window {
      case .lifetime: ""
      case .rolling(let length): "rolling \(length.milliseconds)"
      case .calendar: nil
      }
  }

  /// The use that one decision makes of the limit, or `nil` when it has no amount in the limit's currency.
  ///
  /// A calendar window that names no zone is that zone's.
  package func use(
    offer: OfferID?,
    customer: CustomerID,
    at moment: Date,
    in zone: TimeZone = .gmt,
    worth faceValue: Money?
  ) -> LimitUse? {
    shared.value.amount(worth: faceValue).map { amount in
      LimitUse(
        shared,
        LimitCounter(
          subject: subject ?? "\(unit)offer \(offer?.rawValue ?? "")",
          customer: shared.value.isPerCustomer ? customer : nil,
          period: period ?? calendarLabel(of: moment, in: zone)
        ),
        amount: amount
      )
    }
  }

  private func calendarLabel(of moment: Date, in customers: TimeZone) -> String {
    guard case .calendar(let period, let zone) = shared.value.window else { return "" }
    return period.label(of: moment, in: zone ?? customers) + " " + (zone?.identifier ?? "here")
  }
}
