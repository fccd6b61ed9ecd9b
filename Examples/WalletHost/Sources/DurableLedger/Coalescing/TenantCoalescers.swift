import OfferBridgeKit
import Synchronization

/// Does together what many ask for at once of one tenant; tenants neither wait for each other, nor get one another's
/// faults.
final class TenantCoalescers<Request: Sendable, Answer: Sendable>: Sendable {
  typealias Work = @Sendable ([Request], TenantID) async throws -> [Answer]

  private let most: Int
  private let work: Work
  private let coalescers = Mutex<[TenantID: Coalescer<Request, Answer>]>([:])

  /// - Parameters:
  ///   - most: How many requests are done together.
  ///   - work: Does some of a tenant's, and gives an answer to each in their order.
  init(most: Int, work: @escaping Work) {
    self.most = most
    self.work = work
  }

  /// Asks, and waits for the answers.
  ///
  /// - Parameters:
  ///   - requests: What is asked for.
  ///   - tenant: Whose it is.
  /// - Returns: An answer to each, in their order.
  /// - Throws: What the work throws for these alone.
  func ask(_ requests: [Request], of tenant: TenantID) async throws -> [Answer] {
    let coalescer = coalescers.withLock { coalescers in
      if let known = coalescers[tenant] { return known }
      let coalescer = Coalescer(most: most) { [work] in try await work($0, tenant) }
      coalescers[tenant] = coalescer
      return coalescer
    }
    return try await coalescer.ask(requests)
  }
}
