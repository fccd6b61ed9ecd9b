/// A provider that accepts every message and keeps it: for an app whose wallet is its own screen.
///
/// A message that comes again under its key is kept once and accepted with
/// the same reference.
public final class InMemoryMessageProvider: MessageProvider {
  private let kept = Guarded<(messages: [OfferMessage], keys: Set<DerivedKey>)>(([], []))

  /// An empty one.
  public init() {}

  /// The messages, each once, in the order of their arrival.
  public var messages: [OfferMessage] { kept.withLock { $0.messages } }

  /// Accepts the message; the reference is its key.
  public func deliver(_ delivery: MessageDelivery) async throws -> DeliveryAnswer {
    kept.withLock { kept in
      if kept.keys.insert(delivery.message.key).inserted { kept.messages.append(delivery.message) }
    }
    return .accepted(reference: ReplicaReference(rawValue: delivery.message.key.description))
  }
}
