import Synchronization

/// What is wrong with the wallet, as a demonstration or a test wants it.
final class WalletTrouble: Sendable {
  struct Switches: Codable, Sendable, Hashable {
    /// Every request of a host is answered 503.
    var outage = false
    /// How long each request of a host takes besides.
    var slowMilliseconds = 0
    /// Every message is refused for good.
    var refusal = false
    /// Of so many messages to come the answer is lost, though they were taken.
    var loseAcknowledgements = 0
    /// Every webhook is sent twice.
    var duplicates = false
    /// Webhooks are sent newest first.
    var reordering = false

    init() {}

    init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      outage = try members.decodeIfPresent(Bool.self, forKey: .outage) ?? false
      refusal = try members.decodeIfPresent(Bool.self, forKey: .refusal) ?? false
      slowMilliseconds = max(
        0,
        min(60_000, try members.decodeIfPresent(Int.self, forKey: .slowMilliseconds) ?? 0)
      )
      loseAcknowledgements = max(0, try members.decodeIfPresent(Int.self, forKey: .loseAcknowledgements) ?? 0)
      duplicates = try members.decodeIfPresent(Bool.self, forKey: .duplicates) ?? false
      reordering = try members.decodeIfPresent(Bool.self, forKey: .reordering) ?? false
    }
  }

  private let state = Mutex(Switches())

  var now: Switches { state.withLock { $0 } }

  func become(_ switches: Switches) { state.withLock { $0 = switches } }

  /// Whether this answer is one of those that are lost.
  func losesAcknowledgement() -> Bool {
    state.withLock { switches in
      guard switches.loseAcknowledgements > 0 else { return false }
      switches.loseAcknowledgements -= 1
      return true
    }
  }
}
