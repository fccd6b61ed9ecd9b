// Follows the root's manifest, for the release build: what is run of it. The checks of the contracts take most of the time
// that OfferBridgeTesting takes to be optimised, and only tests run them.
import Foundation

let unused: Set = ["OfferBridgeKitTests", "ExamplesTests", "LedgerWorker", "HomeGoods"]
package.targets.removeAll { unused.contains($0.name) }

let contracts = "Sources/OfferBridgeTesting/Contracts"
let checks = try FileManager.default.contentsOfDirectory(atPath: "\(Context.packageDirectory)/\(contracts)").filter { name in
  ["Checks.swift", "Contract.swift", "Contracts.swift"].contains { name.hasSuffix($0) }
    || ["CrashStory.swift", "KillNineCheck.swift", "LedgerWorker.swift"].contains(name)
}
for target in package.targets where target.name == "OfferBridgeTesting" {
  target.exclude = checks.map { "Contracts/\($0)" }
}
