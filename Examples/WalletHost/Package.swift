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
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let httpClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let httpTypesInNIO: Target.Dependency = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
func nio(_ name: String) -> Target.Dependency { .product(name: name, package: "swift-nio") }

let package = Package(
  name: "WalletHost",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "PostgresOfferLedger", targets: ["PostgresOfferLedger"]),
    .library(name: "SQLiteOfferLedger", targets: ["SQLiteOfferLedger"]),
    .library(name: "StandardWebhooks", targets: ["StandardWebhooks"]),
    .library(name: "WebhookMessageProvider", targets: ["WebhookMessageProvider"]),
  ],
  dependencies: [
    .package(name: "OfferBridgeKit", path: "../.."),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
    .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1", traits: []),
  ],
  targets: [
    // MARK: Ledgers

    // What each step of a ledger over a database decides, whichever database it is.
    .target(name: "DurableLedger", dependencies: [kit], swiftSettings: strict),
    .target(
      name: "SQLiteOfferLedger",
      dependencies: ["DurableLedger", kit, grdb, grdbSQLite],
      swiftSettings: strict
    ),
    // The process that the ledger's contract kills, and that other tests stop in the midst of its work.
    .executableTarget(
      name: "SQLiteLedgerWorker",
      dependencies: ["DurableLedger", "LimitedShop", "SQLiteOfferLedger", kit, testing, grdb],
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
      dependencies: ["LimitedShop", "PostgresOfferLedger", testing],
      swiftSettings: strict
    ),
    .executableTarget(
      name: "WalletHostBenchmarks",
      dependencies: [
        "CPostgres", "DurableLedger", "PostgresOfferLedger", "SQLiteOfferLedger", kit, grdb, grdbSQLite,
      ],
      swiftSettings: strict
    ),

    // MARK: Webhooks

    .target(name: "StandardWebhooks", dependencies: [crypto], swiftSettings: strict),
    .target(
      name: "WebhookMessageProvider",
      dependencies: [
        "StandardWebhooks", kit, httpClient, nio("NIOCore"), nio("NIOPosix"), nio("NIOHTTP1"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ],
      swiftSettings: strict
    ),

    // What the check against other libraries speaks to.
    .executableTarget(
      name: "WebhookPeer",
      dependencies: ["StandardWebhooks", "WebhookMessageProvider", kit, testing],
      swiftSettings: strict
    ),

    // MARK: Processes

    // How long a server waits for those who connect to it.
    .target(
      name: "ServerPatience",
      dependencies: [hummingbirdCore, httpTypesInNIO, nio("NIOCore")],
      swiftSettings: strict
    ),
    // The external system, which shares no code with the host but the webhooks and how its server waits.
    .target(
      name: "Wallet",
      dependencies: [
        "ServerPatience", "StandardWebhooks", hummingbird, httpClient, grdb, logging, lifecycle, httpTypes,
        nio("NIOCore"), nio("NIOHTTP1"),
      ],
      swiftSettings: strict
    ),
    .executableTarget(name: "WalletServer", dependencies: ["Wallet"], swiftSettings: strict),
    .target(
      name: "ShopHost",
      dependencies: [
        "DurableLedger", "PostgresOfferLedger", "SQLiteOfferLedger", "ServerPatience", "StandardWebhooks",
        "WebhookMessageProvider",
        kit, grdb, crypto, hummingbird, logging, metrics, lifecycle, httpTypes, nio("NIOCore"),
      ],
      swiftSettings: strict
    ),
    .executableTarget(name: "HomeGoodsHost", dependencies: ["ShopHost"], swiftSettings: strict),

    // Starts them all, and pulls the plug.
    .executableTarget(
      name: "WalletDemo",
      dependencies: ["WalletServer", "HomeGoodsHost", httpClient, nio("NIOCore"), nio("NIOHTTP1")],
      swiftSettings: strict
    ),

    // MARK: Tests

    // Two ledgers that are told the same, compared.
    .target(
      name: "LedgerTwins",
      dependencies: [kit, testing],
      path: "Tests/LedgerTwins",
      swiftSettings: strict
    ),
    // A shop that several processes share, and one of them that stops in the midst.
    .target(
      name: "LimitedShop",
      dependencies: [kit, testing],
      path: "Tests/LimitedShop",
      swiftSettings: strict
    ),
    .testTarget(
      name: "WalletHostTests",
      dependencies: [
        "DurableLedger", "LedgerTwins", "LimitedShop", "SQLiteOfferLedger", "SQLiteLedgerWorker",
        "WalletHostBenchmarks",
        kit, testing, grdb, grdbSQLite,
      ],
      swiftSettings: strict
    ),
    .testTarget(
      name: "ServerPatienceTests",
      dependencies: [
        "ServerPatience", hummingbird, httpTypes, logging, lifecycle, nio("NIOCore"), nio("NIOPosix"),
      ],
      swiftSettings: strict
    ),
    .testTarget(name: "StandardWebhooksTests", dependencies: ["StandardWebhooks"], swiftSettings: strict),
    .testTarget(
      name: "WebhookMessageProviderTests",
      dependencies: [
        "WebhookMessageProvider", "StandardWebhooks", kit, testing, hummingbird, httpTypes, nio("NIOCore"),
      ],
      swiftSettings: strict
    ),
    .testTarget(
      name: "WalletTests",
      dependencies: [
        "Wallet", "StandardWebhooks", httpClient, hummingbird, httpTypes, nio("NIOCore"), nio("NIOHTTP1"),
      ],
      swiftSettings: strict
    ),
    .testTarget(
      name: "ShopHostTests",
      dependencies: [
        "ShopHost", "SQLiteOfferLedger", "ServerPatience", "Wallet", "StandardWebhooks", kit, httpClient,
        hummingbird, logging, metrics, .product(name: "MetricsTestKit", package: "swift-metrics"),
        nio("NIOCore"), nio("NIOHTTP1"), nio("NIOPosix"),
      ],
      swiftSettings: strict
    ),
    .testTarget(
      name: "PostgresOfferLedgerTests",
      dependencies: [
        "DurableLedger", "LedgerTwins", "LimitedShop", "PostgresOfferLedger", "PostgresLedgerWorker",
        "WalletHostBenchmarks",
        kit,
        testing,
      ],
      swiftSettings: strict
    ),
  ]
)
