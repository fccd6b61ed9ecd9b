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
      case keepsRevoked, freesForNobody
    }

    let bend: Bend
    let pool: InMemoryCodePool
    let codes: [OfferCode]
    let takings = Guarded(0)

    func take(for issuance: IssuedOffer.ID) async throws -> CodeAnswer {
      switch bend {
      case .anotherCodeEachTime:
        let taking = takings.withLock { takings in
          takings += 1
          return takings
        }
        return try await pool.take(for: .derive("bent", issuance.description, "\(taking)"))
      case .oneCodeForAll:
        return try await pool.take(for: .derive("bent"))
      case .fenceStands:
        guard case .taken(let code, _) = try await pool.take(for: issuance) else { return .exhausted }
        return .taken(code, fence: 1)
      case .neverExhausted:
        let answer = try await pool.take(for: issuance)
        return answer == .exhausted ? .taken(codes.first ?? "none", fence: .max) : answer
      case .keepsWhatIsReturned, .ignoresFence, .keepsRevoked, .freesForNobody:
        return try await pool.take(for: issuance)
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
    #expect(pool.left == 4)
    for number in 0..<4 { _ = try await pool.take(for: .derive("issued", "\(number)")) }
    #expect(try await pool.take(for: .derive("issued", "4")) == .exhausted)
    #expect(told.withLock { $0 } == [2])
    try await pool.giveBack(codeOf: .derive("issued", "0"), as: .revoked)
    _ = try await pool.take(for: .derive("issued", "4"))
    #expect(told.withLock { $0 } == [2])
    pool.add(["e", "f", "g", "a"])
    #expect(pool.left == 3)
    for number in 5..<8 { _ = try await pool.take(for: .derive("issued", "\(number)")) }
    #expect(told.withLock { $0 } == [2, 2])
  }

  @Test func `a code's text is in no description, dump or decision`() async throws {
    let code: OfferCode = "SECRET-1"
    var dumped = ""
    dump([code], to: &dumped)
    let answer = CodeAnswer.taken(code, fence: 1)
    let texts = ["\(code)", String(reflecting: code), "\([code])", "\(answer)", dumped]
    #expect(texts.allSatisfy { !$0.contains("SECRET") })
    #expect(texts[0] == "a code")
    #expect(try JSONDecoder().decode([OfferCode].self, from: JSONEncoder().encode([code])) == [code])
    #expect(OfferCode("é") != OfferCode("e\u{301}"))
  }
}
