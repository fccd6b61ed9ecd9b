import OfferBridgeKit

extension OfferLedgerContract {
  static let overLimitChecks: [ContractCheck<LedgerUnderTest>] = [
    .init("commit.honoursBeyondTheLimit") { trial in
      func answers(_ name: String, _ limits: [CampaignLimit], worth value: Money? = nil) async throws
        -> CommitAnswer
      {
        try await trial.commit(
          trial.plan(name, to: CustomerID("c-\(name)"), limits: limits, faceValue: value)
        )
      }
      func over(_ excesses: LimitExcess...) -> CommitAnswer {
        .committed([.writtenOver(excesses), .written])
      }

      let two = CampaignLimit.total(2, beyond: .honourAndFlag)
      for name in ["a", "b"] { try trial.expect("a use", try await answers(name, [two]), is: .plain) }
      for above in 1...2 {
        let seen = try await answers("over-\(above)", [two])
        try trial.expect("use \(2 + above) of 2", seen, is: over(LimitExcess(two, amount: Int64(above))))
      }
      let kept = try await trial.record(LedgerTrial.id("over-2")).issuedOffer.overLimits
      try trial.expect("what the issued offer keeps", kept, is: [LimitExcess(two, amount: 2)])
      let replayed = try await trial.snapshot("over-2").decided.first?.outcome
      try trial.expect(
        "what a repeat reads",
        replayed.map { if case .issued(let offer) = $0 { offer.overLimits } else { [] } },
        is: [LimitExcess(two, amount: 2)]
      )
      // Two given back leave the limit as full as it can be.
      for name in ["a", "over-2"] { try await trial.close(LedgerTrial.id(name), .givenBack) }
      try trial.expect("the next", try await answers("c", [two]), is: over(LimitExcess(two, amount: 1)))

      let money = CampaignLimit.total(.euros(10), of: .group("m"), beyond: .honourAndFlag)
      let most = CampaignLimit.total(.euros(20), of: .group("m"))
      let both = [money, most]
      try trial.expect("7 of 10 euros", try await answers("m-1", both, worth: .euros(7)), is: .plain)
      let seen = try await answers("m-2", both, worth: .euros(7))
      try trial.expect("7 more", seen, is: over(LimitExcess(money, amount: 400)))
      let refused = try await answers("m-3", both, worth: .euros(7))
      try trial.expect("7 more, of 20", refused, is: .committed([.refused(most), .parentNotWritten]))

      // A message is refused beyond it all the same, and its replica says so.
      let silent = try await trial.issue(trial.silentPlan("silent"))
      let issued = try await trial.issued(silent)
      let one = CampaignLimit.total(1, of: .group("g"), beyond: .honourAndFlag)
      let sent = try await trial.commit(trial.reminder("first", of: issued, limits: [one]))
      try trial.expect("a message within it", sent, is: .committed([.written]))
      let held = try await trial.commit(trial.reminder("second", of: issued, limits: [one]))
      try trial.expect("a message beyond it", held, is: .committed([.refused(one)]))

      let ten = CampaignLimit.total(10, of: .group("racers"), beyond: .honourAndFlag)
      trial.steps.note("64 racers commit 4 plans each, under \(ten)")
      let excesses = try await atOnce(64) { racer in
        var found: [Int64] = []
        for number in 0..<4 {
          let plan = trial.plan("r-\(racer)-\(number)", to: CustomerID("c-\(racer)"), limits: [ten])
          guard case .committed(let answers) = try await trial.ledger.commit(plan) else { continue }
          switch answers[0] {
          case .written: found.append(0)
          case .writtenOver(let excesses): found += excesses.map(\.amount)
          default: break
          }
        }
        return found
      }
      let expected = Array(repeating: 0, count: 9) + (0...246).map(Int64.init)
      try trial.expect("how much each stood above", excesses.flatMap(\.self).sorted(), is: expected)
      let audit = try await trial.audit()
      try trial.expect("issued beyond limits", audit.issuedBeyondLimits, is: 4 + 246)
      try trial.expect("limits exceeded by what was taken again", audit.limitsExceeded, is: 0)
    }
  ]
}

extension CommitAnswer {
  /// An issuance and its message, within all limits.
  fileprivate static let plain = CommitAnswer.committed([.written, .written])
}
