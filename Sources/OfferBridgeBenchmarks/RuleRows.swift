import Foundation
import OfferBridgeKit
import OfferBridgeTesting

/// What one rule costs a customer, beside the same condition written by hand as one closure.
struct RuleRows {
  let plan: BenchmarkPlan

  /// A profile of stored properties, as most hosts have.
  struct Profile: Sendable {
    enum Tier: Int, Sendable { case basic, silver, gold }

    var tier = Tier.gold
    var isOptedIn = true
    var age = 40
    var visits = 12
    var points = 900
    var balance = 20.5
    var country = "NO"
    var birthMonth = 1
    var segments: Set<String> = ["coffee", "app"]
  }

  typealias Context = RuleContext<Profile>
  typealias HandWritten = @Sendable (Context) -> Bool

  func rows() async throws -> [BenchmarkRow] {
    var rows: [BenchmarkRow] = []
    for (name, rule, byHand) in [
      ("rule.1", Self.one, Self.oneByHand), ("rule.5", Self.five, Self.fiveByHand),
      ("rule.20", Self.twenty, Self.twentyByHand), ("rule.nine", Self.nine, Self.nineByHand),
    ] where plan.includes(name) {
      let compiled = try CompiledRule(rule)
      rows.append(
        try await row(name, "hand-written closure over the same context") {
          compiled.evaluate(in: $0).verdict == .met
        } theirs: {
          byHand($0)
        }
      )
    }
    if plan.includes("rule.predicate") {
      let compiled = try CompiledRule(Self.five)
      let predicate = #Predicate<Profile> {
        $0.isOptedIn && $0.age >= 18 && $0.visits > 10 && $0.points >= 500 && $0.balance > 10.0
      }
      rows.append(
        try await row("rule.predicate", "Foundation #Predicate") {
          compiled.evaluate(in: $0).verdict == .met
        } theirs: {
          (try? predicate.evaluate($0.customer)) ?? false
        }
      )
    }
    return rows
  }

  private func row(
    _ name: String,
    _ against: String,
    ours: (Context) -> Bool,
    theirs: (Context) -> Bool
  ) async throws -> BenchmarkRow {
    let contexts = (0..<64).map { Self.context($0) }
    let side = SideBySide(name: name, against: against, rounds: plan.rounds, count: 64 * 500)
    func round(_ holds: (Context) -> Bool) throws -> Duration {
      let clock = ContinuousClock()
      let start = clock.now
      var met = 0
      for _ in 0..<500 {
        for context in contexts where holds(context) { met += 1 }
      }
      let length = clock.now - start
      guard met == side.count else { throw NotTheSameWork() }
      return length
    }
    return try await side.row(ours: { try round(ours) }, theirs: { try round(theirs) })
  }

  private static func context(_ number: Int) -> Context {
    let now = Date(timeIntervalSince1970: 1_767_225_600)
    return .example(
      customer: Profile(age: 30 + number % 20, points: 600 + number),
      id: CustomerID("customer-\(number)"),
      event: ["app": "shop", "channel": "ios"],
      history: (0..<3).map {
        CustomerAction("purchase", id: "p-\($0)", by: "ada", at: now - Double($0) * 86_400, ["amount": 50])
      },
      now: now
    )
  }
}

extension RuleRows {
  fileprivate static let one = Rule<Profile> { $0.customer.age >= 18 }
  fileprivate static let oneByHand: HandWritten = { $0.customer.age >= 18 }

  fileprivate static let five = Rule<Profile> {
    $0.customer.isOptedIn
    $0.customer.age >= 18
    $0.customer.visits > 10
    $0.customer.points >= 500
    $0.customer.balance > 10
  }
  fileprivate static let fiveByHand: HandWritten = {
    $0.customer.isOptedIn && $0.customer.age >= 18 && $0.customer.visits > 10 && $0.customer.points >= 500
      && $0.customer.balance > 10
  }

  fileprivate static let twenty = Rule<Profile> {
    for step in 0..<4 {
      $0.customer.isOptedIn
      $0.customer.age >= 18 + step
      $0.customer.visits > 10 - step
      $0.customer.points >= 500 + step
      $0.customer.balance > 10 + Double(step)
    }
  }
  fileprivate static let twentyByHand: HandWritten = { context in
    context.customer.isOptedIn && context.customer.age >= 18 && context.customer.visits > 10
      && context.customer.points >= 500 && context.customer.balance > 10
      && context.customer.isOptedIn && context.customer.age >= 19 && context.customer.visits > 9
      && context.customer.points >= 501 && context.customer.balance > 11
      && context.customer.isOptedIn && context.customer.age >= 20 && context.customer.visits > 8
      && context.customer.points >= 502 && context.customer.balance > 12
      && context.customer.isOptedIn && context.customer.age >= 21 && context.customer.visits > 7
      && context.customer.points >= 503 && context.customer.balance > 13
  }

  /// Two of the profile, an attribute, two of history, a segment, the birthday month, not holding, the holdout.
  fileprivate static let nine = Rule<Profile> {
    $0.customer.tier == .gold
    $0.customer.isOptedIn
    $0.event.channel == "ios"
    $0.history.count(of: "purchase", inLast: .days(30)) >= 2
    $0.history.total(of: "purchase", inLast: .days(90)) > 100
    $0.customer.segments.contains("coffee")
    $0.customer.birthMonth == 1
    !$0.history.holds("ten-off")
    Holdout(percent: 0, salt: "spring")
  }
  fileprivate static let nineByHand: HandWritten = { context in
    let now = context.now
    guard context.customer.tier == .gold, context.customer.isOptedIn,
      case .text("ios") = context.event.attributes["channel"]
    else { return false }
    let month = now - 30 * 86_400
    let quarter = now - 90 * 86_400
    var count = 0
    var total = 0.0
    for action in context.history.actions where action.name == "purchase" && action.occurredAt <= now {
      if action.occurredAt > month { count += 1 }
      if action.occurredAt > quarter, case .integer(let amount) = action.attributes["amount"] {
        total += Double(amount)
      }
    }
    return count >= 2 && total > 100 && context.customer.segments.contains("coffee")
      && context.customer.birthMonth == 1
      && !context.history.issuedOffers.contains { $0.offer == "ten-off" && $0.status(at: now) == .issued }
      && !HoldoutBucket(salt: "spring", customer: context.customerID).isHeldOut(percent: 0)
  }
}
