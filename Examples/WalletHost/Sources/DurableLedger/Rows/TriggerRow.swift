package import OfferBridgeKit

/// A trigger that was committed, and what was decided on it.
package struct TriggerRow {
  package let record: TriggerRecord
  package var version = 0
  package var nodes: [TriggerNode] = []
  /// From when on something of it may be forgotten; `nil` for never.
  package var lapsesAt: Int64?

  package init(_ record: TriggerRecord) { self.record = record }

  package init(record: TriggerRecord, version: Int, nodes: [TriggerNode], lapsesAt: Int64?) {
    self.record = record
    self.version = version
    self.nodes = nodes
    self.lapsesAt = lapsesAt
  }

  /// The node with that key that is remembered, or `nil`.
  func node(_ key: DerivedKey, at now: Int64) -> TriggerNode? {
    nodes.last { $0.key == key && !$0.hasLapsed(at: now) }
  }
}

/// A node of a trigger that was written or refused.
package struct TriggerNode: Equatable {
  enum Outcome: Equatable {
    case issued(IssuedOffer.ID)
    case raised(String)
    case queued(ProviderID)
    case refused(CampaignLimit, until: Int64)
  }

  let key: DerivedKey
  let parent: DerivedKey?
  let campaign: CampaignID?
  let outcome: Outcome

  /// The limit that refused it, or `nil`.
  var refusal: CampaignLimit? { if case .refused(let limit, _) = outcome { limit } else { nil } }

  /// When a refusal lapses; `nil` of what was written.
  var lapsesAt: Int64? { if case .refused(_, let until) = outcome { until } else { nil } }

  func hasLapsed(at now: Int64) -> Bool { lapsesAt.map { $0 <= now } ?? false }
}

// Flat, for a commit writes several: what a node came to is one member of its object, named for it.
extension TriggerNode: Decodable {
  private enum CodingKeys: CodingKey {
    case key, parent, campaign, issued, raised, queued, refused, until
  }

  package init(from decoder: any Decoder) throws {
    let node = try decoder.container(keyedBy: CodingKeys.self)
    key = try node.decode(DerivedKey.self, forKey: .key)
    parent = try node.decodeIfPresent(DerivedKey.self, forKey: .parent)
    campaign = try node.decodeIfPresent(CampaignID.self, forKey: .campaign)
    if let offer = try node.decodeIfPresent(IssuedOffer.ID.self, forKey: .issued) {
      outcome = .issued(offer)
    } else if let event = try node.decodeIfPresent(String.self, forKey: .raised) {
      outcome = .raised(event)
    } else if let provider = try node.decodeIfPresent(ProviderID.self, forKey: .queued) {
      outcome = .queued(provider)
    } else {
      outcome = .refused(
        try node.decode(CampaignLimit.self, forKey: .refused),
        until: try node.decode(Int64.self, forKey: .until)
      )
    }
  }
}

// By hand, for a commit writes several.
extension [TriggerNode] {
  /// The nodes as JSON.
  package var column: String {
    get throws {
      try DocumentWriter.list(of: self) { json, node in
        json.write(word: "{\"key\":")
        json.write(node.key.description)
        if let parent = node.parent {
          json.write(word: ",\"parent\":")
          json.write(parent.description)
        }
        if let campaign = node.campaign {
          json.write(word: ",\"campaign\":")
          json.write(campaign.rawValue)
        }
        switch node.outcome {
        case .issued(let offer):
          json.write(word: ",\"issued\":")
          json.write(offer.description)
        case .raised(let event):
          json.write(word: ",\"raised\":")
          json.write(event)
        case .queued(let provider):
          json.write(word: ",\"queued\":")
          json.write(provider.rawValue)
        case .refused(let limit, let until):
          json.write(word: ",\"refused\":")
          try json.write(encoding: limit)
          json.write(word: ",\"until\":")
          json.write(until)
        }
        json.write(word: "}")
      }
    }
  }
}
