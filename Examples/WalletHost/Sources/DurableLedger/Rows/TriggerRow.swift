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

/// A node of a trigger that was written or refused, as it encodes itself.
package struct TriggerNode: Codable {
  enum Outcome: Codable {
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
