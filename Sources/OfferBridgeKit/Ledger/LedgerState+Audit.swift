import Foundation

extension LedgerState {
  /// Counts every row anew and compares the sums with what is kept.
  package func audit(now: Int64) -> LedgerAudit {
    var audit = LedgerAudit()
    auditIssued(&audit)
    auditMessages(&audit)
    auditEvents(&audit)
    auditLimits(&audit, now: now)
    return audit
  }

  private func auditIssued(_ audit: inout LedgerAudit) {
    audit.issued = issued.count
    audit.closed = issued.indices.count { issued[Int32($0)].offer.isClosed }
    audit.issuedBeyondLimits = issued.indices.count { !issued[Int32($0)].offer.overLimits.isEmpty }
    if issued.nameCount != issued.count {
      audit.imbalances.append("\(issued.count) issued offers, but \(issued.nameCount) different ids.")
    }
    for index in issued.indices.lazy.map({ Int32($0) }) { count(issued[index].current, in: &audit) }
    for owner in customers.indices {
      let (fold, copies, rows) = folded(Int32(owner))
      for (index, row) in copies.enumerated() {
        let kept = issued[row]
        for (part, isFold) in [
          ("tally", kept.offer.redeemed == fold.copies[index].redeemed),
          ("external end", kept.offer.ended == fold.copies[index].ended),
          ("evidence", kept.evidence == fold.evidence[index]),
        ] where !isFold {
          audit.imbalances.append("Issued offer \(kept.offer.id): its \(part) is not the fold of its events.")
        }
      }
      for (index, row) in rows.enumerated() where events[row].match != fold.matches[index] {
        audit.imbalances.append(
          "Event \(events[row].event.id): its match is not the fold of its customer's events."
        )
      }
    }
  }

  private func count(_ offer: IssuedOffer, in audit: inout LedgerAudit) {
    for replica in offer.replicas {
      audit.replicas += 1
      switch replica.state {
      case .notSent: audit.replicasNotSent += 1
      case .pending: audit.replicasPending += 1
      case .accepted: audit.replicasAccepted += 1
      case .rejected: audit.replicasRejected += 1
      case .unknown: audit.replicasUnknown += 1
      case .recalled: audit.replicasRecalled += 1
      }
    }
    // A file that was edited may say any number, and must not end the process.
    audit.redeemed &+= offer.redeemed.count
    audit.reversed &+= offer.redeemed.reversed
  }

  private func auditMessages(_ audit: inout LedgerAudit) {
    audit.messages = messages.count
    for row in messages.indices.lazy.map({ messages[Int32($0)] }) {
      audit.attempts += row.redrives.reduce(Int(row.attempts)) {
        $0 + ($1.mode == .sameKey ? $1.attempts : 0)
      }
      switch row.state {
      case .waiting, .leased:
        audit.messagesOpen += 1
      case .accepted, .confirmed: audit.messagesAccepted += 1
      case .rejected: audit.messagesRejected += 1
      case .buried: audit.messagesBuried += 1
      case .withdrawn: audit.messagesWithdrawn += 1
      }
    }
    let open = openInLanes()
    if open != audit.messagesOpen {
      audit.imbalances.append(
        "\(audit.messagesOpen) messages are open, but \(open) are in a lane and will be sent."
      )
    }
    if messages.nameCount != messages.count {
      audit.imbalances.append("\(messages.count) messages, but \(messages.nameCount) different keys.")
    }
  }

  /// The open messages that are found from the heads of the lanes on.
  private func openInLanes() -> Int {
    var open = 0
    for lane in lanes {
      for head in lane.heads.rows {
        var next = head
        while next != nowhere {
          if !messages[next].state.isFinal { open += 1 }
          next = messages[next].nextInLane
        }
      }
    }
    return open
  }

