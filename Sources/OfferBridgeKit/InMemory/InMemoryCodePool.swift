public import Foundation

/// Unique codes in memory.
///
/// ```swift
/// let codes = InMemoryCodePool(spring, lowWater: 100) { left in print("only \(left) codes left") }
/// let bridge = try await OfferBridge(…, codePools: ["spring-codes": codes])
/// ```
///
/// Codes are given out in the order in which they were added, those given back
/// after all others. What is taken is forgotten with the process: over a
/// ledger that outlives it, write a pool that does too.
public final class InMemoryCodePool: CodePool {
  private struct State {
    /// Codes that were never taken; the next one is at the front of what is left.
    var fresh: ArraySlice<OfferCode> = []
    /// Codes that were given back; the one that was longest ago first.
    var returned: ArraySlice<OfferCode> = []
    var known: Set<OfferCode> = []
    var taken: [IssuedOffer.ID: (code: TakenCode, tenant: TenantID)] = [:]
    /// Every taking in the order of the fences, also of codes that were taken again or given back since.
    var takings: [(fence: Int, issuance: IssuedOffer.ID)] = []
    var fence = 0
    var isLow = false

    var left: Int { fresh.count + returned.count }

    mutating func add(_ codes: [OfferCode]) {
      for code in codes where known.insert(code).inserted { fresh.append(code) }
    }

    mutating func take(for issuance: IssuedOffer.ID, of tenant: TenantID, plannedAt moment: Date)
      -> CodeAnswer
    {
      let before = taken[issuance]?.code
      guard let code = before?.code ?? fresh.popFirst() ?? returned.popFirst() else { return .exhausted }
      fence += 1
      let moment = before.map { max($0.plannedAt, moment) } ?? moment
      taken[issuance] = (.init(issuance: issuance, code: code, fence: fence, plannedAt: moment), tenant)
      if takings.count > 2 * taken.count + 64 {
        takings.removeAll { taken[$0.issuance]?.code.fence != $0.fence }
      }
      takings.append((fence, issuance))
      return .taken(code, fence: fence)
    }

    func taken(of tenant: TenantID, after fence: Int, limit: Int) -> [TakenCode] {
      var list: [TakenCode] = []
      for taking in takings[place(after: fence)...] {
        guard list.count < limit else { break }
        guard let held = taken[taking.issuance], held.code.fence == taking.fence, held.tenant == tenant else {
          continue
        }
        list.append(held.code)
      }
      return list
    }

    /// Where the takings begin whose fence is above that one.
    private func place(after fence: Int) -> Int {
      var range = 0..<takings.count
      while !range.isEmpty {
        let middle = (range.lowerBound + range.upperBound) / 2
        range = takings[middle].fence > fence ? range.lowerBound..<middle : middle + 1..<range.upperBound
      }
      return range.lowerBound
    }

    mutating func giveBack(codeOf issuance: IssuedOffer.ID, as reason: CodeReturn) {
      guard let held = taken[issuance] else { return }
      if case .notIssued(let fence) = reason, fence != held.code.fence { return }
      taken[issuance] = nil
      returned.append(held.code.code)
    }
  }

  private let state = Guarded(State())
  private let lowWater: Int
  private let onLowWater: @Sendable (Int) -> Void

  /// A pool of those codes.
  ///
  /// - Parameters:
  ///   - codes: The codes; one that is given twice is there once.
  ///   - lowWater: The mark at which few are left; 0 by default, when none is.
  ///   - onLowWater: Told how many are left when they fall to the mark; once, and again only after codes were added.
  ///     Called by whoever takes the code, so it should be quick.
  public init(
    _ codes: [OfferCode],
    lowWater: Int = 0,
    onLowWater: @escaping @Sendable (_ left: Int) -> Void = { _ in }
  ) {
    self.lowWater = lowWater
    self.onLowWater = onLowWater
    state.withLock { $0.add(codes) }
  }

  /// Adds codes behind those that were never taken.
  ///
  /// - Parameter codes: The codes; one that the pool ever had is not added again.
  public func add(_ codes: [OfferCode]) {
    state.withLock { state in
      state.add(codes)
      if state.left > lowWater { state.isLow = false }
    }
  }

  /// How many codes are free.
  public var left: Int { state.withLock { $0.left } }

  /// The issuance's code, or the next that is free.
  public func take(for issuance: IssuedOffer.ID, of tenant: TenantID, plannedAt moment: Date) async throws
    -> CodeAnswer
  {
    let (answer, low) = state.withLock { state -> (CodeAnswer, Int?) in
      let answer = state.take(for: issuance, of: tenant, plannedAt: moment)
      guard state.left <= lowWater, !state.isLow else { return (answer, nil) }
      state.isLow = true
      return (answer, state.left)
    }
    if let low { onLowWater(low) }
    return answer
  }

  /// Puts the issuance's code behind all that are free.
  public func giveBack(codeOf issuance: IssuedOffer.ID, as reason: CodeReturn) async throws {
    state.withLock { $0.giveBack(codeOf: issuance, as: reason) }
  }

  /// The codes that issuances of the tenant have, in the order of their last takings.
  public func taken(of tenant: TenantID, after fence: Int, limit: Int) async throws -> [TakenCode] {
    state.withLock { $0.taken(of: tenant, after: fence, limit: limit) }
  }
}
