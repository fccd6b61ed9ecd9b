import OfferBridgeTesting
import SQLiteOfferLedger

/// The process that the check `multiProcess.killNine` starts and kills, on the ledger in the file that it is given.
@main struct SQLiteLedgerWorker {
  static func main() async throws {
    guard CommandLine.arguments.count == 2 else { fatalError("SQLiteLedgerWorker FILE") }
    await OfferLedgerContract.work(on: try SQLiteOfferLedger(at: CommandLine.arguments[1]))
  }
}
