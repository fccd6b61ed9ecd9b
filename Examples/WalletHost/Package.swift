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
let httpClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")

let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
func nio(_ name: String) -> Target.Dependency { .product(name: name, package: "swift-nio") }

let package = Package(
  name: "WalletHost",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "StandardWebhooks", targets: ["StandardWebhooks"]),
    .library(name: "WebhookMessageProvider", targets: ["WebhookMessageProvider"]),
  ],
  dependencies: [
    .package(name: "OfferBridgeKit", path: "../.."),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
    .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
    .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1", traits: []),
  ],
  targets: [
    .target(
      name: "StandardWebhooks",
      dependencies: [.product(name: "Crypto", package: "swift-crypto")],
      swiftSettings: strict
    ),
    .target(
      name: "WebhookMessageProvider",
      dependencies: [
        "StandardWebhooks", kit, httpClient, nio("NIOCore"), nio("NIOPosix"), nio("NIOHTTP1"), nioSSL,
      ],
      swiftSettings: strict
    ),
    // The external system: a process of its own, which shares no code with the host but the webhooks.
    .target(
      name: "Wallet",
      dependencies: [
        "StandardWebhooks", hummingbird, httpClient, grdb, logging, lifecycle, httpTypes, nio("NIOCore"),
        nio("NIOHTTP1"),
      ],
      swiftSettings: strict
    ),
    .executableTarget(name: "WalletServer", dependencies: ["Wallet"], swiftSettings: strict),
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
  ]
)
