import Foundation

/// A lane's question for messages: one at a time, so that no place is promised twice.
struct LaneClaiming: Sendable {
  struct Answer: Sendable {
    let claims: Result<ClaimAnswer, OfferBridgeError>
    /// How many were asked for.
    let limit: Int
    /// Before the question: no lease began sooner.
    let askedAt: Duration
    /// Whether nothing woke the lane since it asked.
    var isLatest = false
  }

  /// The count of wakes when it asked; `nil` while no answer is awaited or lies there.
  private var wakesAtAsking: Int?
  private var answer: Answer?
  /// Up to this count of wakes nothing can be due that was not a moment ago.
  private var quietUntil = -1
  /// Not before then: the ledger failed, was too slow or handed out too much.
  var again: Duration?
  /// How many answers in a row had messages that could not begin.
  private var vainInRow = 0

  var isUnderWay: Bool { wakesAtAsking != nil }

  func mayAsk(after wakes: Int, at now: Duration) -> Bool {
    !isUnderWay && wakes > quietUntil && again.map { $0 <= now } ?? true
  }

  mutating func ask(at wakes: Int) {
    wakesAtAsking = wakes
    again = nil
  }

  /// An answer is there, which is itself the wake of that count.
  mutating func take(_ answer: Answer, at wakes: Int) {
    self.answer = answer
    guard let before = wakesAtAsking, wakes == before + 1 else { return }
    self.answer?.isLatest = true
    if case .success(let claims) = answer.claims, claims.claims.count < answer.limit { quietUntil = wakes }
  }

  mutating func takeAnswer() -> Answer? {
    guard let answer else { return nil }
    self.answer = nil
    wakesAtAsking = nil
    return answer
  }
}

extension LaneLoop {
  /// Asks for as many messages as may begin; answers when that may change, if it must wait.
  func ask(at now: Duration, _ seen: Int, _ tasks: inout DiscardingTaskGroup) -> Duration? {
    let (limit, until) = state.withLock { state -> (Int, Duration?) in
      guard !state.claiming.isUnderWay else { return (0, nil) }
      let room = state.lane.room(at: now)
      guard room.count > 0 else { return (0, room.until) }
      guard state.claiming.mayAsk(after: seen, at: now) else { return (0, state.claiming.again) }
      state.claiming.ask(at: seen)
      return (room.count, nil)
    }
    guard limit > 0 else { return until }
    tasks.addTask {
      let askedAt = self.clock.now
      let claims = await self.work.claims(limit)
      self.state.withLock { state in
        let sleeper = state.wake()
        let answer = LaneClaiming.Answer(claims: claims, limit: limit, askedAt: askedAt)
        state.claiming.take(answer, at: state.wakes)
        return sleeper
      }?.resume()
    }
    return nil
  }

  /// Begins what was handed out, if its answer is there, and gives back what cannot begin any more; answers when more
  /// is due.
  func takeIn(at now: Duration, mayBegin: Bool, _ tasks: inout DiscardingTaskGroup) -> Duration? {
    guard let answer = state.withLock({ $0.claiming.takeAnswer() }) else { return nil }
    switch answer.claims {
    case .failure(let error):
      // One that was cancelled says nothing of the ledger.
      guard !Task.isCancelled else { return nil }
      let wait = failedToClaim(error)
      state.withLock { $0.claiming.again = now + wait }
      return nil
    case .success(let found):
      state.withLock { $0.outage.isOver() }
      // The breaker may have opened meanwhile, or a drain begun.
      let room = mayBegin ? state.withLock { $0.lane.room(at: now).count } : 0
      var unbegun: [LaneState.Handed] = []
      for (index, claim) in found.claims.enumerated() {
        let lease = Duration.milliseconds(claim.lease.until.milliseconds - found.now.milliseconds)
        let handed = LaneState.Handed(
          claim: claim,
          now: found.now,
          begunAt: now,
          leaseEnd: answer.askedAt + lease
        )
        let fits = now + work.provider.timeout.bounded <= handed.leaseEnd
        if index < room, fits { begin(handed, &tasks) } else { unbegun.append(handed) }
      }
      let isInVain = !unbegun.isEmpty
      state.withLock { $0.claiming.note(isInVain: isInVain, at: now, of: work.id) }
      if !unbegun.isEmpty {
        tasks.addTask { [unbegun] in
          for handed in unbegun { await self.settle(handed, .unhanded) }
          self.wake()
        }
      }
      guard answer.isLatest, found.claims.count < answer.limit, let due = found.nextDue else { return nil }
      return now + .milliseconds(max(0, due.milliseconds - found.now.milliseconds))
    }
  }

  /// Hands a claim to a place that is idle, or to a new one.
  private func begin(_ handed: LaneState.Handed, _ tasks: inout DiscardingTaskGroup) {
    let (place, begun, idle) = state.withLock { state in
      let idle = state.idle.popLast()
      let (place, begun) = state.lane.begin(handed, in: idle?.place)
      if idle == nil { state.keepers.append(.none) }
      return (place, begun, idle?.continuation)
    }
    if let idle {
      idle.resume(returning: begun)
    } else {
      tasks.addTask { await self.keep(place, begun) }
    }
  }
}

extension LaneClaiming {
  /// What could not begin is not asked for again at once, or a ledger that hands out too late or too much would be
  /// asked for ever, and for nothing.
  fileprivate mutating func note(isInVain: Bool, at now: Duration, of provider: ProviderID) {
    vainInRow = isInVain ? vainInRow + 1 : 0
    if isInVain { again = now + LedgerOutage.wait(after: vainInRow, of: provider) }
  }
}
