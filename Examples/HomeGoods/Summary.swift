import Foundation
import OfferBridgeKit

/// What the story keeps of what it reported, and of what the bridge answered.
struct Journal {
  /// How many actions and host events were reported.
  var triggers = 0
  /// Every decision, those that did nothing among them.
  var decisions: [CampaignDecision] = []
  /// The ids of the redemptions that came in.
  var redemptions: [String] = []
}

/// The story in numbers: each is counted from the bridge's answers or from the ledger's own audit.
struct Summary: Encodable, Equatable {
  var actions: Int
  var issued: Int
  var refused: Int
  var messagesAccepted: Int
  var attempts: Int
  var redemptions: Int
  var matched: Int
  var discrepancies: Int
  /// "balanced", or every sum that does not agree.
  var audit: String

  /// Counts.
  ///
  /// - Parameters:
  ///   - journal: What was reported and answered.
  ///   - bridge: Is asked how each redemption stands now, and for its audit.
  /// - Throws: What the bridge throws.
  init(of journal: Journal, by bridge: OfferBridge<Shopper>) async throws {
    let audit = try await bridge.audit()
    let issuing = campaigns.filter { if case .issue = $0.outcome { true } else { false } }.map(\.id)

    actions = journal.triggers
    issued = audit.issued
    refused = journal.decisions.count { issuing.contains($0.campaign) && $0.issuedOffer == nil }
    messagesAccepted = audit.messagesAccepted
    attempts = audit.attempts
    redemptions = journal.redemptions.count
    // The audit counts reversals among what it received, and so the redemptions are asked for one by one.
    matched = 0
    discrepancies = 0
    for id in journal.redemptions {
      switch try await bridge.match(of: id) {
      case .applied: matched += 1
      case .discrepant: discrepancies += 1
      case .parked, .duplicate, .conflict, nil: break
      }
    }
    self.audit = audit.isBalanced ? "balanced" : audit.imbalances.joined(separator: " ")
  }

  /// One JSON object, its keys in order.
  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}
