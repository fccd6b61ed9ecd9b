import Foundation
import OfferBridgeKit
import OfferBridgeTesting

// What is answered
extension BrokenProvider {
  static let answers: [BrokenProvider] = [
    thrown("a throw is a refusal", .rejected(reason: "no answer")),
    thrown("a throw is an acceptance", .accepted()),
    thrown("a throw is 'not now'", .retry()),
    thrown("a throw is 'taken'", .taken()),
    status("a 502 is 'not now'", "deliver.failureInsideIsUnknown", 502, .retry()),
    status("a 502 is a refusal", "deliver.failureInsideIsUnknown", 502, .rejected(reason: "status 502")),
    status("a 429 is a refusal", "deliver.throttledIsRetry", 429, .rejected(reason: "status 429")),
    status("a 429 is thrown", "deliver.throttledIsRetry", 429, nil),
    heard("how long to wait is not heard", "deliver.retryAfterIsHeard") { $0.headers["Retry-After"] = nil },
    heard("a wait in seconds is read as milliseconds", "deliver.retryAfterIsHeard") { response in
      guard let seconds = response.headers["Retry-After"].flatMap(Int.init) else { return }
      response.headers["Retry-After"] = "\(seconds / 1_000)"
    },
    heard("a wait is an hour at most", "deliver.retryAfterIsHeard") { response in
      guard let seconds = response.headers["Retry-After"].flatMap(Int.init) else { return }
      response.headers["Retry-After"] = "\(min(seconds, 3_600))"
    },
    heard("a date is not read", "deliver.retryAfterDateIsHeard") { response in
      if response.headers["Date"] != nil { response.headers["Retry-After"] = nil }
    },
    heard("a date is read in another zone", "deliver.retryAfterDateIsHeard") { response in
      guard let text = response.headers["Date"], let date = WalletResponse.date(text) else { return }
      response.headers["Date"] = (date - 3_600).formatted(WalletResponse.format)
    },
    status("a refusal is 'not now'", "deliver.refusalIsRejected", 422, .retry()),
    status("a refusal is thrown", "deliver.refusalIsRejected", 422, nil),
    status(
      "a success is an acceptance, whatever it says",
      "deliver.refusalInSuccessIsRejected",
      200,
      .accepted()
    ),
    word("an unknown word is an acceptance", "deliver.unknownWordIsNoGuess", "FROZEN", .accepted()),
    word(
      "an unknown word is a refusal",
      "deliver.unknownWordIsNoGuess",
      "FROZEN",
      .rejected(reason: "FROZEN")
    ),
    word("an unknown word is 'not now'", "deliver.unknownWordIsNoGuess", "FROZEN", .retry()),
    word("a wallet that is at it has accepted", "deliver.busyIsTaken", "QUEUED", .accepted()),
    word(
      "a wallet that is at it says 'not now'",
      "deliver.busyIsTaken",
      "QUEUED",
      .retry(after: .seconds(90))
    ),
    heard("a busy wallet's wait is not heard", "deliver.busyIsTaken") { response in
      if response.status == 202 { response.headers["Retry-After"] = nil }
    },
    BrokenProvider(
      sending: "a reason quotes the answer",
      "deliver.tellsNoSecret",
      provider: { wallet in
        BentClient(
          wallet: wallet,
          hear: { response in
            var response = response
            if response.word == "FROZEN" { response.word = response.body }
            return response
          }
        )
      }
    ),
    BrokenProvider("an error names the credentials", "deliver.tellsNoSecret") { wallet, delivery in
      struct Failed: Error { let header: String }
      do { return try await wallet.deliver(delivery) } catch {
        throw Failed(header: StubbedWallet.credential)
      }
    },
  ]

  private static func thrown(_ fault: String, _ answer: DeliveryAnswer) -> BrokenProvider {
    BrokenProvider(fault, "deliver.lostAcknowledgementIsUnknown") { wallet, delivery in
      do { return try await wallet.deliver(delivery) } catch { return answer }
    }
  }

  private static func heard(
    _ fault: String,
    _ check: String,
    _ change: @escaping @Sendable (inout WalletResponse) -> Void
  ) -> BrokenProvider {
    BrokenProvider(
      sending: fault,
      check,
      provider: { wallet in
        BentClient(
          wallet: wallet,
          hear: { response in
            var response = response
            change(&response)
            return response
          }
        )
      }
    )
  }

  private struct NotUnderstood: Error {}

  private static func status(_ fault: String, _ check: String, _ status: Int, _ answer: DeliveryAnswer?)
    -> BrokenProvider
  {
    when(fault, check, { $0.status == status }, answer)
  }

  private static func word(_ fault: String, _ check: String, _ word: String, _ answer: DeliveryAnswer)
    -> BrokenProvider
  {
    when(fault, check, { $0.word == word }, answer)
  }

  private static func when(
    _ fault: String,
    _ check: String,
    _ holds: @escaping @Sendable (WalletResponse) -> Bool,
    _ answer: DeliveryAnswer?
  ) -> BrokenProvider {
    BrokenProvider(fault, check) { straight, delivery in
      let last = Guarded<WalletResponse?>(nil)
      let wallet = PostedWallet(client: Listening(client: straight.client, last: last))
      let told = try? await wallet.deliver(delivery)
      if let response = last.withLock({ $0 }), holds(response) {
        guard let answer else { throw NotUnderstood() }
        return answer
      }
      guard let told else { throw NotUnderstood() }
      return told
    }
  }

  private struct Listening: WalletClient {
    let client: any WalletClient
    let last: Guarded<WalletResponse?>

    func post(_ body: [UInt8], as contentType: String, key: String) async throws -> WalletResponse {
      let response = try await client.post(body, as: contentType, key: key)
      last.withLock { $0 = response }
      return response
    }
    func get(key: String) async throws -> WalletResponse { try await client.get(key: key) }
  }
}
