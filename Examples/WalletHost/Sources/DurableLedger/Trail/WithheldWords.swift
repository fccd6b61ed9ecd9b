import OfferBridgeKit

extension WithheldReason {
  /// The reason's word, without the texts: what stands in the chain for good.
  var word: String {
    switch self {
    case .notHeard: "notHeard"
    case .notMet: "notMet"
    case .notEvaluable: "notEvaluable"
    case .heldOut: "heldOut"
    case .heldOutBy: "heldOutBy"
    case .notRunning: "notRunning"
    case .missingDataPoint: "missingDataPoint"
    case .limitReached: "limitReached"
    case .chainTooDeep: "chainTooDeep"
    case .outranked: "outranked"
    case .offerClosed: "offerClosed"
    case .limitUnmeasurable: "limitUnmeasurable"
    }
  }
}
