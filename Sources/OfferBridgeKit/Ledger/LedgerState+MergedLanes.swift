// One customer has one message under way to each provider, and so have two who become one.
extension LedgerState {
  /// Until when workers hold messages of both to one provider, or `nil` where no lane is in two hands.
  func lanesInTwoHands(_ from: Int32, _ into: Int32, now: Int64) -> Int64? {
    lanes.indices.compactMap { lane -> Int64? in
      guard let (mine, theirs) = leases(from, into, in: lane), mine > now, theirs > now else { return nil }
      return min(mine, theirs)
    }
    .max()
  }

  /// Where leases of both stand in one lane, and one has run out, its message waits: nobody may hold it any more.
  mutating func releaseLapsed(_ from: Int32, _ into: Int32) {
    // In the order of their names, which is that of every ledger.
    for lane in lanes.indices.sorted(by: { lanes[$0].provider < lanes[$1].provider }) {
      guard let (mine, theirs) = leases(from, into, in: lane),
        let row = head(of: mine <= theirs ? from : into, in: Int32(lane))
      else { continue }
      // Its lease is void, also where an earlier message takes its place at the head.
      messages[row].stamp &+= 1
      wait(row, until: messages[row].due, noteUnknown(row))
    }
  }

  private func leases(_ from: Int32, _ into: Int32, in lane: Int) -> (Int64, Int64)? {
    guard let mine = head(of: from, in: Int32(lane)), case .leased(let until) = messages[mine].state,
      let theirs = head(of: into, in: Int32(lane)), case .leased(let other) = messages[theirs].state
    else { return nil }
    return (until, other)
  }

  /// Makes one lane of two: what is on its way first, then the order of their commits.
  mutating func joinLanes(_ from: Int32, _ into: Int32) {
    for lane in lanes.indices {
      guard let mine = head(of: from, in: Int32(lane)) else { continue }
      let theirs = head(of: into, in: Int32(lane))
      let heads = [mine] + (theirs.map { [$0] } ?? [])
      var open: [Int32] = []
      for head in heads {
        lanes[lane].heads.remove(Lane.hash(messages[head].customer), head)
        // Its place in the queue is void.
        if case .waiting = messages[head].state { messages[head].stamp &+= 1 }
        for row in list(head, { messages[$0].nextInLane }) {
          messages[row].isInLane = !messages[row].state.isFinal
          messages[row].nextInLane = nowhere
          messages[row].tail = nowhere
          if messages[row].isInLane { open.append(row) }
        }
      }
      open.sort { isLeased($0) != isLeased($1) ? isLeased($0) : $0 < $1 }
      guard let head = open.first, let tail = open.last else { continue }
      for (row, next) in zip(open, open.dropFirst() + [nowhere]) {
        messages[row].customer = into
        messages[row].nextInLane = next
      }
      messages[head].tail = tail
      lanes[lane].heads.insert(Lane.hash(into), head)
      if case .waiting = messages[head].state { putInQueue(head) }
    }
  }

  private func isLeased(_ row: Int32) -> Bool {
    if case .leased = messages[row].state { true } else { false }
  }
}
