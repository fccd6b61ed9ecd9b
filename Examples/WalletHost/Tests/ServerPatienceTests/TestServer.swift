import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import ServerPatience
import ServiceLifecycle
import Synchronization

/// A server on a free port, and clients that say what a test has them say.
struct TestServer: Sendable {
  /// How many requests came to their end, one way or the other.
  final class Ends: Sendable {
    private let count = Mutex(0)
    private let told: AsyncStream<Void>
    private let teller: AsyncStream<Void>.Continuation

    init() { (told, teller) = AsyncStream.makeStream() }

    func add() {
      count.withLock { $0 += 1 }
      teller.yield()
    }

    func wait(for wanted: Int) async throws {
      if count.withLock({ $0 }) >= wanted { return }
      for await _ in told where count.withLock({ $0 }) >= wanted { return }
    }
  }

  let port: Int
  let answers: Ends
  private let group: ServiceGroup

  static func run(
    _ patience: ServerPatience,
    _ body: @escaping @Sendable (TestServer) async throws -> Void
  ) async throws {
    let (ports, found) = AsyncStream<Int>.makeStream()
    let ends = Ends()
    var quiet = Logger(label: "test")
    quiet.logLevel = .critical
    let application = Application(
      router: router(ends),
      server: .patient(patience),
      configuration: .init(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { channel in found.yield(channel.localAddress?.port ?? 0) },
      logger: quiet
    )
    let service = ServiceGroup(configuration: .init(services: [application], logger: quiet))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await service.run()
        found.finish()
      }
      for await port in ports {
        try await body(TestServer(port: port, answers: ends, group: service))
        break
      }
      await service.triggerGracefulShutdown()
      try await group.waitForAll()
    }
  }

  private static func router(_ ends: Ends) -> Router<BasicRequestContext> {
    let router = Router()
    router.get("health") { _, _ in HTTPResponse.Status.ok }
    router.post("count") { request, _ in
      let body = try await request.body.collect(upTo: 1 << 24)
      return "\(body.readableBytes)"
    }
    // Waits at each piece for longer than its client may.
    router.post("slowly") { request, _ in
      var count = 0
      for try await piece in request.body {
        if count == 0 {
          let loop = MultiThreadedEventLoopGroup.singleton.any()
          try await loop.scheduleTask(in: .milliseconds(600)) {}.futureResult.get()
        }
        count += piece.readableBytes
      }
      return "\(count)"
    }
    router.get("much") { _, _ in
      let piece = ByteBuffer(repeating: UInt8(ascii: "x"), count: 1 << 20)
      return Response(
        status: .ok,
        body: ResponseBody { writer in
          defer { ends.add() }
          for _ in 0..<1_000 { try await writer.write(piece) }
          try await writer.finish(nil)
        }
      )
    }
    return router
  }

  func stop() async { await group.triggerGracefulShutdown() }

  // MARK: - Clients

  private var bootstrap: ClientBootstrap { ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton) }

  /// Connects so many clients that are slow in that way.
  func connect(_ client: SlowClient, count: Int) async throws -> [any Channel] {
    var channels: [any Channel] = []
    for _ in 0..<count {
      let channel = try await bootstrap.channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Dribble(client))
        }
      }
      .connect(host: "127.0.0.1", port: port).get()
      channels.append(channel)
    }
    return channels
  }

  /// Connects a client that asks, and does not read.
  func connect(takingNothingOf request: String) async throws -> any Channel {
    let channel = try await bootstrap.channelOption(.autoRead, value: false)
      .connect(host: "127.0.0.1", port: port).get()
    try await channel.writeAndFlush(ByteBuffer(string: request))
    return channel
  }

  /// Sends a body in pieces, and tells all that was answered.
  func send(
    pieces: Int,
    of size: Int,
    every pause: TimeAmount,
    to path: String = "/count"
  ) async throws -> String {
    let head =
      "POST \(path) HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: \(pieces * size)\r\n\r\n"
    return try await ask(head) { channel in
      let piece = ByteBuffer(repeating: UInt8(ascii: "x"), count: size)
      for _ in 0..<pieces {
        try await channel.eventLoop.scheduleTask(in: pause) { channel.writeAndFlush(piece, promise: nil) }
          .futureResult.get()
      }
    }
  }

  /// Whether somebody else is answered.
  func isWell() async throws -> Bool {
    try await ask("GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").hasPrefix("HTTP/1.1 200")
  }

  /// Sends a head and what follows, and tells all that was answered until the connection is over.
  private func ask(
    _ head: String,
    then send: (any Channel) async throws -> Void = { _ in }
  ) async throws -> String {
    let loop = MultiThreadedEventLoopGroup.singleton.any()
    let answer = loop.makePromise(of: String.self)
    let channel = try await ClientBootstrap(group: loop).channelInitializer { channel in
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHandler(Collecting(answer))
      }
    }
    .connect(host: "127.0.0.1", port: port).get()
    try await channel.writeAndFlush(ByteBuffer(string: head))
    try await send(channel)
    return try await answer.futureResult.get()
  }
}
