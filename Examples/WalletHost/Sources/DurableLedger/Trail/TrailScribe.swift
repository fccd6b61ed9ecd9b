import Foundation
import OfferBridgeKit
import Synchronization

/// Makes the lines of a step's trail, on another processor where they are many.
///
/// Of a commit's own cost, beside that of the database, lines are a quarter, a third of it for digests; and they need
/// nothing but what is told. So the step goes on with its rows meanwhile, and takes the lines at its end.
final class TrailScribe: Sendable {
  /// What is told, and whose row it becomes.
  struct Telling: Sendable {
    let fact: TrailFact
    let personal: TrailPersonal?
    let customer: CustomerID?
    let event: ExternalEventID?
  }

  /// A line, and what it tells.
  typealias Entry = (entry: TrailEntry, line: String, telling: Telling)

  private struct Chain {
    var anchor: TrailAnchor
    var entries: [Entry] = []
  }

  /// So many are worth waking another processor: what some ten plans tell.
  private static let many = 32

  private let told = Mutex<[Telling]>([])
  private let chain: Mutex<Chain>

  /// - Parameter anchor: Where the trail ends as yet.
  init(after anchor: TrailAnchor) { chain = Mutex(Chain(anchor: anchor)) }

  /// Takes note of what follows.
  func tell(_ telling: Telling) {
    let count = told.withLock { told in
      told.append(telling)
      return told.count
    }
    guard count.isMultiple(of: Self.many) else { return }
    DispatchQueue.global(qos: .userInitiated).async {
      // Whoever writes already goes on with these.
      self.chain.withLockIfAvailable { self.write(&$0) }
    }
  }

  /// The entries that were not taken yet, in their order, and where the trail ends with them.
  ///
  /// It makes itself what nobody has begun: it waits for a line that is being made, and not for a free processor.
  func take() -> (entries: [Entry], anchor: TrailAnchor) {
    chain.withLock { chain in
      write(&chain)
      defer { chain.entries = [] }
      return (chain.entries, chain.anchor)
    }
  }

  private func write(_ chain: inout Chain) {
    while true {
      let told = self.told.withLock { told in
        defer { told = [] }
        return told
      }
      if told.isEmpty { return }
      for telling in told {
        let (entry, line) = TrailEntry.following(chain.anchor, telling.fact, personal: telling.personal)
        chain.anchor = entry.anchor
        chain.entries.append((entry, line, telling))
      }
    }
  }
}
