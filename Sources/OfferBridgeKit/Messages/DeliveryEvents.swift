/// What happens to a bridge's deliveries from now on, for one listener.
///
/// ```swift
/// for await event in bridge.deliveries {
///   if case .laneOpened(let provider, let length) = event { alert("\(provider) is left alone for \(length)") }
/// }
/// ```
///
/// Each access to ``OfferBridge/deliveries`` is a listener of its own, which
/// hears what happens after it was made, in this process, through this bridge
/// and those made from it by ``OfferBridge/using(ledger:)`` and
/// ``OfferBridge/replacing(campaigns:observers:)``.
///
/// Deliveries never wait for a listener: of one that falls behind by more than
/// 1,024 events the oldest are dropped. It ends when its task is cancelled.
/// While nobody listens no event is made.
public struct DeliveryEvents: AsyncSequence, Sendable {
  /// What it is a sequence of.
  public typealias Element = DeliveryEvent

  private let stream: AsyncStream<DeliveryEvent>

  init(_ stream: AsyncStream<DeliveryEvent>) { self.stream = stream }

  /// Goes through the events; make one only.
  public func makeAsyncIterator() -> AsyncStream<DeliveryEvent>.Iterator { stream.makeAsyncIterator() }
}

extension OfferBridge {
  /// What happens to this bridge's deliveries, from this call on.
  ///
  /// Keep the value and go through it once; a second access is a second listener.
  public var deliveries: DeliveryEvents { DeliveryEvents(reports.listen()) }
}
