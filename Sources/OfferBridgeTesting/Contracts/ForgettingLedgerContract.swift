import Foundation
import OfferBridgeKit

/// What every `ForgettingLedger` must do beyond `OfferLedger`, as checks that a host runs on its own.
///
/// ```swift
/// @Test(arguments: ForgettingLedgerContract.checks)
/// func `our ledger merges and forgets`(check: ContractCheck<LedgerUnderTest>) async throws {
///   try await check.run(on: LedgerUnderTest { now in try PostgresLedger(in: emptySchema(), now: now) })
/// }
/// ```
///
/// They drive the ledger by its protocol alone, in the same way as those of ``OfferLedgerContract``, and answer
/// `notClaimed` to a ledger that is no `ForgettingLedger`; `people.reopenSeesThem` also to one that does not claim to
/// outlive its process. A person's export is made of the listings and the trail that these checks read.
public enum ForgettingLedgerContract {
  /// All checks: what is forgotten first, then what is merged.
  public static let checks: [ContractCheck<LedgerUnderTest>] = forgetChecks + mergeChecks + mergedWorkChecks
}

extension LedgerTrial {
  /// The ledger as one that forgets and merges, where it claims to.
  var people: any ForgettingLedger {
    get throws {
      guard let people = ledger as? any ForgettingLedger else { throw NotClaimed() }
      return people
    }
  }

  @discardableResult
  func forget(_ customer: CustomerID) async throws -> ForgetAnswer {
    let answer = try await people.forget(customer, tenant: tenant)
    steps.note("forget \(customer) → \(readable(answer))")
    return answer
  }

  /// Forgets somebody, which must be done.
  @discardableResult
  func forgotten(_ customer: CustomerID) async throws -> ForgottenCustomer {
    let answer = try await forget(customer)
    guard case .forgotten(let what) = answer else {
      throw steps.violation(expected: "\(customer) is forgotten", seen: readable(answer))
    }
    return what
  }

  @discardableResult
  func merge(_ customer: CustomerID, into survivor: CustomerID) async throws -> MergeAnswer {
    let answer = try await people.merge(customer, into: survivor, tenant: tenant)
    steps.note("merge \(customer) into \(survivor) → \(readable(answer))")
    return answer
  }

  /// Merges two, which must be done.
  @discardableResult
  func merged(_ customer: CustomerID, into survivor: CustomerID) async throws -> MergedCustomer {
    let answer = try await merge(customer, into: survivor)
    guard case .merged(let what) = answer else {
      throw steps.violation(expected: "\(customer) is merged into \(survivor)", seen: readable(answer))
    }
    return what
  }

  /// The names of a customer's issued offers, in the order in which they are listed.
  func names(of customer: CustomerID) async throws -> [String] {
    try await list(.issuedOffers(of: customer)).issuedOffers.map(\.trigger.id)
  }

  /// Claims and accepts all that is due, and answers the names in their order.
  func sent(_ rounds: Int = 6) async throws -> [String] {
    var names: [String] = []
    for _ in 0..<rounds {
      for claim in try await claim().claims {
        names.append(claim.message.variant)
        try await settled(claim, .accepted(nil))
      }
    }
    return names
  }

  /// All that can be read of the ledger, as text.
  func everything() async throws -> String {
    var text = ""
    let listings =
      MessageState.Name.allCases.map { LedgerListing.messagesIn($0) } + [
        .parkedEvents, .discrepantEvents, .reported(by: "wallet"),
      ]
    for listing in listings {
      let page = try await list(listing)
      for record in page.messages {
        text += "\(record) \(record.message.customer) \(String(describing: record.message.trigger)) "
        text += String(decoding: record.message.payload, as: UTF8.self) + "\n"
        guard let id = record.message.issuedOffer, let known = try await ledger.record(of: id, tenant: tenant)
        else { continue }
        text += "\(known.issuedOffer.customer) \(known.issuedOffer.trigger) \(known.issuedOffer.replicas)\n"
        text += "\(known.limitUses.map { String(describing: $0.counter.customer) })\n"
      }
      for event in page.events { text += "\(event.event)\n" }
    }
    for entry in try await trail() {
      // Variants are the configuration's; these checks name them after actions.
      let name = entry.fact.name.map { "\"name\":\"\($0)\"" } ?? ""
      text += entry.line.replacing(name, with: "") + "\n"
    }
    return text
  }

  /// The trail must follow from itself, erased entries included.
  func verifyTrail() async throws {
    var verification = TrailVerification(of: tenant)
    for entry in try await trail() { verification.add(entry) }
    try expect("a whole trail", verification.finding.isWhole, seen: verification.finding)
  }
}

extension JourneyPlan {
  /// The plan as it is made for a customer who goes by another id than the trigger's.
  func decided(for survivor: CustomerID?) -> JourneyPlan {
    JourneyPlan(
      tenant: tenant,
      trigger: trigger,
      plannedAt: plannedAt,
      triggerVersion: triggerVersion,
      survivor: survivor,
      nodes: nodes
    )
  }
}
