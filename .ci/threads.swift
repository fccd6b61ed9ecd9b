// Follows the root's manifest, for the thread sanitizer: what tasks share, and the tests of it. It builds all anew, and
// the other tests take longer to build than these to build and run.
let examples: Set = ["ExamplesTests", "HomeGoods", "CompleteJourney", "VoucherifyAdapter"]
package.targets.removeAll { examples.contains($0.name) }
for target in package.targets where target.name == "OfferBridgeKitTests" {
  target.sources = [
    "DeliveryLoopTests.swift", "LaneRaceTests.swift", "LedgerRaceTests.swift", "RuleAgreementTests.swift",
    "StoppedLoopTests.swift",
    "Desk.swift", "DistantLedger.swift", "LaneTrial.swift", "Shop.swift", "StubbedWallet.swift", "Waiting.swift",
  ]
}
