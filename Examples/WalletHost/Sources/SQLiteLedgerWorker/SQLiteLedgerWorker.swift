import OfferBridgeTesting
import SQLiteOfferLedger

/// The process that tests kill, on the ledger in the file that it is given.
///
/// That is the check `multiProcess.killNine`, or a test that kills it at a statement that it names.
@main struct SQLiteLedgerWorker {
  static func main() async throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    if let step = KilledStep(arguments) { return try await step.run() }
    guard arguments.count == 1 else {
      fatalError("SQLiteLedgerWorker FILE [STATEMENT forget ID | merge ID INTO]")
    }
    await OfferLedgerContract.work(on: try SQLiteOfferLedger(at: arguments[0]))
  }
}
