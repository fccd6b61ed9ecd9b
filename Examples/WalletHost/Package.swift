// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

let kit: Target.Dependency = .product(name: "OfferBridgeKit", package: "OfferBridgeKit")
let testing: Target.Dependency = .product(name: "OfferBridgeTesting", package: "OfferBridgeKit")

let package = Package(
  name: "WalletHost",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "OfferBridgeKit", path: "../.."),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  ],
  targets: [
    // What each step of a ledger over a database decides, whichever database it is.
    .target(name: "DurableLedger", dependencies: [kit], swiftSettings: strict),
    .target(
      name: "SQLiteOfferLedger",
      dependencies: ["DurableLedger", kit, .product(name: "GRDB", package: "GRDB.swift")],
      swiftSettings: strict
    ),
    // The process that the ledger's contract kills.
    .executableTarget(
      name: "SQLiteLedgerWorker",
      dependencies: ["SQLiteOfferLedger", testing],
      swiftSettings: strict
    ),
    .systemLibrary(
      name: "CPostgres",
      pkgConfig: "libpq",
      providers: [.apt(["libpq-dev"]), .brew(["libpq"])]
    ),
    .target(
      name: "PostgresOfferLedger",
      dependencies: ["CPostgres", "DurableLedger", kit],
      swiftSettings: strict
    ),
    .executableTarget(
      name: "PostgresLedgerWorker",
      dependencies: ["PostgresOfferLedger", testing],
      swiftSettings: strict
    ),
    .executableTarget(
      name: "WalletHostBenchmarks",
      dependencies: ["DurableLedger", "PostgresOfferLedger", "SQLiteOfferLedger", kit],
      swiftSettings: strict
    ),
    // Two ledgers that are told the same, compared.
    .target(name: "LedgerTwins", dependencies: [kit], path: "Tests/LedgerTwins", swiftSettings: strict),
    .testTarget(
      name: "WalletHostTests",
      dependencies: [
        "DurableLedger", "LedgerTwins", "SQLiteOfferLedger", "SQLiteLedgerWorker", "WalletHostBenchmarks",
        kit, testing,
        .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ],
      swiftSettings: strict
    ),
    .testTarget(
      name: "PostgresOfferLedgerTests",
      dependencies: [
        "DurableLedger", "LedgerTwins", "PostgresOfferLedger", "PostgresLedgerWorker", "WalletHostBenchmarks",
        kit,
        testing,
      ],
      swiftSettings: strict
    ),
  ]
)