  private func auditEvents(_ audit: inout LedgerAudit) {
    audit.duplicates = duplicates
    audit.conflicts = conflicts
    audit.received = events.count + duplicates + conflicts
    var redemptions = 0
    for index in events.indices {
      let event = events[Int32(index)]
      if case .redemption = event.event.content, event.match.issuedOffer != nil { redemptions += 1 }
      switch event.match {
      case .applied: audit.applied += 1
      case .discrepant: audit.discrepant += 1
      case .parked: audit.parked += 1
      case .duplicate, .conflict:
        audit.imbalances.append("Event \(events[Int32(index)].event.id) is kept as a repeat of itself.")
      }
    }
    if redemptions != audit.redeemed &+ audit.reversed {
      audit.imbalances.append(
        "\(redemptions) redemptions count, but \(audit.redeemed) are redeemed and \(audit.reversed) reversed."
      )
    }
    if events.nameCount != events.count {
      audit.imbalances.append("\(events.count) events, but \(events.nameCount) different ids.")
    }
  }

  private func auditLimits(_ audit: inout LedgerAudit, now: Int64) {
    var expected: [LimitCounter: [(at: Int64, amount: Int64, limit: CampaignLimit)]] = [:]
    // How much of each may stand above its limit.
    var retakenAmounts: [LimitCounter: Int64] = [:]
    var honouredAmounts: [LimitCounter: Int64] = [:]
    func take(_ uses: Few<KeptUse>, at: Int64, isRetaken: Bool = false, beyond: [LimitExcess] = []) {
      uses.forEachCounterOnce { use in
        let counter = counters[use.counter].name
        expected[counter, default: []].append((at, use.amount, use.limit.value))
        if isRetaken { retakenAmounts[counter] = (retakenAmounts[counter] ?? 0).addingClamped(use.amount) }
        // A counter that is named twice is used once, and may be above either cap.
        if !isRetaken, !beyond.isEmpty,
          uses.all.contains(where: { other in
            other.counter == use.counter && beyond.contains { $0.limit == other.limit.value }
          })
        {
          honouredAmounts[counter] = (honouredAmounts[counter] ?? 0).addingClamped(use.amount)
        }
      }
    }
    for index in issued.indices.lazy.map({ Int32($0) }) where issued[index].offer.holdsLimitUses {
      take(
        issued[index].uses,
        at: issued[index].offer.issuedAt.milliseconds,
        isRetaken: retaken.contains(index),
        beyond: issued[index].offer.overLimits
      )
    }
    for row in messages.indices.lazy.map({ messages[Int32($0)] }) {
      take(Few(row.uses), at: row.message.createdAt.milliseconds)
    }
    for row in counters.named {
      let counter = row.name
      let uses = expected.removeValue(forKey: counter) ?? []
      guard let limit = uses.first?.limit else {
        // Of a rolling window, what is kept was given back when no use is left.
        if row.used != 0 && !counter.period.hasPrefix("rolling ") || !row.uses.isEmpty {
          audit.imbalances.append("Limit \(counter.subject): \(row.used) uses by nothing.")
        }
        continue
      }
      var counted = CounterRow(name: counter)
      for use in uses.sorted(by: { $0.at < $1.at }) { counted.use(use.amount, in: limit.window, at: use.at) }
      let (kept, found) = (row.count(in: limit.window, at: now), counted.count(in: limit.window, at: now))
      if kept != found {
        audit.imbalances.append("Limit \(counter.subject): \(kept) uses are kept, \(found) were taken.")
      }
      let cap = (uses.map(\.limit.cap).max() ?? 0).addingClamped(honouredAmounts[counter] ?? 0)
      if found > cap.addingClamped(retakenAmounts[counter] ?? 0).addingClamped(row.brought) {
        audit.imbalances.append("Limit \(counter.subject): \(found) uses, where \(cap) are allowed.")
      } else if found > cap {
        audit.limitsExceeded += 1
      }
    }
    for counter in expected.keys.map(\.subject).sorted() {
      audit.imbalances.append("Limit \(counter): uses were taken that are not kept.")
    }
  }
}
