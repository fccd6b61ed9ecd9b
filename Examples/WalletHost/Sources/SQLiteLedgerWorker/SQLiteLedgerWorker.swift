import LimitedShop
import OfferBridgeTesting
import SQLiteOfferLedger

/// A process on the ledger in the file that it is given: the one that the check `multiProcess.killNine` starts and
/// kills; with a statement, one that is killed there; with a word of what to do, one that stops in the midst of that.
@main struct SQLiteLedgerWorker {
  static func main() async throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    if let step = KilledStep(arguments) { return try await step.run() }
    guard let file = arguments.first else {
      fatalError("SQLiteLedgerWorker FILE [WORK | STATEMENT forget ID | STATEMENT merge ID INTO]")
    }
    if let work = StoppedWork(arguments.dropFirst()) {
      await work.run { try SQLiteOfferLedger(at: file, chance: $0) }
    } else {
      await OfferLedgerContract.work(on: try SQLiteOfferLedger(at: file))
    }
  }
}
