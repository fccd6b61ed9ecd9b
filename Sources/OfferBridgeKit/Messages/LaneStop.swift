/// How the lanes of one run stop together: by a drain, or because one of them cannot go on.
///
/// No lane begins a message any more; what is on its way comes to its end.
final class LaneStop: Sendable {
  private let signal: DeliverySignal
  private let isFailing = Guarded(false)

  init(_ signal: DeliverySignal) { self.signal = signal }

  var isAsked: Bool { signal.isDraining || isFailing.withLock { $0 } }

  /// Stops them.
  func ask() {
    isFailing.withLock { $0 = true }
    signal.wake()
  }
}
