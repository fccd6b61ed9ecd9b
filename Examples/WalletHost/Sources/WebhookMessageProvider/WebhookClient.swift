import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import StandardWebhooks

/// Sends requests, each once and to the address that it names: no redirects, no repeats.
public final class WebhookClient: Sendable {
  /// It is known that not a byte was sent.
  struct NothingSent: Error {}

  private let client: HTTPClient
  private static let largestAnswer = 64 * 1_024

  /// A client with connections of its own; end it by ``shutdown()``.
  ///
  /// - Parameter connectTimeout: How long a connection may take to come about.
  public init(connectTimeout: Duration = .seconds(5)) {
    var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
    configuration.timeout.connect = .nanoseconds(Int64(connectTimeout / .nanoseconds(1)))
    // Who tries again is the bridge, which counts.
    configuration.connectionPool.retryConnectionEstablishment = false
    // Sooner than most servers close one that is idle: what is sent into its end is an attempt of which nobody knows.
    configuration.connectionPool.idleTimeout = .seconds(20)
    // What waits for a connection longer than it takes to make one has sent nothing, and costs an attempt.
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  /// Closes its connections.
  ///
  /// - Throws: What could not be closed.
  public func shutdown() async throws { try await client.shutdown() }

  func send(_ request: WebhookRequest, within time: Duration) async throws -> WebhookResponse {
    var outgoing = HTTPClientRequest(url: request.url)
    outgoing.method = HTTPMethod(rawValue: request.method)
    for header in request.headers { outgoing.headers.add(name: header.name, value: header.value) }
    if !request.body.isEmpty { outgoing.body = .bytes(request.body) }
    do {
      let deadline = NIODeadline.now() + .nanoseconds(Int64(time / .nanoseconds(1)))
      let response = try await client.execute(outgoing, deadline: deadline)
      return WebhookResponse(
        status: Int(response.status.code),
        headers: response.headers.map { WebhookHeader($0.name, $0.value) },
        body: try await body(of: response)
      )
    } catch let error where Self.isBeforeAnyByte(error) {
      throw NothingSent()
    }
  }

  private func body(of response: HTTPClientResponse) async throws -> [UInt8]? {
    do {
      return Array(try await response.body.collect(upTo: Self.largestAnswer).readableBytesView)
    } catch is NIOTooManyBytesError {
      return nil
    }
  }

  private static func isBeforeAnyByte(_ error: any Error) -> Bool {
    switch error {
    case is NIOConnectionError: true
    case let error as HTTPClientError:
      [.connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout].contains(error)
    case let error as NIOSSLError: if case .handshakeFailed = error { true } else { false }
    case let error as IOError: error.errnoCode == ECONNREFUSED
    default: false
    }
  }
}
