import Metrics
import OfferBridgeKit

/// Counts and times what the bridge does, through swift-metrics.
struct HostMetrics: BridgeMetrics {
  let factory: any MetricsFactory

  func count(_ counter: BridgeCounter, _ labels: BridgeLabels) {
    Counter(label: "offers.\(counter.rawValue)", dimensions: Self.dimensions(labels), factory: factory)
      .increment()
  }

  func time(_ timer: BridgeTimer, _ length: Duration, _ labels: BridgeLabels) {
    Timer(label: "offers.\(timer.rawValue)", dimensions: Self.dimensions(labels), factory: factory)
      .recordNanoseconds(Int64(length / .nanoseconds(1)))
  }

  // The trigger is another for each count: a label of traces, not of these.
  private static func dimensions(_ labels: BridgeLabels) -> [(String, String)] {
    var dimensions: [(String, String)] = []
    if let provider = labels.provider { dimensions.append(("provider", provider.rawValue)) }
    if let campaign = labels.campaign { dimensions.append(("campaign", campaign.rawValue)) }
    return dimensions
  }
}
