// A place attempts one message after the other, and is kept manned by a task of its own.
extension LaneLoop {
  /// Keeps a place manned: a call that is given up is cancelled and settled, and followed by another once it returns.
  func keep(_ place: Int, _ first: LaneState.Handed) async {
    var handed: LaneState.Handed? = first
    while true {
      let start = handed
      handed = nil
      state.withLock { $0.keepers[place] = .none }
      let isGivenUp = await withTaskGroup(of: Bool.self) { group in
        group.addTask { await self.attemptAll(in: place, from: start) }
        if let overdue = await self.whenGivenUp(place) {
          group.cancelAll()
          await self.settle(overdue, self.work.timedOut(overdue.claim, at: overdue.now))
          self.wake()
        }
        return await group.next() ?? false
      }
      if !isGivenUp { return }
    }
  }

  /// Attempts one message after the other; answers whether its last call was given up meanwhile.
  private func attemptAll(in place: Int, from first: LaneState.Handed?) async -> Bool {
    defer { state.withLock { $0.tell(place, nil) }?.resume(returning: nil) }
    var next = first
    if next == nil { next = await self.next(in: place) }
    while let handed = next {
      let end = await work.attempt(handed.claim, at: handed.now, passed: { clock.now - handed.begunAt })
      let change = state.withLock { $0.lane.end(place, end.health, at: { clock.now }) }
      guard let change else { return true }
      tell(change)
      let length = work.reports.isMeasured ? clock.now - handed.begunAt : .zero
      await settle(handed, end, after: length)
      next = await self.next(in: place)
    }
    return false
  }

  /// The next message for a place that is free, or `nil` when there will be none.
  private func next(in place: Int) async -> LaneState.Handed? {
    await withCheckedContinuation { continuation in
      let (isClosed, sleeper) = state.withLock { state in
        state.lane.free()
        if state.isClosed { return (true, state.wake()) }
        state.idle.append((place, continuation))
        return (false, state.wake())
      }
      sleeper?.resume()
      if isClosed { continuation.resume(returning: nil) }
    }
  }

  /// Returns what was given up in a place, or `nil` once the place's task ends by itself.
  private func whenGivenUp(_ place: Int) async -> LaneState.Handed? {
    await withCheckedContinuation { continuation in
      let known: LaneState.Handed?? = state.withLock { state in
        if case .told(let handed) = state.keepers[place] { return .some(handed) }
        state.keepers[place] = .waiting(continuation)
        return .none
      }
      if let known { continuation.resume(returning: known) }
    }
  }
}
