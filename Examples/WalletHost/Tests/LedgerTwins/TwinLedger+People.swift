import Foundation
package import OfferBridgeKit

extension TwinLedger {
  /// Compares every listing and the trails of these ids, but for what chance alone decides; what differs so far.
  package func differencesInPeople(_ ids: [CustomerID], of tenant: TenantID) async throws -> [String] {
    let now = try await sums(of: tenant, and: ids)
    var listings = MessageState.Name.allCases.map { LedgerListing.messagesIn($0) }
    listings += [.parkedEvents, .discrepantEvents, .reported(by: "wallet"), .reported(by: "mail")]
    listings += ids.flatMap { [.issuedOffers(of: $0), .messages(of: $0), .events(of: $0)] }
    for moment in [now, now + 2 * 86_400, now + 20 * 86_400] {
      listings += [.expiring(at: moment), .toBeRecalled(at: moment)]
    }
    for listing in listings {
      let (mine, others) = (
        try await first.list(listing, tenant: tenant), try await second.list(listing, tenant: tenant)
      )
      compare("\(listing)", (mine.map(Readable.text), others.map(Readable.text)))
    }
    for scope in [TrailScope.all] + ids.map({ .customer($0) }) {
      let mine = try await first.trailLines(scope, tenant: tenant)
      // Of who was told of only by a step that was raised or refused, the ledger in memory lists nothing.
      if mine.isEmpty { continue }
      let others = try await second.trailLines(scope, tenant: tenant)
      compare("the trail of \(scope)", (mine.compactMap(Self.entry), others.compactMap(Self.entry)))
    }
    for ledger in [first, second] { try await verifyTrail(of: ledger, tenant) }
    return differences
  }

  private static func entry(_ line: String) -> String? { TrailEntry(line: line).map(Readable.text) }

  private func verifyTrail(of ledger: any OfferLedger, _ tenant: TenantID) async throws {
    var verification = TrailVerification(of: tenant)
    for line in try await ledger.trailLines(tenant: tenant) {
      if let entry = TrailEntry(line: line) { verification.add(entry) }
    }
    if !verification.finding.isWhole { note("\(verification.finding)") }
  }

  /// Compares the sums, and whose each id is; answers the ledgers' time.
  private func sums(of tenant: TenantID, and ids: [CustomerID]) async throws -> Date {
    let audit = try await audit(tenant: tenant)
    if !audit.isBalanced { note("\(audit.imbalances)") }
    var now = Date(timeIntervalSince1970: 0)
    for id in ids {
      let query = SnapshotQuery(
        tenant: tenant,
        customer: id,
        trigger: TriggerID(.action, "nothing"),
        offers: ["ten-off", "five-off"]
      )
      now = try await snapshot(query).now
    }
    return now
  }
}
