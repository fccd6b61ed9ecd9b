import Foundation

/// Waits for a socket, for a time that is bounded: the other end may have gone without a word, and TCP tells nothing of
/// that to one who only listens.
struct SocketWait {
  enum Outcome {
    /// Something of it happened, or there is something to read.
    case ready(canRead: Bool)
    /// Nothing did, for all of the time.
    case silent
    /// The operating system does not wait for such a socket.
    case failed
  }

  /// How long it waits at a time.
  let most: Duration

  /// Whether there is something to read now.
  static func isReadable(_ socket: Int32) -> Bool {
    var descriptor = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
    return poll(&descriptor, 1, 0) > 0
  }

  func callAsFunction(_ socket: Int32, for events: Int32) -> Outcome {
    var descriptor = pollfd(fd: socket, events: Int16(events), revents: 0)
    let milliseconds = Int32(clamping: max(1, Int64(most / .milliseconds(1))))
    while true {
      let count = poll(&descriptor, 1, milliseconds)
      if count > 0 {
        return .ready(canRead: Int32(descriptor.revents) & (POLLIN | POLLHUP | POLLERR) != 0)
      }
      if count == 0 { return .silent }
      guard errno == EINTR else { return .failed }
    }
  }
}
