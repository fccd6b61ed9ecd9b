/// How much is measured: a look in under 15 seconds, or the whole in under 3 minutes.
struct BenchmarkPlan {
  /// Rounds of the small rows.
  let rounds: Int
  /// Journeys through one ledger, and the rounds of each.
  let sizes: [(size: Int, rounds: Int)]
  let redemptionRounds: Int
  /// Redemptions in a statement and its ledger, and the rounds of each.
  let statementSizes: [(size: Int, rounds: Int)]
  /// How many offers are issued while the longest pause is looked for.
  let pauseSize: Int
  /// The one row that is wanted, or `nil` for all.
  var only: String?

  func includes(_ row: String) -> Bool { only == nil || only == row }

  static let quick = BenchmarkPlan(
    rounds: 11,
    sizes: [(10_000, 3), (100_000, 1)],
    redemptionRounds: 3,
    statementSizes: [(10_000, 5), (100_000, 3)],
    pauseSize: 100_000
  )

  static let full = BenchmarkPlan(
    rounds: 51,
    sizes: [(10_000, 11), (100_000, 5), (1_000_000, 1)],
    redemptionRounds: 11,
    statementSizes: [(10_000, 21), (100_000, 5), (1_000_000, 3)],
    pauseSize: 1_000_000
  )
}
