/// What was taken from one limit, as it is kept: the counter stands in its row.
struct KeptUse: Sendable {
  let limit: Shared<CampaignLimit>
  let counter: Int32
  let amount: Int64
}

extension LedgerState {
  /// The uses as a plan had them.
  func uses(_ kept: Few<KeptUse>) -> [LimitUse] {
    kept.all.map { LimitUse($0.limit, counters[$0.counter].name, amount: $0.amount) }
  }

  /// The uses as they are kept; a counter that is not there is made, with nothing used.
  ///
  /// Only for what is written: a counter that a refusal made would stay for ever.
  mutating func keep(_ uses: [LimitUse]) -> Few<KeptUse> {
    var kept = Few<KeptUse>.none
    for use in uses {
      kept.append(KeptUse(limit: use.shared, counter: row(of: self.kept(use.counter)), amount: use.amount))
    }
    return kept
  }

  /// The row of a counter, made when there is none.
  mutating func row(of counter: LimitCounter) -> Int32 {
    let hash = counter.rowHash
    return counters.row(of: counter, hash) ?? counters.append(CounterRow(name: counter), hash)
  }

  /// Whether limits have room for what a node takes from them.
  enum Room {
    case enough
    /// The first limit that refuses it.
    case none(CampaignLimit)
    /// Limits have no room, and honour it.
    case beyond([LimitExcess])
  }

  /// Whether there is room; where the node is no issuance, nothing beyond a limit is honoured.
  func room(for uses: [LimitUse], ofIssuance isIssuance: Bool, at: Int64) -> Room {
    var excesses: [LimitExcess] = []
    for use in uses {
      let limit = use.limit
      let used = counters.row(of: kept(use.counter)).map { counters[$0].count(in: limit.window, at: at) } ?? 0
      let (sum, isOver) = used.addingReportingOverflow(use.amount)
      if !isOver && sum <= limit.cap { continue }
      guard isIssuance, !isOver, limit.policy == .honourAndFlag else { return .none(limit) }
      excesses.append(LimitExcess(limit, amount: sum - limit.cap))
    }
    return excesses.isEmpty ? .enough : .beyond(excesses)
  }

  mutating func use(_ uses: Few<KeptUse>, at: Int64) {
    uses.forEachCounterOnce { counters[$0.counter].use($0.amount, in: $0.limit.value.window, at: at) }
  }

  /// Gives back what an issuance took from limits, or takes it again, whatever the limits: the external system has the
  /// last word.
  mutating func heldUses(of row: Int32, become held: Bool) {
    let count: TrailState = issued[row].offer.overLimits.isEmpty ? .held : .overLimit
    trail.tell(.limitUses, row, from: held ? .givenBack : count, to: held ? count : .givenBack)
    let (uses, moment) = (issued[row].uses, issued[row].offer.issuedAt.milliseconds)
    if held {
      use(uses, at: moment)
      retaken.insert(row)
    } else {
      giveBack(uses, usedAt: moment)
      retaken.remove(row)
    }
  }

  /// Takes the uses of an issuance back.
  private mutating func giveBack(_ uses: Few<KeptUse>, usedAt: Int64) {
    uses.forEachCounterOnce {
      counters[$0.counter].giveBack($0.amount, in: $0.limit.value.window, at: usedAt)
    }
  }
}

extension Few<KeptUse> {
  /// The uses without those of a counter that an earlier one names.
  func forEachCounterOnce(_ body: (KeptUse) -> Void) {
    var seen: [Int32] = []
    forEach { use in
      if case .many = self {
        if seen.contains(use.counter) { return }
        seen.append(use.counter)
      }
      body(use)
    }
  }
}
