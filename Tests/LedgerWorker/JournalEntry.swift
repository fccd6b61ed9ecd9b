import Foundation
import OfferBridgeKit

/// One line of a ledger's file: a call that may write, and the ledger's time of it.
struct JournalEntry: Codable {
  let moment: Date
  let step: JournalStep
}

/// A call that may write.
enum JournalStep: Codable, Sendable {
  case commit([JourneyPlan])
  case claim(ClaimQuery)
  case extend([Lease], Duration, TenantID)
  case settle([Settlement], TenantID)
  case redrive(MessageRedrive, TenantID)
  case reconcile([ExternalEvent], TenantID)
  case close(OfferClosing, TenantID)

  /// Does it again.
  func take(on ledger: InMemoryOfferLedger) async throws {
    switch self {
    case .commit(let plans): _ = try await ledger.commit(plans)
    case .claim(let query): _ = try await ledger.claim(query)
    case .extend(let leases, let length, let tenant):
      _ = try await ledger.extend(leases, by: length, tenant: tenant)
    case .settle(let settlements, let tenant): _ = try await ledger.settle(settlements, tenant: tenant)
    case .redrive(let redrive, let tenant): _ = try await ledger.redrive(redrive, tenant: tenant)
    case .reconcile(let events, let tenant): _ = try await ledger.reconcile(events, tenant: tenant)
    case .close(let closing, let tenant): _ = try await ledger.close(closing, tenant: tenant)
    }
  }
}
