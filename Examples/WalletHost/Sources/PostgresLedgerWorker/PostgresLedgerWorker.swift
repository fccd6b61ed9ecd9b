import LimitedShop
import OfferBridgeTesting
import PostgresOfferLedger

/// A process on the ledger in the schema that it is given: the one that the check `multiProcess.killNine` starts and
/// kills, or, with its patience in milliseconds and a word of what to do, one that stops in the midst of that.
@main struct PostgresLedgerWorker {
  static func main() async throws {
    let arguments = CommandLine.arguments
    guard arguments.count >= 3 else {
      fatalError("PostgresLedgerWorker ADDRESS SCHEMA [PATIENCE WORK]")
    }
    if arguments.count > 4, let patience = Int(arguments[3]), let work = StoppedWork(arguments.dropFirst(4)) {
      await work.run { chance in
        try await PostgresOfferLedger(
          at: arguments[1],
          schema: arguments[2],
          patience: .milliseconds(patience),
          chance: chance
        )
      }
    } else {
      await OfferLedgerContract.work(
        on: try await PostgresOfferLedger(at: arguments[1], schema: arguments[2])
      )
    }
  }
}
