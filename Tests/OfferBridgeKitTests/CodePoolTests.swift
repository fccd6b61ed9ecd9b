import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Pools of unique codes: the one in memory, and ones that are broken in one way each.
@Suite struct CodePoolTests {
  @Test(arguments: CodePoolContract.checks)
  func `the pool in memory keeps the contract`(check: ContractCheck<CodePoolUnderTest>) async throws {
    #expect(try await check.run(on: CodePoolUnderTest { InMemoryCodePool($0) }) == .kept)
  }

  /// A pool in memory, bent in one way.
  private struct Bent: CodePool {
    enum Bend: String, CaseIterable {
      case anotherCodeEachTime, oneCodeForAll, fenceStands, neverExhausted, keepsWhatIsReturned, ignoresFence
      case keepsRevoked, freesForNobody, fenceOfEachCode, listsWhatWasGivenBack, listsAllTenants
      case listsOneTooMany, keepsTheLastPlan, keepsTheFirstPlan, listsAgain
    }

    let bend: Bend
    let pool: InMemoryCodePool
    let codes: [OfferCode]
    let takings = Guarded(0)
    let noted = Guarded<[TakenCode]>([])

    func take(for issuance: IssuedOffer.ID, of tenant: TenantID, plannedAt moment: Date) async throws
      -> CodeAnswer
    {
      func take(for issuance: IssuedOffer.ID) async throws -> CodeAnswer {
        try await pool.take(for: issuance, of: bend == .listsAllTenants ? "main" : tenant, plannedAt: moment)
      }
      switch bend {
      case .anotherCodeEachTime:
        let taking = takings.withLock { takings in
          takings += 1
          return takings
        }
        return try await take(for: .derive("bent", issuance.description, "\(taking)"))
      case .oneCodeForAll:
        return try await take(for: .derive("bent"))
      case .fenceStands:
        guard case .taken(let code, _) = try await take(for: issuance) else { return .exhausted }
        return .taken(code, fence: 1)
      case .fenceOfEachCode:
        guard case .taken(let code, let fence) = try await take(for: issuance) else { return .exhausted }
        return .taken(code, fence: fence + (codes.firstIndex(of: code) ?? 0) * 100)
      case .neverExhausted:
        let answer = try await take(for: issuance)
        return answer == .exhausted ? .taken(codes.first ?? "none", fence: .max) : answer
      case .keepsTheFirstPlan, .keepsTheLastPlan, .listsWhatWasGivenBack:
        let answer = try await take(for: issuance)
        guard case .taken(let code, let fence) = answer else { return answer }
        noted.withLock { noted in
          let before = noted.first { $0.issuance == issuance }
          noted.removeAll { $0.issuance == issuance }
          let moment = bend == .keepsTheFirstPlan ? before?.plannedAt ?? moment : moment
          noted.append(TakenCode(issuance: issuance, code: code, fence: fence, plannedAt: moment))
        }
        return answer
      case .keepsWhatIsReturned, .ignoresFence, .keepsRevoked, .freesForNobody, .listsAllTenants,
        .listsOneTooMany, .listsAgain:
        return try await take(for: issuance)
      }
    }

    func taken(of tenant: TenantID, after fence: Int, limit: Int) async throws -> [TakenCode] {
      let list = try await pool.taken(of: tenant, after: fence, limit: limit)
      switch bend {
      case .listsOneTooMany: return try await pool.taken(of: tenant, after: fence, limit: limit + 1)
      case .listsAgain: return try await pool.taken(of: tenant, after: fence - 1, limit: limit)
      case .listsWhatWasGivenBack: return noted.withLock { $0 }
      case .keepsTheFirstPlan, .keepsTheLastPlan:
        let noted = noted.withLock { $0 }
        return list.map { taken in noted.first { $0.issuance == taken.issuance } ?? taken }
      default: return list
      }
    }

    func giveBack(codeOf issuance: IssuedOffer.ID, as reason: CodeReturn) async throws {
      switch (bend, reason) {
      case (.keepsWhatIsReturned, _), (.keepsRevoked, .revoked): return
      case (.ignoresFence, _): try await pool.giveBack(codeOf: issuance, as: .revoked)
      case (.freesForNobody, _):
        try await pool.giveBack(codeOf: issuance, as: reason)
        pool.add([OfferCode("new \(takings.withLock { $0 })")])
      default: try await pool.giveBack(codeOf: issuance, as: reason)
      }
    }
  }

