import Foundation
import OfferBridgeKit
import OfferBridgeTesting

/// A ledger with one fault, and the check that must find it.
struct BrokenLedger: Sendable, CustomStringConvertible {
  let description: String
  let check: String
  let ledger: LedgerUnderTest

  init(
    _ fault: String,
    caughtBy check: String,
    bend: @escaping @Sendable (inout BentLedger, _ now: @escaping LedgerUnderTest.LedgerClock) -> Void
  ) {
    description = fault
    self.check = check
    ledger = LedgerUnderTest { now in
      var bent = BentLedger(InMemoryOfferLedger(now: now))
      bend(&bent, now)
      return bent
    }
  }

  init(_ fault: String, caughtBy check: String, ledger: LedgerUnderTest) {
    description = fault
    self.check = check
    self.ledger = ledger
  }

  static let all =
    issuing + overLimits + deciding + claiming + handingOut + settling + replicas + reconciling + folding
    + knowing + closing + ends + trail + whole
}
