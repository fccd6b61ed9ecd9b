import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import StandardWebhooks

/// Sends what is to be reported, again and again until the host takes it.
struct WalletNoticeSender: Service {
  let store: WalletStore
  let trouble: WalletTrouble
  let signer: WebhookSigner
  let addresses: NoticeAddresses
  let client: HTTPClient
  let logger: Logger

  /// For as long as the process lives.
  static let client: HTTPClient = {
    var configuration = HTTPClient.Configuration.singletonConfiguration
    // A host that refuses is passed over at once; the client would knock until the request's time is over.
    configuration.connectionPool.retryConnectionEstablishment = false
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }()

  /// Sends until it is asked to stop, and returns then, whatever was under way.
  func run() async {
    await cancelWhenGracefulShutdown {
      await NoticeRounds.run {
        try await sendDue()
      } failed: { error in
        logger.error("notices wait, for the database failed", metadata: ["error": "\(error)"])
      }
    }
  }

  /// Sends what is due now.
  func sendDue() async throws -> Int {
    var due = try await store.dueNotices(at: Self.milliseconds(Date()), atMost: 64)
    // Looked at after the notices, so that one that was written after a switch was set is sent as the switch has it.
    let switches = trouble.now
    if switches.reordering { due.reverse() }
    for notice in due {
      let isTaken = await send(notice)
      if switches.duplicates { _ = await send(notice) }
      if isTaken {
        try await store.reported(notice.number)
      } else {
        try await store.postpone(
          notice.number,
          until: Self.milliseconds(Date()) + Self.wait(after: notice.attempts)
        )
      }
    }
    return due.count
  }

  private func send(_ notice: WalletStore.DueNotice) async -> Bool {
    let status = await addresses.firstAnswer { address in
      do { return try await post(notice, to: address) } catch {
        logger.debug("no answer", metadata: ["notice": "\(notice.id)", "error": "\(type(of: error))"])
        throw error
      }
    }
    return status.map { (200..<300).contains($0) } ?? false
  }

  private func post(_ notice: WalletStore.DueNotice, to address: String) async throws -> Int {
    var request = HTTPClientRequest(url: address)
    request.method = .POST
    for header in try signer.headers(id: "notice-\(notice.id)", at: Date(), body: notice.body) {
      request.headers.add(name: header.name, value: header.value)
    }
    request.headers.add(name: "content-type", value: "application/json")
    request.body = .bytes(notice.body)
    let response = try await client.execute(request, timeout: .seconds(10))
    _ = try? await response.body.collect(upTo: 64 * 1_024)
    return Int(response.status.code)
  }

  /// Doubles from a fifth of a second to half a minute.
  static func wait(after attempts: Int) -> Int64 { min(30_000, 200 << Int64(min(attempts, 10))) }

  static func milliseconds(_ date: Date) -> Int64 {
    Int64((date.timeIntervalSince1970 * 1_000).rounded(.down))
  }
}
