import OfferBridgeKit

// What was acknowledged, looked for in the ledger while no process is at work.
extension Acknowledged {
  private var trial: LedgerTrial { work.trial }

  /// Compares after each round: nothing of it may be missing, whoever was killed.
  func compare() async throws {
    try compareFences()
    for name in issued.sorted() { try await compare(name) }
    for name in refused.sorted() {
      let record = try await trial.ledger.record(of: LedgerTrial.id(name), tenant: trial.tenant)
      try steps.expect("'\(name)', refused by the limit", record == nil, seen: "issued")
    }
    for number in redemptions.sorted() { try await compare(redemption: number) }
    let audit = try await trial.audit()
    let limited = try await records(of: work.sharedNames).count
    try steps.expect("at most \(work.cap) offers under a limit of that", limited <= work.cap, seen: limited)
    try steps.expect("messages", audit.messages, is: 2 * audit.issued)
    // Of each process that was killed, one call may have been answered to nobody.
    try steps.expect(
      "\(receptions) to \(receptions + 2 * kills) events received",
      (receptions...receptions + 2 * kills).contains(audit.received),
      seen: audit.received
    )
    try steps.expect("events that do not fit", audit.discrepant + audit.conflicts, is: 0)
  }

  private func records(of names: [String]) async throws -> [IssuedOfferRecord] {
    var records: [IssuedOfferRecord] = []
    for name in names {
      let record = try await trial.ledger.record(of: LedgerTrial.id(name), tenant: trial.tenant)
      if let record { records.append(record) }
    }
    return records
  }

  private func compare(_ name: String) async throws {
    let record = try await trial.ledger.record(of: LedgerTrial.id(name), tenant: trial.tenant)
    guard let record else {
      throw steps.violation(expected: "'\(name)', which was acknowledged as issued", seen: "nothing")
    }
    try steps.expect("limits of '\(name)'", record.limitUses.map(\.limit), is: work.limits(of: name))
    try steps.expect(
      "messages about '\(name)'",
      record.messages.map(\.message.provider),
      is: LedgerWork.providers
    )
    for message in record.messages {
      try expectContent(message.message, for: "the check")
      let handed = claims[message.message.key, default: []]
      if let last = handed.max(by: { $0.claim.attempt < $1.claim.attempt }) {
        try steps.expect(
          "attempts of \(words(message.message)), of which \(last.who) was handed number \(last.claim.attempt)",
          message.attempts >= last.claim.attempt,
          seen: message.attempts
        )
      }
      guard let lease = accepted[message.message.key] else { continue }
      try steps.expect(
        "\(words(message.message)), settled under fence \(lease.fence)",
        message.state,
        is: .accepted(ReplicaReference("\(lease.message)"))
      )
    }
  }

  private func compare(redemption number: Int) async throws {
    let (name, event) = (LedgerWork.name(number), work.redemption(number))
    let record = try await trial.ledger.record(of: LedgerTrial.id(name), tenant: trial.tenant)
    let match = try await trial.ledger.match(of: event.id, tenant: trial.tenant)
    try steps.expect(
      "r-\(number), which was acknowledged",
      match,
      is: record == nil ? .parked(.unknownOffer) : .applied(to: LedgerTrial.id(name))
    )
    guard let record else { return }
    try steps.expect("events on '\(name)'", record.events.map(\.event.id), is: [event.id])
    try steps.expect("redemptions of '\(name)'", record.issuedOffer.redeemed.count, is: 1)
  }

  /// Compares once those that nobody killed have done all that was left.
  func compareEnd() async throws {
    for name in work.sharedNames {
      try steps.expect("'\(name)'", issued.contains(name) || refused.contains(name), seen: "never answered")
    }
    let limited = try await records(of: work.sharedNames)
    try steps.expect("offers issued under a limit of \(work.cap)", limited.count, is: work.cap)
    // Counted by all names that there are, and by the ledger.
    let records = try await limited + records(of: work.ownNames)
    let audit = try await trial.audit()
    try steps.expect("offers issued, as the audit counts them", audit.issued, is: records.count)
    // What a killed process held is held until its lease is over, and by nobody else.
    let messages = records.flatMap(\.messages)
    let held = messages.filter { $0.state.name == .leased }
    try steps.expect(
      "at most \(2 * kills) messages for the wallet held by those that were killed",
      held.count <= 2 * kills && held.allSatisfy { $0.message.provider == "wallet" },
      seen: held.map { words($0.message) }
    )
    try steps.expect(
      "all other messages",
      messages.allSatisfy { $0.state.name == .leased || $0.state.name == .accepted },
      seen: Set(messages.map(\.state.name.rawValue)).sorted()
    )
    for provider in LedgerWork.providers {
      let claims = try await trial.claim(100, from: provider, for: .hours(1)).claims
      try steps.expect("messages of \(provider) that are left to hand out", claims, is: [])
    }
    try steps.expect("redemptions", redemptions.sorted(), is: work.redeemed)
    try steps.expect(
      "events applied and parked",
      audit.applied + audit.parked,
      is: work.redeemed.count
    )
  }
}
