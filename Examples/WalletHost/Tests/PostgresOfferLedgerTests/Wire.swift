import Foundation

/// Messages of PostgreSQL's protocol, as bytes come in.
struct WireMessages {
  struct Message {
    /// The letter that says what it is; 0 for the one that begins a connection.
    let kind: UInt8
    let bytes: ArraySlice<UInt8>

    /// The texts that it begins with, such as the names in a message that binds a statement; the first two.
    var texts: [String] {
      bytes.dropFirst(5).split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false).prefix(2)
        .map { String(decoding: $0, as: UTF8.self) }
    }
  }

  private var bytes: [UInt8] = []
  private var isUntyped: Bool

  init(beginsUntyped: Bool) { isUntyped = beginsUntyped }

  mutating func add(_ more: [UInt8]) { bytes += more }

  /// The next message, if all of it is there.
  mutating func next() -> Message? {
    let start = isUntyped ? 0 : 1
    guard bytes.count >= start + 4 else { return nil }
    let length = bytes[start..<start + 4].reduce(0) { $0 << 8 + Int($1) }
    guard bytes.count >= start + length else { return nil }
    let message = Message(kind: isUntyped ? 0 : bytes[0], bytes: bytes[..<(start + length)])
    isUntyped = false
    bytes = Array(bytes[(start + length)...])
    return message
  }
}

/// Sockets, as the operating system has them.
enum Wire {
  static func socket() -> Int32 {
    #if canImport(Darwin)
    Foundation.socket(AF_INET, SOCK_STREAM, 0)
    #else
    Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #endif
  }

  /// Listens on loopback, and tells the port.
  static func listen(on descriptor: Int32) throws -> Int {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard isBound, Foundation.listen(descriptor, 16) == 0 else { throw NoWire() }
    return Int(UInt16(bigEndian: address.sin_port))
  }

  /// Sends each piece at once; nobody is ended by a connection that is over.
  static func prepare(_ descriptor: Int32) {
    var on: Int32 = 1
    _ = setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    #if canImport(Darwin)
    _ = setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &on, socklen_t(MemoryLayout<Int32>.size))
    #endif
  }

  /// What comes next, or `nil` at the end.
  static func receive(from descriptor: Int32) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(descriptor, &bytes, bytes.count, 0)
      if count > 0 { return Array(bytes[..<count]) }
      if count == 0 || errno != EINTR { return nil }
    }
  }

  static func send(_ bytes: some Collection<UInt8>, to descriptor: Int32) {
    #if canImport(Darwin)
    let quietly: Int32 = 0
    #else
    let quietly = Int32(MSG_NOSIGNAL)
    #endif
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.send(descriptor, $0.baseAddress, $0.count, quietly) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        return
      }
    }
  }
}

/// Where a server listens.
struct SocketAddress {
  private let address: sockaddr_in

  init(_ host: String, _ port: Int) throws {
    var hints = addrinfo()
    hints.ai_family = AF_INET
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, "\(port)", &hints, &found) == 0, let first = found else { throw NoWire() }
    defer { freeaddrinfo(found) }
    address = first.pointee.ai_addr.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { $0.pointee }
  }

  func connect(_ descriptor: Int32) -> Bool {
    withUnsafePointer(to: address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}
