import Foundation
import OfferBridgeKit

/// A pool in memory that lets something happen around its steps; what throws there, the pool throws.
struct HookedCodePool: CodePool {
  typealias Hook = @Sendable () async throws -> Void

  private let pool: InMemoryCodePool
  private let beforeTaking: Hook
  private let afterTaking: Hook
  private let beforeGivingBack: Hook
  private let afterListing: Hook

  init(
    _ pool: InMemoryCodePool,
    beforeTaking: @escaping Hook = {},
    afterTaking: @escaping Hook = {},
    beforeGivingBack: @escaping Hook = {},
    afterListing: @escaping Hook = {}
  ) {
    self.pool = pool
    self.beforeTaking = beforeTaking
    self.afterTaking = afterTaking
    self.beforeGivingBack = beforeGivingBack
    self.afterListing = afterListing
  }

  func take(for issuance: IssuedOffer.ID, of tenant: TenantID, plannedAt moment: Date) async throws
    -> CodeAnswer
  {
    try await beforeTaking()
    let answer = try await pool.take(for: issuance, of: tenant, plannedAt: moment)
    try await afterTaking()
    return answer
  }

  func giveBack(codeOf issuance: IssuedOffer.ID, as reason: CodeReturn) async throws {
    try await beforeGivingBack()
    try await pool.giveBack(codeOf: issuance, as: reason)
  }

  func taken(of tenant: TenantID, after fence: Int, limit: Int) async throws -> [TakenCode] {
    let list = try await pool.taken(of: tenant, after: fence, limit: limit)
    try await afterListing()
    return list
  }
}

/// Something that happens once, at the first hook that asks for it after it was said.
final class Once: Sendable {
  private let next = Guarded<HookedCodePool.Hook?>(nil)

  func `is`(_ body: @escaping HookedCodePool.Hook) { next.withLock { $0 = body } }

  func happen() async throws {
    let body = next.withLock { next in
      defer { next = nil }
      return next
    }
    try await body?()
  }
}

/// What is waited for until it is open.
struct Gate {
  private let stream: AsyncStream<Void>
  private let continuation: AsyncStream<Void>.Continuation

  init() { (stream, continuation) = AsyncStream.makeStream() }

  func open() { continuation.finish() }
  func wait() async { for await _ in stream {} }
}
