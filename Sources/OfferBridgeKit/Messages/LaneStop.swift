/// How the lanes of one run stop together: by a drain, or because one of them cannot go on.
///
/// No lane begins a message any more; what is on its way comes to its end.
final class LaneStop: Sendable {
  private struct State {
    var isAsked = false
    var wake: (@Sendable () -> Void)?
  }

  private let signal: DeliverySignal
  private let state = Guarded(State())

  init(_ signal: DeliverySignal) { self.signal = signal }

  var isAsked: Bool { signal.isDraining || state.withLock { $0.isAsked } }

  /// How the lanes are told to look.
  func tell(_ wake: @escaping @Sendable () -> Void) { state.withLock { $0.wake = wake } }

  /// Stops them.
  func ask() {
    let wake = state.withLock { state in
      state.isAsked = true
      return state.wake
    }
    wake?()
  }
}
