import NIOCore
import NIOHTTPTypes

/// Closes a connection whose next request, its body or its answer comes to nothing.
///
/// Hummingbird's own idle timeout is no help here: to it one byte of a body is as
/// good as all of it, and a server that is busy with a part of a body is a client
/// that sends none.
final class RequestPace: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let patience: ServerPatience
  /// For the client to send.
  private var sending: WaitingTime
  /// For the client to take what is sent to it.
  private var taking: WaitingTime
  private var isInBody = false
  /// Whether somebody wants more of what the client sends.
  private var isReading = false
  /// How many requests are not answered to the end.
  private var unanswered = 0
  private var watch: Scheduled<Void>?
  private var end: Scheduled<Void>?

  init(_ patience: ServerPatience) {
    self.patience = patience
    sending = WaitingTime(patience.time)
    taking = WaitingTime(patience.time)
  }

  func handlerAdded(context: ChannelHandlerContext) {
    if context.channel.isActive { follow(context) }
  }

  func channelActive(context: ChannelHandlerContext) {
    follow(context)
    context.fireChannelActive()
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    watch?.cancel()
    end?.cancel()
  }

  // MARK: - What the client sends

  func read(context: ChannelHandlerContext) {
    isReading = true
    follow(context)
    context.read()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head:
      isInBody = true
      unanswered += 1
      sending = WaitingTime(patience.time)
    case .body(let bytes): sending.earn(bytes.readableBytes, at: .now)
    case .end:
      isInBody = false
      sending = WaitingTime(patience.time)
    }
    follow(context)
    context.fireChannelRead(data)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    isReading = false
    follow(context)
    context.fireChannelReadComplete()
  }

  // MARK: - What the client takes

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if case .end = unwrapOutboundIn(data) {
      unanswered -= 1
      // The time until the next request begins.
      if !isInBody { sending = WaitingTime(patience.time) }
    }
    context.write(data, promise: promise)
    follow(context)
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable { taking = WaitingTime(patience.time) }
    follow(context)
    context.fireChannelWritabilityChanged()
  }

  // MARK: - The end

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is ChannelShouldQuiesceEvent, end == nil {
      end = schedule(context, in: patience.timeToStop) { context.close(promise: nil) }
    }
    context.fireUserInboundEventTriggered(event)
  }

  /// Begins or ends to wait, and sees to it that somebody looks when the time is over.
  private func follow(_ context: ChannelHandlerContext) {
    let now = ContinuousClock.now
    sending.wait(isInBody ? isReading : unanswered == 0, at: now)
    taking.wait(!context.channel.isWritable, at: now)
    guard watch == nil, let left = left(at: now) else { return }
    watch = schedule(context, in: left) { self.look(context) }
  }

  private func look(_ context: ChannelHandlerContext) {
    watch = nil
    guard let left = left(at: .now) else { return }
    if left <= .zero { context.close(promise: nil) } else { follow(context) }
  }

  /// How much is left of what is waited for, or `nil` where nothing is.
  private func left(at now: ContinuousClock.Instant) -> Duration? {
    [sending.left(at: now), taking.left(at: now)].compactMap { $0 }.min()
  }

  private func schedule(
    _ context: ChannelHandlerContext,
    in time: Duration,
    _ body: @escaping () -> Void
  ) -> Scheduled<Void> {
    context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(time)) { body() }
  }
}

@available(*, unavailable)
extension RequestPace: Sendable {}

/// How much of a time is left to wait.
struct WaitingTime {
  private let most: Duration
  private var rest: Duration
  private var since: ContinuousClock.Instant?

  init(_ most: Duration) {
    self.most = most
    rest = most
  }

  /// Begins or ends to wait.
  mutating func wait(_ isWaiting: Bool, at now: ContinuousClock.Instant) {
    if let since { rest -= now - since }
    since = isWaiting ? now : nil
  }

  /// Gives time back for so many bytes.
  mutating func earn(_ bytes: Int, at now: ContinuousClock.Instant) {
    wait(since != nil, at: now)
    rest = min(most, rest + Duration.seconds(1) * bytes / ServerPatience.leastPace)
  }

  /// What is left while it waits.
  func left(at now: ContinuousClock.Instant) -> Duration? { since.map { rest - (now - $0) } }
}
