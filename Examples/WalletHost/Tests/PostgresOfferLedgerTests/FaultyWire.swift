import Foundation
import Synchronization

/// A wire between a ledger and PostgreSQL that reads what passes, and fails once at the place that a test names.
///
/// It knows of the protocol how messages are told apart, which statement is
/// COMMIT, and which transactions only read; of these it lets all pass.
final class FaultyWire: Sendable {
  enum Place: Sendable, Hashable, CaseIterable {
    /// What asks to commit does not reach the server.
    case beforeCommit
    /// The server has committed, and its answer does not reach the client.
    case afterCommit
    /// What the server answers next does not reach the client.
    case beforeAnswer
  }

  enum Fault: Sendable, Hashable {
    /// Both ends are told that the connection is over.
    case cut(Place)
    /// Nothing more passes, and nobody is told.
    case silence(Place)

    var place: Place {
      switch self {
      case .cut(let place), .silence(let place): place
      }
    }
  }

  /// Where a ledger connects to, to have its database at the other end.
  let address: String
  private let listener: Int32
  private let server: SocketAddress
  private let isByteByByte: Bool
  private let next = Mutex<Fault?>(nil)
  private let taken = Atomic(0)

  /// - Parameters:
  ///   - address: The database's, as a URL with a host.
  ///   - isByteByByte: Whether each byte is sent on by itself.
  /// - Throws: ``NoWire``.
  init(to address: String, isByteByByte: Bool = false) throws {
    guard var parts = URLComponents(string: address), let host = parts.host else { throw NoWire() }
    server = try SocketAddress(host, parts.port ?? 5432)
    self.isByteByByte = isByteByByte
    listener = Wire.socket()
    parts.port = try Wire.listen(on: listener)
    parts.host = "127.0.0.1"
    // What it reads is not encrypted.
    let plain = ["sslmode", "gssencmode"].map { URLQueryItem(name: $0, value: "disable") }
    parts.queryItems = (parts.queryItems ?? []) + plain
    guard let url = parts.string else { throw NoWire() }
    self.address = url
    Thread.detachNewThread { self.accept() }
  }

  /// Takes no further connections.
  func close() {
    _ = shutdown(listener, Int32(SHUT_RDWR))
    _ = Foundation.close(listener)
  }

  /// Fails so the next time that it comes to the place.
  func fail(by fault: Fault) { next.withLock { $0 = fault } }

  /// How often it failed.
  var failures: Int { taken.load(ordering: .relaxed) }

  fileprivate func takes(_ place: Place) -> Fault? {
    let fault = next.withLock { next -> Fault? in
      guard let fault = next, fault.place == place else { return nil }
      next = nil
      return fault
    }
    if fault != nil { taken.add(1, ordering: .relaxed) }
    return fault
  }

  private func accept() {
    while true {
      let client = Foundation.accept(listener, nil, nil)
      guard client >= 0 else {
        if errno == EINTR || errno == ECONNABORTED { continue }
        return
      }
      let far = Wire.socket()
      guard server.connect(far) else {
        _ = Foundation.close(client)
        _ = Foundation.close(far)
        continue
      }
      let line = Line(client: client, server: far, of: self, isByteByByte: isByteByByte)
      Thread.detachNewThread { line.carryQuestions() }
      Thread.detachNewThread { line.carryAnswers() }
    }
  }
}

/// No wire could be laid.
struct NoWire: Error {}

/// One connection through the wire.
private final class Line: Sendable {
  private let client: Int32
  private let server: Int32
  private let wire: FaultyWire
  private let isByteByByte: Bool
  /// Whether it is asked to commit what was written.
  private let isCommitting = Atomic(false)
  private let isSilent = Atomic(false)

  init(client: Int32, server: Int32, of wire: FaultyWire, isByteByByte: Bool) {
    self.client = client
    self.server = server
    self.wire = wire
    self.isByteByByte = isByteByByte
    for descriptor in [client, server] { Wire.prepare(descriptor) }
  }

  deinit {
    _ = close(client)
    _ = close(server)
  }

  func carryQuestions() {
    var messages = WireMessages(beginsUntyped: true)
    var commits: Set<String> = []
    var readings: Set<String> = []
    var isReading = false
    while let bytes = Wire.receive(from: client) {
      messages.add(bytes)
      while let message = messages.next() {
        let texts = message.texts
        switch message.kind {
        case UInt8(ascii: "P") where texts.count >= 2:
          if texts[1] == "COMMIT" { commits.insert(texts[0]) }
          if texts[1].hasPrefix("BEGIN"), texts[1].hasSuffix("READ ONLY") { readings.insert(texts[0]) }
        case UInt8(ascii: "B") where texts.count >= 2 && readings.contains(texts[1]):
          isReading = true
        case UInt8(ascii: "B") where texts.count >= 2 && commits.contains(texts[1]):
          defer { isReading = false }
          if isReading { break }
          if let fault = wire.takes(.beforeCommit) { fail(fault) }
          isCommitting.store(true, ordering: .relaxed)
        default: break
        }
        send(message.bytes, to: server)
      }
    }
    cut()
  }

  func carryAnswers() {
    var messages = WireMessages(beginsUntyped: false)
    while let bytes = Wire.receive(from: server) {
      messages.add(bytes)
      while let message = messages.next() {
        if message.kind == UInt8(ascii: "C"), message.texts.first == "COMMIT",
          isCommitting.exchange(false, ordering: .relaxed), let fault = wire.takes(.afterCommit)
        {
          fail(fault)
        }
        if let fault = wire.takes(.beforeAnswer) { fail(fault) }
        send(message.bytes, to: client)
      }
    }
    cut()
  }

  private func fail(_ fault: FaultyWire.Fault) {
    isSilent.store(true, ordering: .sequentiallyConsistent)
    if case .cut = fault { cut() }
  }

  private func cut() { for descriptor in [client, server] { _ = shutdown(descriptor, Int32(SHUT_RDWR)) } }

  private func send(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) {
    if isSilent.load(ordering: .sequentiallyConsistent) { return }
    if isByteByByte {
      for byte in bytes { Wire.send([byte], to: descriptor) }
    } else {
      Wire.send(bytes, to: descriptor)
    }
  }
}
