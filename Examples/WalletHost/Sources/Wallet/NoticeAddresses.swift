import Synchronization

/// The addresses of hosts that are one: whichever answers has the notice.
///
/// The one that answered last is asked first, and the next where one does not
/// answer. What an answer says is the host's word, and no reason to ask another.
final class NoticeAddresses: Sendable {
  private let addresses: [String]
  private let first = Atomic(0)

  init(_ addresses: [String]) { self.addresses = addresses }

  /// Asks one after the other until one answers, and nobody any more once the task is cancelled.
  ///
  /// - Parameter ask: Asks at an address; it throws where nobody answers.
  /// - Returns: The answer, or `nil` where none of them gave one.
  func firstAnswer<Answer>(_ ask: (String) async throws -> Answer) async -> Answer? {
    let start = first.load(ordering: .relaxed)
    for step in addresses.indices {
      if Task.isCancelled { return nil }
      let place = (start + step) % addresses.count
      guard let answer = try? await ask(addresses[place]) else { continue }
      first.store(place, ordering: .relaxed)
      return answer
    }
    return nil
  }
}
