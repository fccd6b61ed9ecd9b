import OfferBridgeTesting
import PostgresOfferLedger

/// The process that the check `multiProcess.killNine` starts and kills, on the ledger in the schema that it is given.
@main struct PostgresLedgerWorker {
  static func main() async throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3 else { fatalError("PostgresLedgerWorker ADDRESS SCHEMA") }
    await OfferLedgerContract.work(on: try await PostgresOfferLedger(at: arguments[1], schema: arguments[2]))
  }
}
