import NIOCore
import NIOPosix
import Synchronization

/// How a client keeps a server waiting.
enum SlowClient: CaseIterable, Sendable {
  /// It says nothing at all.
  case silent
  /// It sends a head byte by byte, and never its end.
  case endlessHead
  /// It sends half a head, and no more.
  case halfHead
  /// It sends a body byte by byte, of which there is always more.
  case endlessBody
  /// The same in chunks, of which there is no last.
  case endlessChunks
  /// It sends half a body, and no more.
  case halfBody
  /// It sends one request, is answered, and keeps the connection.
  case keptOpen

  var beginning: String {
    switch self {
    case .silent: ""
    case .endlessHead: "POST /count HTTP/1.1\r\nhost: x\r\nlong: "
    case .halfHead: "POST /count HTTP/1.1\r\nhost:"
    case .endlessBody: "POST /count HTTP/1.1\r\nhost: x\r\ncontent-length: 60000\r\n\r\n"
    case .endlessChunks: "POST /count HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
    case .halfBody: "POST /count HTTP/1.1\r\nhost: x\r\ncontent-length: 60000\r\n\r\nhalf of it"
    case .keptOpen: "GET /health HTTP/1.1\r\nhost: x\r\n\r\n"
    }
  }

  /// What it goes on with, again and again.
  var rest: String? {
    switch self {
    case .endlessHead, .endlessBody: "x"
    case .endlessChunks: "1\r\nx\r\n"
    case .silent, .halfHead, .halfBody, .keptOpen: nil
    }
  }
}

/// Sends what a slow client begins with, and a piece at each turn of its clock until the connection is over.
final class Dribble: ChannelInboundHandler, Sendable {
  typealias InboundIn = ByteBuffer

  private let client: SlowClient

  init(_ client: SlowClient) { self.client = client }

  func channelActive(context: ChannelHandlerContext) {
    let channel = context.channel
    channel.writeAndFlush(ByteBuffer(string: client.beginning), promise: nil)
    if let rest = client.rest.map({ ByteBuffer(string: $0) }) {
      let pause = TimeAmount.milliseconds(20)
      context.eventLoop.scheduleRepeatedTask(initialDelay: pause, delay: pause) { task in
        guard channel.isActive else { return task.cancel() }
        channel.writeAndFlush(rest, promise: nil)
      }
    }
    context.fireChannelActive()
  }
}

/// Sends a head, and a body at once or little by little.
///
/// By itself, on its loop, and made before it connects: its time begins then, and a test that made and sent each piece
/// would be as slow as all that runs beside it.
final class Saying: ChannelInboundHandler, Sendable {
  typealias InboundIn = ByteBuffer

  private let beginning: ByteBuffer
  private let rest: ByteBuffer
  private let pace: Int
  private let sent = Atomic(0)

  /// - Parameters:
  ///   - head: What it begins with.
  ///   - size: How many bytes the body has.
  ///   - pace: How many of them it sends a second; all at once where there is none.
  init(_ head: String, _ size: Int = 0, atPace pace: Int? = nil) {
    let body = ByteBuffer(repeating: UInt8(ascii: "x"), count: size)
    (beginning, rest) =
      pace == nil
      ? (ByteBuffer(string: head + String(buffer: body)), ByteBuffer()) : (ByteBuffer(string: head), body)
    self.pace = pace ?? 0
  }

  func channelActive(context: ChannelHandlerContext) {
    let (channel, begin) = (context.channel, NIODeadline.now())
    channel.writeAndFlush(beginning, promise: nil)
    if rest.readableBytes > 0 {
      let pause = TimeAmount.milliseconds(20)
      context.eventLoop.scheduleRepeatedTask(initialDelay: pause, delay: pause) { [self] task in
        // By the clock: a turn that comes late has more to send.
        let now = Int((NIODeadline.now() - begin).nanoseconds) * pace / 1_000_000_000
        let (before, due) = (sent.load(ordering: .relaxed), min(rest.readableBytes, now))
        sent.store(due, ordering: .relaxed)
        if due == rest.readableBytes || !channel.isActive { task.cancel() }
        guard let piece = rest.getSlice(at: before, length: due - before) else { return }
        channel.writeAndFlush(piece, promise: nil)
      }
    }
    context.fireChannelActive()
  }
}

/// Keeps what comes, and tells it when the connection is over.
final class Collecting: ChannelInboundHandler, Sendable {
  typealias InboundIn = ByteBuffer

  private let text = Mutex("")
  private let done: EventLoopPromise<String>

  init(_ done: EventLoopPromise<String>) { self.done = done }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let more = String(buffer: unwrapInboundIn(data))
    text.withLock { $0 += more }
  }

  func channelInactive(context: ChannelHandlerContext) {
    done.succeed(text.withLock { $0 })
    context.fireChannelInactive()
  }
}
