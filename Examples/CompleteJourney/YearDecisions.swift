import Foundation
import OfferBridgeKit

/// Every decision of a year that issues or sends, a line each, in the order of the baskets.
///
/// ```text
/// 31198459027  8 issued 8 as 5mR…
/// 31198459027  to-wallet sends kQ2… through wallet: {"coupon":"8","household":"900",…}
/// ```
struct YearDecisions: Equatable {
  private(set) var lines: [String] = []

  /// Takes down what was decided on a basket, with the bytes of the messages that came of it.
  ///
  /// - Parameters:
  ///   - decisions: What was decided.
  ///   - basket: On what.
  ///   - messages: The household's messages; asked for once.
  mutating func add(
    _ decisions: Decisions,
    of basket: Basket,
    messages: (CustomerID) async throws -> [OfferMessage]
  ) async rethrows {
    let sent = try await messages(CustomerID(basket.household))
    for decision in decisions where !decision.isReplay {
      switch decision.outcome {
      case .issued(let issued):
        lines.append("\(basket.id)  \(decision.campaign) issued \(issued.offer) as \(issued.id)")
      case .queued(let key, let provider):
        let payload = sent.first { $0.key == key }?.payloadText ?? "nothing"
        lines.append("\(basket.id)  \(decision.campaign) sends \(key) through \(provider): \(payload)")
      default: break
      }
    }
  }

  func write(to file: String?) throws {
    guard let file else { return }
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: file))
  }
}
