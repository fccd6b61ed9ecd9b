public import HummingbirdCore

/// How long a server waits for those who connect to it and then say nothing, or next to nothing.
///
/// ```swift
/// Application(router: router, server: .patient(ServerPatience(.seconds(30))), configuration: configuration)
/// ```
///
/// A connection without a request is closed when the time is over, and so is one
/// whose request's head is not complete by then. A body may pause for as long
/// in all, and gets a second back for every four KiB of it. An answer of which
/// nothing is taken for as long ends the connection, too. What the server does in
/// between, and while it does not want more of a body, costs the client nothing.
public struct ServerPatience: Sendable, Hashable {
  /// How many bytes a second a client must send to be waited for as long as it likes.
  static let leastPace = 4_096

  /// How long it waits.
  public let time: Duration
  /// How long a request that is under way has when the server is asked to stop.
  public let timeToStop: Duration

  /// A patience.
  ///
  /// - Parameters:
  ///   - time: How long it waits, 30 seconds by default.
  ///   - timeToStop: How long a request that is under way has when the server is asked to stop; 10 seconds by default.
  public init(_ time: Duration = .seconds(30), timeToStop: Duration = .seconds(10)) {
    self.time = time
    self.timeToStop = timeToStop
  }

  /// Reads it from a setting that may be left out or empty, which is 30 seconds.
  ///
  /// - Parameter setting: The setting's text, seconds.
  public init?(optional setting: String?) {
    guard let setting, !setting.isEmpty else {
      self.init()
      return
    }
    self.init(seconds: setting)
  }

  /// Reads it from a setting: seconds, more than none.
  ///
  /// - Parameter setting: The setting's text.
  public init?(seconds setting: String) {
    guard let seconds = Double(setting), seconds > 0, seconds <= 86_400 else { return nil }
    self.init(.seconds(seconds))
  }
}

extension HTTPServerBuilder {
  /// A server of HTTP/1.1 that waits only so long for those who connect to it.
  ///
  /// - Parameter patience: How long it waits.
  /// - Returns: What builds the server.
  public static func patient(_ patience: ServerPatience) -> HTTPServerBuilder {
    .http1(configuration: .init(additionalChannelHandlers: [RequestPace(patience)]))
  }
}
