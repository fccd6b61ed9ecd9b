import Metrics
import OfferBridgeKit

/// Counts and times what the bridge does, through whatever the process has set up for swift-metrics.
struct HostMetrics: BridgeMetrics {
  func count(_ counter: BridgeCounter, _ labels: BridgeLabels) {
    Counter(label: "offers.\(counter.rawValue)", dimensions: Self.dimensions(labels)).increment()
  }

  func time(_ timer: BridgeTimer, _ length: Duration, _ labels: BridgeLabels) {
    Timer(label: "offers.\(timer.rawValue)", dimensions: Self.dimensions(labels))
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
