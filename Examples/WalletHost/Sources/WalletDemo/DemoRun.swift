/// What tells a run from those before it.
///
/// The wallet's file and the shop's customers are new in each run, and so is a
/// ledger in a file; a ledger in PostgreSQL is not. It would take what is named
/// as it was in the run before for the same: an action for a repeat that issues
/// nothing, a customer for one who is at the limit, a redemption for one that
/// was received. The hosts know one schema and one tenant, so that the ids are
/// the run's own, and what the ledger had before is taken off what it counts.
///
/// Of two runs at a time neither can count: each host sends what it finds due,
/// whichever run's it is, to its own wallet.
struct DemoRun: Sendable {
  let name: String
  /// Of the wallet's cards and redemptions; no run has a million of either.
  let firstNumber: Int64

  init() {
    let number = UInt32.random(in: 1...UInt32.max)
    name = String(number, radix: 36)
    firstNumber = Int64(number) * 1_000_000
  }

  func customer(_ number: Int) -> String { "c-\(name)-\(number)" }
  func action(_ number: Int) -> String { "a-\(name)-\(number)" }
}

/// What the ledger and the wallet count at a moment, whichever run it comes from.
struct DemoTally: Sendable {
  let issued: Int
  let redeemed: Int
  let reversed: Int
  let duplicates: Int
  let attempts: Int
  let cards: Int

  init(audit: DemoClient.Answer, counts: DemoClient.Answer) throws {
    issued = try audit.number("issued")
    redeemed = try audit.number("redeemed")
    reversed = try audit.number("reversed")
    duplicates = try audit.number("duplicates")
    attempts = try audit.number("attempts")
    cards = try counts.number("cards")
  }
}
