import Foundation
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
      for (name, isReturned) in [("a", false), ("a", true), ("b", false), ("a", true), ("b", false)] {
        if isReturned { try await pool.giveBack(name, as: .notIssued(fence: last)) }
        let fence = try steps.unwrap("a fence", try await pool.take(name).fence)
        try steps.expect("a fence above \(last), of whichever code", fence > last, seen: fence)
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
    .init("taken.inTheOrderOfTheFences") { subject, steps in
      let pool = try await subject.trial(3, steps)
      try await pool.expect("nobody's codes", [])
      for name in ["a", "b", "c", "a"] { _ = try await pool.take(name) }
      try await pool.expect("those of b, c and a, which was taken again", ["b", "c", "a"])
      let codes = try await pool.taken().map(\.code)
      try steps.expect("each of the codes, once", Set(codes), is: Set(pool.codes))
      let fence = try steps.unwrap("a fence", try await pool.take("b").fence)
      try await pool.expect("b's last", ["c", "a", "b"])
      try steps.expect("the fence of b's last taking", try await pool.taken().last?.fence, is: fence)
    },
    .init("taken.pageByPage") { subject, steps in
      let pool = try await subject.trial(5, steps)
      for name in ["a", "b", "c", "d", "e"] { _ = try await pool.take(name) }
      let all = try await pool.taken()
      try steps.expect("five codes", all.count, is: 5)
      for (place, taken) in all.enumerated() {
        let page = try await pool.taken(after: taken.fence, limit: 2)
        try steps.expect("the next two behind \(taken.fence)", page, is: Array(all[(place + 1)...].prefix(2)))
      }
    },
    .init("taken.notWhatWasGivenBack") { subject, steps in
      let pool = try await subject.trial(3, steps)
      _ = try await pool.take("a")
      let fence = try steps.unwrap("a fence", try await pool.take("b").fence)
      try await pool.giveBack("b", as: .notIssued(fence: fence))
      _ = try await pool.take("c")
      try await pool.expect("those of a and c", ["a", "c"])
      try await pool.giveBack("a", as: .revoked)
      try await pool.expect("c's", ["c"])
    },
    .init("taken.latestPlan") { subject, steps in
      let pool = try await subject.trial(1, steps)
      var latest = 0
      for minute in [5, 9, 3, 9, 12, 0] {
        _ = try await pool.take("a", plannedAfter: minute)
        latest = max(latest, minute)
        let moment = try await pool.taken().first?.plannedAt
        try steps.expect("the latest of the moments", moment, is: pool.moment(after: latest))
      }
      try await pool.giveBack("a", as: .revoked)
      _ = try await pool.take("b", plannedAfter: 1)
      try steps.expect("the new moment", try await pool.taken().first?.plannedAt, is: pool.moment(after: 1))
    },
    .init("taken.ofTheTenant") { subject, steps in
      let pool = try await subject.trial(3, steps)
      for (name, tenant) in [("a", "main"), ("b", "other"), ("c", "main")] as [(String, TenantID)] {
        _ = try await pool.take(name, of: tenant)
      }
      try await pool.expect("those of a and c", ["a", "c"])
      try await pool.expect("b's", ["b"], of: "other")
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

  /// A moment, so many minutes into the trial.
  func moment(after minutes: Int) -> Date { Date(milliseconds: 1_767_225_600_001 + Int64(minutes) * 60_000) }

  private func issuance(_ name: String) -> IssuedOffer.ID { .derive("contract issued", name) }

  func take(_ name: String, of tenant: TenantID = "main", plannedAfter minutes: Int = 0) async throws
    -> CodeAnswer
  {
    let answer = try await pool.take(
      for: issuance(name),
      of: tenant,
      plannedAt: moment(after: minutes)
    )
    steps.note("take for \(name) of \(tenant), planned after \(minutes) minutes: \(answer.words)")
    return answer
  }

  func giveBack(_ name: String, as reason: CodeReturn) async throws {
    try await pool.giveBack(codeOf: issuance(name), as: reason)
    steps.note("give back \(name)'s as \(readable(reason))")
  }

  func taken(of tenant: TenantID = "main", after fence: Int = 0, limit: Int = 100) async throws -> [TakenCode]
  {
    let list = try await pool.taken(of: tenant, after: fence, limit: limit)
    steps.note("list \(limit) of \(tenant) after \(fence): fences \(list.map(\.fence))")
    return list
  }

  /// What is listed, by the short names, in rising fences.
  func expect(_ what: String, _ names: [String], of tenant: TenantID = "main") async throws {
    let list = try await taken(of: tenant)
    try steps.expect(what, list.map(\.issuance), is: names.map(issuance))
    try steps.expect("rising fences", list.map(\.fence), is: list.map(\.fence).sorted())
  }

  func race(_ names: [String]) async throws -> [CodeAnswer] {
    let answers = try await atOnce(names.count) { number in
      try await pool.take(for: issuance(names[number]), of: "main", plannedAt: moment(after: 0))
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
