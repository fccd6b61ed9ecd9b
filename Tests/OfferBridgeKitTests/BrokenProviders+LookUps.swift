import Foundation
import OfferBridgeKit
import OfferBridgeTesting

// What is looked up
extension BrokenProvider {
  static let lookUps: [BrokenProvider] = [
    BrokenProvider(
      lookingUp: "everything is found",
      "lookUp.findsNothingThatWasNeverSent",
      provider: { _, _ in .found() }
    ),
    BrokenProvider(
      lookingUp: "nothing is found",
      "lookUp.findsWhatWasAccepted",
      provider: { _, _ in .notFound }
    ),
    BrokenProvider(
      lookingUp: "what is found has no reference",
      "lookUp.findsWhatWasAccepted",
      provider: { wallet, key in
        let known = try await wallet.lookUp(key)
        if case .found = known { return .found() }
        return known
      }
    ),
    BrokenProvider(
      making: "what it remembers is found",
      "lookUp.findsWhatWasTakenUnheard",
      provider: { wallet in
        let heard = Guarded<[DerivedKey: ReplicaReference]>([:])
        return Bent(
          straight: PostedWallet(client: wallet),
          delivering: { wallet, delivery in
            let answer = try await wallet.deliver(delivery)
            if case .accepted(let card?) = answer { heard.withLock { $0[delivery.message.key] = card } }
            return answer
          },
          lookingUp: { _, key in heard.withLock { $0[key] }.map { .found(reference: $0) } ?? .notFound }
        )
      }
    ),
    failing("a look-up that fails finds nothing", .notFound),
    failing("a look-up that fails finds it", .found()),
    failing("a look-up that fails finds a refusal", .rejected(reason: "status 500")),
    failing("a look-up that fails is not supported", .notSupported),
    BrokenProvider(
      lookingUp: "a look-up sends",
      "lookUp.sendsNothing",
      provider: { wallet, key in
        let known = try await wallet.lookUp(key)
        _ = try await wallet.client.post([], as: "application/json", key: key.description)
        return known
      }
    ),
  ]

  private static func failing(_ fault: String, _ known: DeliveryLookup) -> BrokenProvider {
    BrokenProvider(
      lookingUp: fault,
      "lookUp.failureIsNoAnswer",
      provider: { wallet, key in
        do { return try await wallet.lookUp(key) } catch { return known }
      }
    )
  }
}
