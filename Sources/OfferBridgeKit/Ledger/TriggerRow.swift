/// A trigger that was committed, and what was decided on it.
struct TriggerRow: NamedRow {
  var name: TriggerID { record.id }
  let record: TriggerRecord
  var version = 0
  var nodes: [Node] = []
  /// From when on it may be forgotten, if nothing of it was written.
  var lapsesAt: Int64 = 0

  /// A node that was written or refused.
  // Sixteen bytes: the row of what was issued or queued has its key and its campaign.
  struct Node: Sendable {
    let step: Step
    /// The parent's place among the trigger's nodes, or nowhere.
    var parent: Int32
  }

  enum Step: Sendable {
    case issued(Int32)
    case queued(Int32)
    case kept(Shared<KeptStep>)
  }

  /// What stands in no other row: an event that was raised, or a refusal.
  struct KeptStep: Sendable, Hashable {
    let key: DerivedKey
    let campaign: CampaignID?
    let rule: RuleFingerprint?
    let outcome: Outcome

    enum Outcome: Sendable, Hashable {
      case issued(Int32)
      case queued(Int32)
      case raised(String)
      // Behind a pointer: it is rare, and would make every step twice as large.
      indirect case refused(CampaignLimit, until: Int64)
    }
  }

  /// What stands where a trigger was, until another takes its place.
  static let nothing = TriggerRow(
    record: TriggerRecord(id: TriggerID(.action, ""), customer: "", fingerprint: DerivedKey((0, 0, 0, 0)))
  )

  /// Takes out the refusals that have lapsed.
  mutating func forgetLapsed(at now: Int64) {
    var places: [Int32] = []
    var left: [Node] = []
    for var node in nodes {
      places.append(node.hasLapsed(at: now) ? nowhere : Int32(left.count))
      if node.hasLapsed(at: now) { continue }
      if node.parent != nowhere { node.parent = places[Int(node.parent)] }
      left.append(node)
    }
    nodes = left
  }
}

extension TriggerRow.Node {
  func hasLapsed(at now: Int64) -> Bool { lapsesAt <= now }

  var isWritten: Bool { refusal == nil }

  /// The limit that refused it, or `nil`.
  var refusal: CampaignLimit? {
    if case .kept(let step) = step, case .refused(let limit, _) = step.value.outcome { limit } else { nil }
  }

  /// When a refusal lapses; never, of what was written.
  var lapsesAt: Int64 {
    if case .kept(let step) = step, case .refused(_, let until) = step.value.outcome { until } else { .max }
  }
}

/// When something of a trigger is to be forgotten: its refusals, or all of it.
struct Lapse: Sendable, Hashable, Codable {
  let moment: Int64
  let trigger: TriggerID
}
