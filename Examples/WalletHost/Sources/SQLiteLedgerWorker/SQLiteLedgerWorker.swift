import LimitedShop
import OfferBridgeTesting
import SQLiteOfferLedger

/// A process on the ledger in the file that it is given: the one that the check `multiProcess.killNine` starts and
/// kills, or, with a word of what to do, one that stops in the midst of that.
@main struct SQLiteLedgerWorker {
  static func main() async throws {
    let arguments = CommandLine.arguments
    guard arguments.count >= 2 else { fatalError("SQLiteLedgerWorker FILE [WORK]") }
    if let work = StoppedWork(arguments.dropFirst(2)) {
      await work.run { try SQLiteOfferLedger(at: arguments[1], chance: $0) }
    } else {
      await OfferLedgerContract.work(on: try SQLiteOfferLedger(at: arguments[1]))
    }
  }
}
