import OfferBridgeKit

/// The external system of a simulation: it keeps what it was sent under its key, for as long as it remembers keys.
final class SimulatedWallet: Sendable {
  /// One customer's replica.
  struct Card: Sendable {
    let reference: ReplicaReference
    let customer: CustomerID
    let replica: ReplicaName
    let issuedOffer: IssuedOffer.ID?
  }

  /// For how long a key is remembered; longer than a message is tried, but not than one may be redriven.
  static let memory: Int64 = 4 * 3_600_000

  private struct Entry {
    let reference: ReplicaReference
    let payload: [UInt8]
    let takenAt: Int64
  }

  /// What there must be one of.
  private struct Effect: Hashable {
    let issuedOffer: IssuedOffer.ID
    let campaign: CampaignID
    let purpose: OfferMessage.Purpose
    let generation: Int
  }

  private struct State {
    var entries: [DerivedKey: Entry] = [:]
    var keys: [Effect: DerivedKey] = [:]
    var cards: [CustomerID: [Card]] = [:]
    /// Until when it is at it, and whether it refuses in the end.
    var work: [DerivedKey: (until: Int64, refuses: Bool)] = [:]
    var effects = 0
    var beyondMemory = 0
  }

  /// Where it stands with what takes it longer.
  enum Work: Sendable { case underWay, refused, done }

  let name: ProviderID
  private let book: SimulationBook
  private let state = Guarded(State())

  init(_ name: ProviderID, _ book: SimulationBook) {
    self.name = name
    self.book = book
  }

  /// Takes a message, once for as long as its key is remembered.
  func take(_ message: OfferMessage, at now: Int64) -> ReplicaReference {
    let (reference, faults) = state.withLock { state -> (ReplicaReference, [(String, String)]) in
      var faults: [(String, String)] = []
      if let known = state.entries[message.key] {
        if known.payload != message.payload {
          faults.append(("I4", "message \(message.key) came with other bytes than before"))
        }
        if now - known.takenAt <= Self.memory { return (known.reference, faults) }
        state.beyondMemory += 1
        faults.append(("I7", "message \(message.key) was forgotten, and sent all the same"))
      }
      state.effects += 1
      let reference = ReplicaReference("\(name)-\(state.effects)")
      state.entries[message.key] = Entry(reference: reference, payload: message.payload, takenAt: now)
      if let issued = message.issuedOffer {
        let effect = Effect(
          issuedOffer: issued,
          campaign: message.campaign,
          purpose: message.purpose,
          generation: message.generation
        )
        if let key = state.keys.updateValue(message.key, forKey: effect), key != message.key {
          faults.append(("I7", "issued offer \(issued) had two effects, under \(key) and \(message.key)"))
        }
      }
      switch message.purpose {
      case .issue:
        state.cards[message.customer, default: []].append(
          Card(
            reference: reference,
            customer: message.customer,
            replica: message.replica ?? "",
            issuedOffer: message.issuedOffer
          )
        )
      case .recall:
        state.cards[message.customer]?.removeAll { $0.issuedOffer == message.issuedOffer }
      }
      return (reference, faults)
    }
    for (promise, what) in faults { book.violate(promise, what) }
    return reference
  }

  /// What has become of a message that it has been longer at, or `nil` when it was not.
  func work(on key: DerivedKey, at now: Int64) -> Work? {
    state.withLock { state in
      state.work[key].map { now < $0.until ? .underWay : $0.refuses ? .refused : .done }
    }
  }

  /// Is at a message for a while; one that it refuses in the end it never had.
  func begin(_ message: OfferMessage, at now: Int64, until: Int64, refuses: Bool) {
    state.withLock { $0.work[message.key] = (until, refuses) }
    if !refuses { _ = take(message, at: now) }
  }

  /// Whether it was ever sent that message.
  func has(_ key: DerivedKey) -> Bool { state.withLock { $0.entries[key] != nil } }

  /// A customer's cards, in the order in which they came.
  func cards(of customer: CustomerID) -> [Card] { state.withLock { $0.cards[customer] ?? [] } }

  /// What it calls the replica of a message that it was ever sent.
  func reference(of key: DerivedKey) -> ReplicaReference? { state.withLock { $0.entries[key]?.reference } }

  var effects: (all: Int, beyondMemory: Int) { state.withLock { ($0.effects, $0.beyondMemory) } }
}
