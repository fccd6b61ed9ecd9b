extension DemoPlan {
  /// How often a customer gets an offer in a day, as the shop's campaign has it.
  static let perCustomer = 3

  /// How many offers are issued, neither more nor fewer, whatever is killed meanwhile.
  ///
  /// Each action is reported until it is answered, customers take turns, a run
  /// is shorter than a day, and a limit counts in the step that issues.
  var issues: Int { min(actions, Self.perCustomer * customers) }

  /// How many times something is pulled; the wallet is in another trouble each time.
  var plugs: Int { kills + pauses }
}

extension DemoResult {
  /// What is there and not here, or the other way round.
  var lost: Int {
    let differences: [Int] = [
      issued - cards,
      redeemedThere - reversedThere - redeemedHere,
      reversedThere - reversedHere,
      redeemedThere + reversedThere - statementLines,
      statementLines - statementAgreed,
    ]
    return differences.reduce(0) { $0 + abs($1) }
  }

  /// What is not as it must be; nothing where the demonstration shows what it is to show.
  func faults(of plan: DemoPlan) -> [String] {
    var faults: [String] = []
    func require(_ holds: Bool, or fault: String) { if !holds { faults.append(fault) } }
    require(lost == 0, or: "\(lost) are lost")
    require(doubledCards == 0, or: "\(doubledCards) are doubled")
    require(imbalances.isEmpty, or: "the audit is not balanced")
    require(issued == plan.issues, or: "\(issued) offers are issued in place of \(plan.issues)")
    require(redeemedThere > 0, or: "nothing was redeemed")
    require(statementLines > 0, or: "the statement that was compared is empty")
    // Nothing lost shows nothing unless something could be: the first trouble is an outage, the third repeats webhooks.
    let advice = "the wallet's troubles were not felt; let more --actions come to each kill"
    if plan.plugs > 0 { require(attempts > issued, or: "no message was sent again: \(advice)") }
    if plan.plugs > 2 { require(duplicates > 0, or: "no redemption was reported again: \(advice)") }
    return faults
  }
}
