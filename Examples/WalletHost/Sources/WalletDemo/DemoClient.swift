import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization

/// How many there were so far.
final class DemoCount: Sendable {
  private let count = Mutex(0)
  var value: Int { count.withLock { $0 } }
  func add() { count.withLock { $0 += 1 } }
}

/// Asks, and asks again until it is answered: as an app does that has lost its connection.
struct DemoClient: Sendable {
  struct Fault: Error, CustomStringConvertible {
    let description: String
  }

  struct Answer: Sendable {
    let text: String

    private var object: [String: Any] {
      (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
    }

    /// A number that must be there.
    func number(_ name: String) throws -> Int {
      guard let number = object[name] as? Int else {
        throw Fault(description: "\(name) is missing in \(text.prefix(300))")
      }
      return number
    }
    func texts(_ name: String) -> [String] { object[name] as? [String] ?? ["\(name) is missing"] }
    var id: String? { object["id"] as? String }
    var cards: [String] {
      let cards = (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [[String: Any]] ?? []
      return cards.compactMap { $0["card"] as? String }
    }
  }

  let token: String

  @discardableResult
  func insist(_ method: String, _ url: String, _ body: String = "") async throws -> Answer {
    let end = ContinuousClock.now + .seconds(120)
    var last = "no answer"
    while ContinuousClock.now < end {
      do {
        var request = HTTPClientRequest(url: url)
        request.method = .RAW(value: method)
        request.headers.add(name: "authorization", value: "Bearer \(token)")
        if !body.isEmpty { request.body = .bytes(Array(body.utf8)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
        let text = String(
          decoding: try await response.body.collect(upTo: 1 << 26).readableBytesView,
          as: UTF8.self
        )
        if response.status == .ok { return Answer(text: text) }
        guard response.status.code >= 500 else {
          throw Fault(description: "\(method) \(url): \(response.status.code) \(text.prefix(300))")
        }
        last = "\(response.status.code)"
      } catch let fault as Fault {
        throw fault
      } catch {
        last = "\(type(of: error))"
      }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw Fault(description: "\(method) \(url) was not answered in two minutes: \(last)")
  }

  func waitFor(_ url: String) async throws { try await insist("GET", url) }
}

/// Ports that nobody uses.
enum FreePort {
  static func take() throws -> Int {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, length) == 0 && getsockname(socket, $0, &length) == 0
      }
    }
    guard isBound else { throw DemoClient.Fault(description: "no port is free") }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}