  @Test func `every pool that is bent is caught, every check catches one, and none tells a code`()
    async throws
  {
    var broken: Set<String> = []
    for bend in Bent.Bend.allCases {
      let subject = CodePoolUnderTest { Bent(bend: bend, pool: InMemoryCodePool($0), codes: $0) }
      var violations: [ContractViolation] = []
      for check in CodePoolContract.checks {
        do { try await check.run(on: subject) } catch let violation as ContractViolation {
          violations.append(violation)
        }
      }
      #expect(!violations.isEmpty, "\(bend)")
      #expect(violations.allSatisfy { !"\($0)".contains("contract-") })
      broken.formUnion(violations.map(\.check))
    }
    #expect(broken == Set(CodePoolContract.checks.map(\.name)))
  }

  @Test func `that few codes are left is told once, and again after some were added`() async throws {
    let told = Guarded<[Int]>([])
    let pool = InMemoryCodePool(["a", "b", "c", "d", "a"], lowWater: 2) { left in
      told.withLock { $0.append(left) }
    }
    let moment = Date(milliseconds: 0)
    #expect(pool.left == 4)
    for number in 0..<4 {
      _ = try await pool.take(for: .derive("issued", "\(number)"), of: "main", plannedAt: moment)
    }
    #expect(try await pool.take(for: .derive("issued", "4"), of: "main", plannedAt: moment) == .exhausted)
    #expect(told.withLock { $0 } == [2])
    try await pool.giveBack(codeOf: .derive("issued", "0"), as: .revoked)
    _ = try await pool.take(for: .derive("issued", "4"), of: "main", plannedAt: moment)
    #expect(told.withLock { $0 } == [2])
    pool.add(["e", "f", "g", "a"])
    #expect(pool.left == 3)
    for number in 5..<8 {
      _ = try await pool.take(for: .derive("issued", "\(number)"), of: "main", plannedAt: moment)
    }
    #expect(told.withLock { $0 } == [2, 2])
  }

  @Test func `a pool that is taken from and given back to again and again remembers what is taken alone`()
    async throws
  {
    let pool = InMemoryCodePool((0..<3).map { OfferCode("code-\($0)") })
    let (a, b) = (IssuedOffer.ID.derive("issued", "a"), IssuedOffer.ID.derive("issued", "b"))
    let moment = Date(milliseconds: 0)
    _ = try await pool.take(for: a, of: "main", plannedAt: moment)
    for _ in 0..<1000 {
      _ = try await pool.take(for: b, of: "main", plannedAt: moment)
      try await pool.giveBack(codeOf: b, as: .revoked)
    }
    _ = try await pool.take(for: b, of: "main", plannedAt: moment)
    let taken = try await pool.taken(of: "main", after: 0, limit: 10)
    #expect(taken.map(\.issuance) == [a, b])
    #expect(taken.map(\.fence) == [1, 1002])
    #expect(try await pool.taken(of: "main", after: 1, limit: 10) == Array(taken.dropFirst()))
    #expect(try await pool.taken(of: "main", after: 1002, limit: 10) == [])
  }

  @Test func `a code's text is in no description, dump or decision`() async throws {
    let code: OfferCode = "SECRET-1"
    var dumped = ""
    dump([code], to: &dumped)
    let answer = CodeAnswer.taken(code, fence: 1)
    let taken = TakenCode(issuance: .derive("issued"), code: code, fence: 1, plannedAt: Date(milliseconds: 0))
    let texts = ["\(code)", String(reflecting: code), "\([code])", "\(answer)", "\(taken)", dumped]
    #expect(texts.allSatisfy { !$0.contains("SECRET") })
    #expect(texts[0] == "a code")
    #expect(try JSONDecoder().decode([OfferCode].self, from: JSONEncoder().encode([code])) == [code])
    #expect(OfferCode("é") != OfferCode("e\u{301}"))
  }
}
