public import OfferBridgeKit

/// What every `CodePool` must do.
///
/// ```swift
/// @Test(arguments: CodePoolContract.checks)
/// func `our pool keeps the contract`(check: ContractCheck<CodePoolUnderTest>) async throws {
///   try await check.run(on: CodePoolUnderTest { codes in try await OurPool(codes) })
/// }
/// ```
public enum CodePoolContract {
  /// All checks.
  public static let checks: [ContractCheck<CodePoolUnderTest>] = [
    .init("take.sameIssuanceSameCode") { subject, steps in
      let pool = try await subject.trial(3, steps)
      let first = try await pool.take("a")
      for _ in 0..<3 { try steps.expect("a's code", try await pool.take("a").code, is: first.code) }
      let codes = [first, try await pool.take("b"), try await pool.take("c")].compactMap(\.code)
      try steps.expect("each of the codes, once", Set(codes), is: Set(pool.codes))
    },
    .init("take.fenceRises") { subject, steps in
      let pool = try await subject.trial(2, steps)
      var last = try steps.unwrap("a fence", try await pool.take("a").fence)
      for isReturned in [false, true, true, false] {
        if isReturned { try await pool.giveBack("a", as: .notIssued(fence: last)) }
        let fence = try steps.unwrap("a fence", try await pool.take("a").fence)
        try steps.expect("a fence above \(last)", fence > last, seen: fence)
        last = fence
      }
    },
    .init("take.exhausted") { subject, steps in
      let pool = try await subject.trial(1, steps)
      let first = try await pool.take("a")
      for _ in 0..<2 { try steps.expect("b's answer", try await pool.take("b"), is: .exhausted) }
      try steps.expect("a's code, still", try await pool.take("a").code, is: first.code)
      let empty = try await subject.trial(0, steps)
      try steps.expect("the answer of an empty pool", try await empty.take("a"), is: .exhausted)
    },
    .init("take.sixtyFourRacersNeverShare") { subject, steps in
      let pool = try await subject.trial(64, steps)
      let answers = try await pool.race((0..<64).map { "racer \($0)" })
      try steps.expect("different codes", Set(answers.compactMap(\.code)).count, is: 64)
      try steps.expect("the answer to one more", try await pool.take("late"), is: .exhausted)
    },
    .init("take.sixtyFourRepeatsTakeOne") { subject, steps in
      let pool = try await subject.trial(2, steps)
      let answers = try await pool.race(Array(repeating: "a", count: 64))
      try steps.expect("different codes", Set(answers.compactMap(\.code)).count, is: 1)
      try steps.expect("different fences", Set(answers.compactMap(\.fence)).count, is: 64)
      try steps.expect("a code for b", try await pool.take("b").code != nil, seen: "exhausted")
    },
    .init("giveBack.freesOnce") { subject, steps in
      let pool = try await subject.trial(1, steps)
      let fence = try steps.unwrap("a fence", try await pool.take("a").fence)
      try await pool.giveBack("a", as: .notIssued(fence: fence))
      try steps.expect("b's code", try await pool.take("b").code, is: pool.codes[0])
      try await pool.giveBack("a", as: .notIssued(fence: fence))
      try await pool.giveBack("a", as: .revoked)
      try steps.expect("c's answer, for b has it", try await pool.take("c"), is: .exhausted)
    },
    .init("giveBack.oldFenceChangesNothing") { subject, steps in
      let pool = try await subject.trial(1, steps)
      let old = try steps.unwrap("a fence", try await pool.take("a").fence)
      let now = try steps.unwrap("a fence", try await pool.take("a").fence)
      try await pool.giveBack("a", as: .notIssued(fence: old))
      try steps.expect("b's answer", try await pool.take("b"), is: .exhausted)
      try await pool.giveBack("a", as: .notIssued(fence: now))
      try steps.expect("b's code", try await pool.take("b").code, is: pool.codes[0])
    },
    .init("giveBack.revokedWhateverTheFence") { subject, steps in
      let pool = try await subject.trial(1, steps)
      for _ in 0..<2 { _ = try await pool.take("a") }
      try await pool.giveBack("a", as: .revoked)
      try steps.expect("b's code", try await pool.take("b").code, is: pool.codes[0])
    },
    .init("giveBack.nobodysChangesNothing") { subject, steps in
      let pool = try await subject.trial(1, steps)
      try await pool.giveBack("nobody", as: .revoked)
      try await pool.giveBack("nobody", as: .notIssued(fence: 1))
      try steps.expect("a's code", try await pool.take("a").code, is: pool.codes[0])
      try steps.expect("b's answer", try await pool.take("b"), is: .exhausted)
    },
    .init("giveBack.returnedGoLast") { subject, steps in
      let pool = try await subject.trial(4, steps)
      let first = try await pool.take("a").code
      let second = try await pool.take("b").code
      try await pool.giveBack("b", as: .revoked)
      try await pool.giveBack("a", as: .revoked)
      for name in ["c", "d"] {
        let code = try await pool.take(name).code
        try steps.expect(
          "\(name)'s code was never taken",
          ![first, second].contains(code),
          seen: "a returned one"
        )
      }
      try steps.expect("the one that was returned first", try await pool.take("e").code, is: second)
      try steps.expect("the other", try await pool.take("f").code, is: first)
    },
  ]
}

/// A host's pool of codes, and how to make one.
public struct CodePoolUnderTest: Sendable {
  let make: @Sendable ([OfferCode]) async throws -> any CodePool

  /// A pool.
  ///
  /// - Parameter make: Makes a pool that holds just those codes, none of them taken.
  public init(_ make: @escaping @Sendable ([OfferCode]) async throws -> any CodePool) { self.make = make }

  func trial(_ count: Int, _ steps: ContractSteps) async throws -> CodePoolTrial {
    let codes = (0..<count).map { OfferCode("contract-\($0)") }
    steps.note("a pool of \(count)")
    return CodePoolTrial(pool: try await make(codes), codes: codes, steps: steps)
  }
}

/// A pool on trial, in which issuances have short names.
struct CodePoolTrial: Sendable {
  let pool: any CodePool
  let codes: [OfferCode]
  let steps: ContractSteps

  func take(_ name: String) async throws -> CodeAnswer {
    let answer = try await pool.take(for: .derive("contract issued", name))
    steps.note("take for \(name): \(answer.words)")
    return answer
  }

  func giveBack(_ name: String, as reason: CodeReturn) async throws {
    try await pool.giveBack(codeOf: .derive("contract issued", name), as: reason)
    steps.note("give back \(name)'s as \(readable(reason))")
  }

  func race(_ names: [String]) async throws -> [CodeAnswer] {
    let answers = try await atOnce(names.count) { number in
      try await pool.take(for: .derive("contract issued", names[number]))
    }
    steps.note("\(names.count) at once")
    return answers
  }
}

extension CodeAnswer {
  var code: OfferCode? {
    if case .taken(let code, _) = self { code } else { nil }
  }

  var fence: Int? {
    if case .taken(_, let fence) = self { fence } else { nil }
  }

  /// Without the code.
  fileprivate var words: String { fence.map { "a code, fence \($0)" } ?? "exhausted" }
}
