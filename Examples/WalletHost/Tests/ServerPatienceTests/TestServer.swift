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
  private let loops: MultiThreadedEventLoopGroup

  static func run(
    _ patience: ServerPatience,
    _ body: @escaping @Sendable (TestServer) async throws -> Void
  ) async throws {
    // Of its own: a loop that is busy with the clients of other tests comes late to this one's.
    let loops = MultiThreadedEventLoopGroup(numberOfThreads: 2)
    do { try await run(patience, on: loops, body) } catch {
      try? await loops.shutdownGracefully()
      throw error
    }
    try await loops.shutdownGracefully()
  }

  private static func run(
    _ patience: ServerPatience,
    on loops: MultiThreadedEventLoopGroup,
    _ body: @escaping @Sendable (TestServer) async throws -> Void
  ) async throws {
    let (ports, found) = AsyncStream<Int>.makeStream()
    let ends = Ends()
    var quiet = Logger(label: "test")
    quiet.logLevel = .critical
    let application = Application(
      router: router(ends, loops),
      server: .patient(patience),
      configuration: .init(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { channel in found.yield(channel.localAddress?.port ?? 0) },
      eventLoopGroupProvider: .shared(loops),
      logger: quiet
    )
    let service = ServiceGroup(configuration: .init(services: [application], logger: quiet))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        // However it ends: whoever waits for the port of what never ran would wait for ever.
        defer { found.finish() }
        try await service.run()
      }
      for await port in ports {
        try await body(TestServer(port: port, answers: ends, group: service, loops: loops))
        break
      }
      await service.triggerGracefulShutdown()
      try await group.waitForAll()
    }
  }

  private static func router(
    _ ends: Ends,
    _ loops: MultiThreadedEventLoopGroup
  ) -> Router<BasicRequestContext> {
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
          let loop = loops.any()
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

  private var bootstrap: ClientBootstrap { ClientBootstrap(group: loops) }

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
    try await bootstrap.channelOption(.autoRead, value: false).channelInitializer { channel in
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHandler(Saying(request))
      }
    }
    .connect(host: "127.0.0.1", port: port).get()
  }

  /// Sends a body at once, and tells all that was answered.
  func send(_ size: Int, to path: String) async throws -> String {
    try await ask(Saying(head(of: path, size), size))
  }

  /// Sends a body little by little, and tells all that was answered.
  func send(_ size: Int, to path: String, atPace pace: Int) async throws -> String {
    try await ask(Saying(head(of: path, size), size, atPace: pace))
  }

  private func head(of path: String, _ size: Int) -> String {
    "POST \(path) HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: \(size)\r\n\r\n"
  }

  /// Whether somebody else is answered.
  func isWell() async throws -> Bool {
    try await ask(Saying("GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"))
      .hasPrefix("HTTP/1.1 200")
  }

  /// Has a client say what it says, and tells all that was answered until the connection is over.
  private func ask(_ saying: Saying) async throws -> String {
    let loop = loops.any()
    let answer = loop.makePromise(of: String.self)
    _ = try await ClientBootstrap(group: loop).channelInitializer { channel in
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHandlers(saying, Collecting(answer))
      }
    }
    .connect(host: "127.0.0.1", port: port).get()
    return try await answer.futureResult.get()
  }
}
