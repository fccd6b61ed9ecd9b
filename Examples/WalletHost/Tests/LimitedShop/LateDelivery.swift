import Foundation
package import OfferBridgeKit
import OfferBridgeTesting

/// What became of a message whose process was stopped for longer than its lease.
package struct LateDelivery: Sendable {
  /// What the process said of it when it went on.
  package let words: [String]
  /// How often it reached the wallet.
  package let arrivals: Int
  /// The wallet's own names for what it made of it.
  package let cards: [ReplicaReference]
  /// The message in the end.
  package let message: MessageRecord
  package let audit: LedgerAudit

  /// The message did not reach the process, or the ledger has lost it.
  package struct Missing: Error {}

  /// Has one process claim a message and stop, another deliver it, and the first go on.
  ///
  /// - Parameters:
  ///   - ledger: The ledger of the process that is not stopped, with the system's time.
  ///   - start: Starts one that stops in the midst of that work.
  /// - Returns: What became of the message.
  /// - Throws: ``Missing``, and what the ledger or the process throws.
  package static func play(
    over ledger: any OfferLedger,
    stopping start: (StoppedWork) async throws -> StoppedProcess
  ) async throws -> LateDelivery {
    let wallet = FakeWallet("wallet")
    let shop = try await LimitedShop(over: ledger, wallet)
    try await shop.visit(0, at: Date())
    let process = try await start(.delivery(lease: .milliseconds(200)))
    try await waitUntil {
      try await shop.bridge.deliverDueMessages()
      return try await ledger.audit(tenant: "main").messagesAccepted > 0
    }
    process.goOn()
    var words = try await process.lines()
    // What it sends arrives in the end, and late.
    guard let sent = words.firstIndex(where: { $0.hasPrefix("sends ") }) else { throw Missing() }
    let bytes = Data(words.remove(at: sent).dropFirst("sends ".count).utf8)
    let message = try JSONDecoder().decode(OfferMessage.self, from: bytes)
    _ = try await wallet.deliver(MessageDelivery(message: message, attempt: 1, deadline: Date()))
    let listed = try await ledger.page(
      PageQuery(tenant: "main", listing: .messages(of: LimitedShop.customer(0)), limit: 2)
    )
    guard listed.entries.count == 1, case .message(let record) = listed.entries[0] else { throw Missing() }
    return LateDelivery(
      words: words,
      arrivals: wallet.attempts,
      cards: wallet.cards.map(\.reference),
      message: record,
      audit: try await ledger.audit(tenant: "main")
    )
  }
}
