// swift-tools-version: 6.2
import PackageDescription

// What tasks share, and the tests of it, for the thread sanitizer: it builds all anew, and the other tests take longer to
// build than these to run.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "OfferBridgeKit",
  platforms: [.macOS(.v15)],
  targets: [
    .target(name: "OfferBridgeKit", swiftSettings: strict),
    .target(name: "OfferBridgeTesting", dependencies: ["OfferBridgeKit"], swiftSettings: strict),
    .executableTarget(
      name: "OfferBridgeBenchmarks",
      dependencies: ["OfferBridgeKit", "OfferBridgeTesting"],
      swiftSettings: strict
    ),
    .executableTarget(
      name: "OfferBridgeSimulator",
      dependencies: ["OfferBridgeKit", "OfferBridgeTesting"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "OfferBridgeKitTests",
      dependencies: [
        "OfferBridgeKit", "OfferBridgeTesting", "OfferBridgeBenchmarks", "OfferBridgeSimulator",
      ],
      sources: [
        "DeliveryLoopTests.swift", "LaneRaceTests.swift", "LedgerRaceTests.swift", "RuleAgreementTests.swift",
        "StoppedLoopTests.swift",
        "Desk.swift", "DistantLedger.swift", "LaneTrial.swift", "Shop.swift", "StubbedWallet.swift",
      ],
      swiftSettings: strict
    ),
  ]
)
