import OfferBridgeKit

// How a difference is told.
extension ReferenceModel {
  /// In a few words, where a value is of those that are long; all of it where it is not.
  static func told(_ value: Any) -> Any {
    switch value {
    case let offers as [IssuedOffer]: offers.map(words)
    case let offer as IssuedOffer: words(offer)
    case let nodes as [DecidedNode]: nodes.map(words)
    case let records as [MessageRecord]: records.map(words)
    case let entries as [LedgerPage.Entry]: entries.map(words)
    default: value
    }
  }

  private static func words(_ offer: IssuedOffer) -> String {
    let replicas = offer.replicas.map { "\($0.provider) \($0.state)" }.joined(separator: ", ")
    let end = offer.closure.map { ", \($0.kind) at \($0.closedAt.rfc3339), limits \($0.limitUses)" } ?? ""
    let there = offer.ended.map { ", \($0.kind) there at \($0.endedAt.rfc3339) by \($0.event)" } ?? ""
    return "\(offer.id) (\(replicas), \(offer.redeemed)\(end)\(there))"
  }

  private static func words(_ node: DecidedNode) -> String {
    if case .issued(let offer) = node.outcome {
      "\(node.key): issued \(words(offer))"
    } else {
      "\(node.key): \(node.outcome)"
    }
  }

  private static func words(_ record: MessageRecord) -> String {
    let next = record.nextGeneration.map { ", then \($0)" } ?? ""
    let failure = record.lastFailure.map { ", last failure: \($0)" } ?? ""
    return
      "\(record.message.key) (\(record.state), attempt \(record.attempts)\(failure), redriven \(record.redrives.count) times\(next))"
  }

  private static func words(_ entry: LedgerPage.Entry) -> String {
    switch entry {
    case .issuedOffer(let offer): words(offer)
    case .message(let record): words(record)
    case .event(let record): "\(record.event.id): \(record.match)"
    }
  }
}
