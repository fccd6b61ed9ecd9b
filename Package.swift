// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "OfferBridgeKit",
  platforms: [.macOS(.v15), .iOS(.v18), .tvOS(.v18), .watchOS(.v11), .visionOS(.v2)],
  products: [
    .library(name: "OfferBridgeKit", targets: ["OfferBridgeKit"]),
    .library(name: "OfferBridgeTesting", targets: ["OfferBridgeTesting"]),
  ],
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
    .executableTarget(
      name: "HomeGoods",
      dependencies: ["OfferBridgeKit", "OfferBridgeTesting"],
      path: "Examples/HomeGoods",
      swiftSettings: strict
    ),
    .executableTarget(
      name: "CompleteJourney",
      dependencies: ["OfferBridgeKit", "OfferBridgeTesting"],
      path: "Examples/CompleteJourney",
      resources: [.copy("Data")],
      swiftSettings: strict
    ),
    .executableTarget(
      name: "VoucherifyAdapter",
      dependencies: ["OfferBridgeKit"],
      path: "Examples/VoucherifyAdapter",
      swiftSettings: strict
    ),
    // The process that a test of the ledger's contract kills.
    .executableTarget(
      name: "LedgerWorker",
      dependencies: ["OfferBridgeKit", "OfferBridgeTesting"],
      path: "Tests/LedgerWorker",
      swiftSettings: strict
    ),
    .testTarget(
      name: "OfferBridgeKitTests",
      dependencies: [
        "OfferBridgeKit", "OfferBridgeTesting", "OfferBridgeBenchmarks", "OfferBridgeSimulator",
        "LedgerWorker",
      ],
      swiftSettings: strict
    ),
    .testTarget(
      name: "ExamplesTests",
      dependencies: [
        "HomeGoods", "CompleteJourney", "VoucherifyAdapter", "OfferBridgeKit", "OfferBridgeTesting",
      ],
      swiftSettings: strict
    ),
  ]
)
