import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// The provider of the page with one fault, and the check that is named for it.
struct BrokenProvider: Sendable, CustomTestStringConvertible {
  let fault: String
  let check: String
  let make: @Sendable (StubbedWallet) -> any MessageProvider
  var testDescription: String { fault }

  var underTest: MessageProviderUnderTest {
    MessageProviderUnderTest(patience: .milliseconds(300)) { condition in
      let wallet = StubbedWallet(condition)
      return ProviderPageTests.stand(make(wallet), wallet)
    }
  }

  static let all = requests + answers + ends + lookUps

  typealias Deliver = @Sendable (PostedWallet, MessageDelivery) async throws -> DeliveryAnswer
  typealias LookUp = @Sendable (PostedWallet, DerivedKey) async throws -> DeliveryLookup

  init(_ fault: String, _ check: String, deliver: @escaping Deliver) {
    self.init(making: fault, check) { Bent(straight: PostedWallet(client: $0), delivering: deliver) }
  }

  init(lookingUp fault: String, _ check: String, provider lookUp: @escaping LookUp) {
    self.init(making: fault, check) { Bent(straight: PostedWallet(client: $0), lookingUp: lookUp) }
  }

  init(
    sending fault: String,
    _ check: String,
    provider client: @escaping @Sendable (StubbedWallet) -> any WalletClient
  ) {
    self.init(making: fault, check) { PostedWallet(client: client($0)) }
  }

  init(
    making fault: String,
    _ check: String,
    provider make: @escaping @Sendable (StubbedWallet) -> any MessageProvider
  ) {
    (self.fault, self.check, self.make) = (fault, check, make)
  }
}

/// A provider that does one thing otherwise.
struct Bent: MessageProvider {
  let straight: PostedWallet
  var timeout: Duration = .seconds(30)
  var idempotencyWindow: Duration? = .hours(23)
  var delivering: BrokenProvider.Deliver = { try await $0.deliver($1) }
  var lookingUp: BrokenProvider.LookUp = { try await $0.lookUp($1) }

  func deliver(_ delivery: MessageDelivery) async throws -> DeliveryAnswer {
    try await delivering(straight, delivery)
  }
  func lookUp(_ key: DerivedKey) async throws -> DeliveryLookup { try await lookingUp(straight, key) }
}

/// A client that sends something else than it was given, or hears something else than was said.
struct BentClient: WalletClient {
  let wallet: StubbedWallet
  var key: @Sendable (String) -> String = { $0 }
  var body: @Sendable ([UInt8]) -> [UInt8] = { $0 }
  var contentType: @Sendable (String) -> String = { $0 }
  var hear: @Sendable (WalletResponse) -> WalletResponse = { $0 }

  func post(_ body: [UInt8], as contentType: String, key: String) async throws -> WalletResponse {
    let (body, contentType, key) = (self.body(body), self.contentType(contentType), self.key(key))
    return hear(try await wallet.post(body, as: contentType, key: key))
  }
  func get(key: String) async throws -> WalletResponse { try await wallet.get(key: self.key(key)) }
}
