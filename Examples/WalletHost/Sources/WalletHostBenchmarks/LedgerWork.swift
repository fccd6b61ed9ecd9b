import Foundation
package import OfferBridgeKit

/// What a ledger is measured at.
package enum LedgerWork: String, CaseIterable, Sendable {
  /// An offer under a limit, its event and its message.
  case commit
  /// A message handed out, and written off as accepted.
  case delivery = "claim and settle"
  /// A redemption taken in and matched.
  case reconcile
}

/// So much of one tenant's work, by one client.
package struct LedgerLoad: Sendable {
  let work: LedgerWork
  let journeys: [PressedJourney]
  /// How many plans, messages or redemptions one call brings.
  let perCall: Int

  var tenant: TenantID { journeys[0].plan.tenant }

  /// So much work.
  ///
  /// - Parameters:
  ///   - work: What is done.
  ///   - journeys: One or more, of one tenant.
  ///   - perCall: How many plans, messages or redemptions one call brings.
  package init(_ work: LedgerWork, of journeys: [PressedJourney], perCall: Int) {
    (self.work, self.journeys, self.perCall) = (work, journeys, perCall)
  }

  /// Brings an empty ledger to where the work begins.
  ///
  /// - Parameter ledger: The ledger.
  /// - Throws: What it throws.
  package func prepare(_ ledger: some OfferLedger) async throws {
    guard work != .commit else { return }
    try await commit(on: ledger, perCall: 256)
    guard work == .reconcile else { return }
    try await deliver(on: ledger, perCall: 256)
  }

  /// Does the work.
  ///
  /// - Parameter ledger: The ledger, which was prepared.
  /// - Throws: What it throws, and ``NotWritten`` when it does not do it.
  package func run(on ledger: some OfferLedger) async throws {
    switch work {
    case .commit: try await commit(on: ledger, perCall: perCall)
    case .delivery: try await deliver(on: ledger, perCall: perCall)
    case .reconcile:
      for call in journeys.chunked(by: perCall) {
        for match in try await ledger.reconcile(call.map(\.redemption), tenant: tenant) {
          guard case .applied = match else { throw NotWritten() }
        }
      }
    }
  }

  /// Makes sure that the ledger holds what was asked for.
  ///
  /// - Parameter ledger: The ledger.
  /// - Throws: What it throws, and ``NotWritten`` when it does not.
  package func check(_ ledger: some OfferLedger) async throws {
    let audit = try await ledger.audit(tenant: tenant)
    let accepted = work == .commit ? 0 : journeys.count
    let redeemed = work == .reconcile ? journeys.count : 0
    guard audit.isBalanced, audit.issued == journeys.count, audit.messages == journeys.count,
      audit.messagesAccepted == accepted, audit.applied == redeemed
    else { throw NotWritten() }
  }

  private func commit(on ledger: some OfferLedger, perCall: Int) async throws {
    for call in journeys.chunked(by: perCall) {
      for answer in try await ledger.commit(call.map(\.plan)) {
        guard case .committed = answer else { throw NotWritten() }
      }
    }
  }

  private func deliver(on ledger: some OfferLedger, perCall: Int) async throws {
    var delivered = 0
    while delivered < journeys.count {
      let query = ClaimQuery(tenant: tenant, provider: "wallet", limit: perCall, lease: .seconds(60))
      let claims = try await ledger.claim(query).claims
      guard !claims.isEmpty else { throw NotWritten() }
      let settlements = claims.map { claim in
        Settlement(lease: claim.lease, outcome: .accepted(PlanPress.card(of: claim.message.key)))
      }
      for answer in try await ledger.settle(settlements, tenant: tenant) {
        guard answer == .settled else { throw NotWritten() }
      }
      delivered += claims.count
    }
  }
}

/// A measurement of something else than was meant.
struct NotWritten: Error {}

extension Array {
  /// Its parts of that length, the last one maybe shorter.
  func chunked(by length: Int) -> [[Element]] {
    stride(from: 0, to: count, by: length).map { Array(self[$0..<Swift.min($0 + length, count)]) }
  }
}
