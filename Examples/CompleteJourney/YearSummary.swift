import Foundation
import OfferBridgeKit

/// What a replayed year came to.
struct YearSummary {
  var counts: YearCounts
  /// A line for each of the retailer's campaigns, in the order of the file.
  var campaigns: [CampaignLine] = []
  /// What does not add up, a sentence each; empty when everything does.
  var imbalances: [String] = []
  /// From making the bridge to the last count, without reading the files.
  var duration = Duration.zero

  var seconds: Double { Double((duration / .milliseconds(1)).rounded()) / 1000 }

  /// "balanced", or what does not add up.
  var audit: String { imbalances.isEmpty ? "balanced" : imbalances.joined(separator: " ") }
}

/// The numbers of a year, the same for every run over the same files.
struct YearCounts: Equatable, Encodable {
  /// Distinct in the baskets.
  var households = 0
  var baskets = 0
  var campaigns = 0
  var issued = 0
  var messagesAccepted = 0
  /// Reports: matched, redeemed before issue, unknown and duplicates together.
  var redemptions = 0
  /// Of an offer that was issued to the household on that day or before.
  var matched = 0
  /// Of an offer that was issued to the household on a later day.
  var redeemedBeforeIssue = 0
  /// Of an offer that was never issued to the household, which may be unknown itself.
  var unknown = 0
  /// Under an id that was reported before, whatever else they say.
  var duplicates = 0
}

/// One campaign's part in the year.
struct CampaignLine: Equatable {
  let campaign: RetailCampaign
  var issued = 0
  var accepted = 0
  var redeemed = 0
}

// MARK: - Counting

extension YearSummary {
  init(households: Int, baskets: Int, redemptions: Int, duplicates: Int) {
    counts = YearCounts(
      households: households,
      baskets: baskets,
      redemptions: redemptions,
      duplicates: duplicates
    )
  }

  /// Counts what each campaign issued, and what became of it.
  mutating func read(
    _ campaigns: [RetailCampaign],
    of households: [CustomerID: Household],
    from bridge: OfferBridge<Household>
  ) async throws {
    var lines = Dictionary(
      uniqueKeysWithValues: campaigns.map { (CampaignID($0.id), CampaignLine(campaign: $0)) }
    )
    for household in households.keys {
      for offer in try await bridge.issuedOffers(of: household) {
        lines[offer.campaign]?.issued += 1
        if offer.replica(at: .wallet)?.isAccepted == true { lines[offer.campaign]?.accepted += 1 }
        lines[offer.campaign]?.redeemed += offer.redeemed.count
      }
    }
    self.campaigns = campaigns.compactMap { lines[CampaignID($0.id)] }
    counts.campaigns = campaigns.count
  }

  /// Counts how each redemption stands now that all of the year is known.
  ///
  /// In this model a redemption can be early and nothing else: every message is
  /// accepted, an offer never expires and may be redeemed without limit. Any
  /// other discrepancy is no number of the year but a fault of the replay.
  mutating func read(_ redemptions: [String], from bridge: OfferBridge<Household>) async throws {
    let ids = Set(redemptions.map { ExternalEventID(source: .wallet, id: $0) })
    for id in ids.sorted(by: { $0.id < $1.id }) {
      switch try await bridge.match(of: id.id, from: id.source) {
      case .applied: counts.matched += 1
      case .discrepant([.beforeIssue], _): counts.redeemedBeforeIssue += 1
      case .parked(.unknownOffer): counts.unknown += 1
      case let other: imbalances.append("Redemption \(id.id) stands as \(String(describing: other)).")
      }
    }
  }

  /// Holds the sums against those that the ledger counts from its own rows.
  mutating func audit(_ bridge: OfferBridge<Household>) async throws {
    let ledger = try await bridge.audit()
    counts.issued = ledger.issued
    counts.messagesAccepted = ledger.messagesAccepted
    imbalances += ledger.imbalances
    let answered = counts.matched + counts.redeemedBeforeIssue + counts.unknown + counts.duplicates
    let redeemed = campaigns.reduce(0) { $0 + $1.redeemed }
    let sums = [
      ("issued offers of the households", campaigns.reduce(0) { $0 + $1.issued }, ledger.issued),
      ("messages accepted", ledger.messagesAccepted, ledger.issued),
      ("redemptions received", ledger.received, counts.redemptions),
      ("redemptions answered", answered, counts.redemptions),
      ("redemptions on issued offers", redeemed, ledger.applied + ledger.discrepant),
    ]
    for (name, found, expected) in sums where found != expected {
      imbalances.append("\(found) \(name), not \(expected).")
    }
  }
}

// MARK: - JSON

extension YearSummary: Encodable {
  private enum CodingKeys: CodingKey {
    case audit, seconds
  }

  func encode(to encoder: any Encoder) throws {
    try counts.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(audit, forKey: .audit)
    try container.encode(seconds, forKey: .seconds)
  }

  /// One object with sorted keys, and a line end.
  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }
}
