import Foundation
import OfferBridgeKit
import OfferBridgeTesting

// What is sent
extension BrokenProvider {
  static let requests: [BrokenProvider] = [
    BrokenProvider(
      sending: "no key is sent",
      "deliver.sameKeyTwiceHasOneEffect",
      provider: { wallet in
        BentClient(wallet: wallet, key: { _ in "" })
      }
    ),
    BrokenProvider("each attempt has a key of its own", "deliver.keyIsTheSameOnEveryAttempt") {
      wallet,
      delivery in
      try await wallet.sending(key: "\(delivery.message.key)-\(delivery.attempt)", delivery)
    },
    BrokenProvider(
      sending: "all have one key",
      "deliver.everyKeyHasItsEffect",
      provider: { wallet in
        BentClient(wallet: wallet, key: { _ in "wallet" })
      }
    ),
    BrokenProvider("the customer is the key", "deliver.everyKeyHasItsEffect") { wallet, delivery in
      try await wallet.sending(key: delivery.message.customer.rawValue, delivery)
    },
    BrokenProvider(
      sending: "the bytes are decoded and encoded again",
      "deliver.bytesArriveAsTheyAre",
      provider: { wallet in
        BentClient(
          wallet: wallet,
          body: { body in
            guard let object = try? JSONSerialization.jsonObject(with: Data(body)),
              let data = try? JSONSerialization.data(withJSONObject: object, options: .sortedKeys)
            else { return body }
            return Array(data)
          }
        )
      }
    ),
    BrokenProvider(
      sending: "the bytes are trimmed",
      "deliver.bytesArriveAsTheyAre",
      provider: { wallet in
        BentClient(
          wallet: wallet,
          body: { body in
            Array(String(decoding: body, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines).utf8)
          }
        )
      }
    ),
    BrokenProvider(
      sending: "long bytes are cut",
      "deliver.bytesArriveAsTheyAre",
      provider: { wallet in
        BentClient(wallet: wallet, body: { Array($0.prefix(65_536)) })
      }
    ),
    BrokenProvider(
      sending: "a line is added",
      "deliver.bytesArriveAsTheyAre",
      provider: { wallet in
        BentClient(wallet: wallet, body: { $0 + [10] })
      }
    ),
    BrokenProvider("the attempt is written into the bytes", "deliver.bytesArriveAsTheyAre") {
      wallet,
      delivery in
      let message = delivery.message
      let key = message.key.description
      let body = message.payload + Array("\(delivery.attempt)".utf8)
      _ = try await wallet.client.post(body, as: message.contentType, key: key)
      return try await wallet.deliver(delivery)
    },
    BrokenProvider(
      sending: "the content type is another",
      "deliver.contentTypeArrives",
      provider: { wallet in
        BentClient(wallet: wallet, contentType: { _ in "text/plain" })
      }
    ),
    BrokenProvider("each message is sent twice", "deliver.sendsOnce") { wallet, delivery in
      _ = try await wallet.deliver(delivery)
      return try await wallet.deliver(delivery)
    },
    BrokenProvider(
      making: "the first customer's bytes are sent for all",
      "deliver.customersDoNotMix",
      provider: { wallet in
        let first = Guarded<[UInt8]?>(nil)
        return PostedWallet(
          client: BentClient(
            wallet: wallet,
            body: { body in
              first.withLock { first in
                first = first ?? body
                return first ?? body
              }
            }
          )
        )
      }
    ),
    BrokenProvider(
      making: "the first reference is told for all",
      "deliver.referenceIsOfItsMessage",
      provider: { wallet in
        let first = Guarded<ReplicaReference?>(nil)
        return PostedWallet(
          client: BentClient(
            wallet: wallet,
            hear: { response in
              first.withLock { first in
                first = first ?? response.card
                var response = response
                response.card = first
                return response
              }
            }
          )
        )
      }
    ),
    BrokenProvider("a repeat has no reference", "deliver.repeatHasTheReference") { wallet, delivery in
      let answer = try await wallet.deliver(delivery)
      if case .accepted = answer, delivery.attempt > 1 { return .accepted() }
      return answer
    },
  ]
}
