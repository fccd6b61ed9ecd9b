import Foundation
import OfferBridgeTesting

/// The process that the check `multiProcess.killNine` starts and kills: its ledger's file, and what is wrong with it.
@main struct LedgerWorker {
  static func main() async throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3, let fault = FileLedger.Fault(rawValue: arguments[2]) else {
      fatalError("LedgerWorker FILE FAULT")
    }
    await OfferLedgerContract.work(on: try FileLedger(at: arguments[1], fault: fault, now: { Date() }))
  }
}
