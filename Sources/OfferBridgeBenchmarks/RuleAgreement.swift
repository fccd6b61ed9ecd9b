import Foundation
import OfferBridgeKit
import OfferBridgeTesting

/// Asks random rules about random customers in every form that the library has, and beside it by hand.
///
/// `swift run -c release OfferBridgeBenchmarks --agreement 1000000 [--seed
/// <number>]` prints one line and fails at the first disagreement. The
/// compiled form, the explanation, and a plain walk over conditions written by
/// hand must say the same: over `nil`, absent and wrongly typed attributes,
/// not-a-number, and the ends of the integers.
package struct RuleAgreement {
  package struct Profile: Sendable {
    var count = 0
    var wide: Int64 = 0
    var score = 0.0
    var isOptedIn = false
    var name = ""
    var level: Int?
    var isStaff: Bool?
    var tags: Tags = [:]
    /// Read through the key path, as no load at an offset can be.
    var doubled: Double { score * 2 }
  }

  /// A rule, and what it must say, written by hand.
  private struct Pair {
    let rule: Rule<Profile>
    let byHand: @Sendable (RuleContext<Profile>) -> RuleVerdict
  }

  private var random: Seeded

  package init(seed: UInt64) { random = Seeded(seed) }

  /// How many evaluations of each form agreed, or the first disagreement.
  ///
  /// - Parameter count: How many evaluations; ten contexts a rule.
  /// - Returns: What was met, not met and not evaluable.
  /// - Throws: ``Disagreement``.
  package mutating func run(_ count: Int) throws -> [RuleVerdict: Int] {
    var seen: [RuleVerdict: Int] = [:]
    var done = 0
    while done < count {
      let pair = tree(depth: Int.random(in: 0...3, using: &random))
      let compiled = try CompiledRule(pair.rule)
      for _ in 0..<min(10, count - done) {
        let context = context()
        let expected = pair.byHand(context)
        let explanation = pair.rule.explain(in: context)
        let verdict = compiled.evaluate(in: context).verdict
        guard verdict == expected, explanation.verdict == expected else {
          throw Disagreement(byHand: expected, compiled: verdict, explanation: explanation)
        }
        seen[expected, default: 0] += 1
        done += 1
      }
    }
    return seen
  }

  package struct Disagreement: Error, CustomStringConvertible {
    let byHand: RuleVerdict
    let compiled: RuleVerdict
    let explanation: RuleExplanation

    package var description: String {
      "by hand \(byHand), compiled \(compiled), explained \(explanation.verdict):\n\(explanation)"
    }
  }

  // MARK: Trees

  private mutating func tree(depth: Int) -> Pair {
    guard depth > 0, Int.random(in: 0..<8, using: &random) > 0 else { return leaf() }
    let parts = (0..<Int.random(in: 1...6, using: &random)).map { _ in tree(depth: depth - 1) }
    let rules = parts.map(\.rule)
    let hands = parts.map(\.byHand)
    switch Int.random(in: 0..<8, using: &random) {
    case 0, 1:
      return Pair(rule: Rule { _ in AllOf { for rule in rules { rule } } }) { context in
        hands.map { $0(context) }.min() ?? .met
      }
    case 2, 3:
      return Pair(rule: Rule { _ in AnyOf { for rule in rules { rule } } }) { context in
        hands.map { $0(context) }.max() ?? .notMet
      }
    case 4:
      return Pair(rule: Rule { _ in Not { for rule in rules { rule } } }) { context in
        !(hands.map { $0(context) }.min() ?? .met)
      }
    case 5:
      return Pair(rule: Rule { _ in NoneOf { for rule in rules { rule } } }) { context in
        !(hands.map { $0(context) }.max() ?? .notMet)
      }
    case 6:
      let inner = Rule<Profile> { _ in for rule in rules { rule } }
      return Pair(rule: Rule { _ in Sensitive { Wrapped(inner: inner) } }) { context in
        hands.map { $0(context) }.min() ?? .met
      }
    default:
      let count = Int.random(in: 1...parts.count, using: &random)
      return Pair(rule: Rule { _ in AtLeast(count) { for rule in rules { rule } } }) { context in
        let verdicts = hands.map { $0(context) }
        if verdicts.count(where: { $0 == .met }) >= count { return .met }
        return verdicts.count(where: { $0 != .notMet }) < count ? .notMet : .notEvaluable
      }
    }
  }

  private struct Wrapped: CampaignRule {
    let inner: Rule<Profile>
    var body: Rule<Profile> { inner }
  }

  // MARK: Clauses

  private static let integers: [Int] = [.min, .min + 1, -1, 0, 1, 2, 3, .max - 1, .max]
  private static let numbers: [Double] = [
    -.infinity, -.greatestFiniteMagnitude, -1, -0.0, 0, .leastNonzeroMagnitude, 0.5, 1, 2, .infinity, .nan,
  ]

  private mutating func integer() -> Int { Self.integers.randomElement(using: &random) ?? 0 }
  private mutating func number() -> Double { Self.numbers.randomElement(using: &random) ?? 0 }
  private mutating func flip() -> Bool { Bool.random(using: &random) }

  private mutating func leaf() -> Pair {
    let integer = integer()
    let number = number()
    let flag = flip()
    switch Int.random(in: 0..<17, using: &random) {
    case 15: return untyped(integer)
    case 0...2: return compared({ $0.customer.count }, integer) { $0.customer.count }
    case 3: return compared({ $0.customer.wide }, Int64(integer)) { $0.customer.wide }
    case 4, 5: return compared({ $0.customer.score }, number) { $0.customer.score }
    case 6: return compared({ $0.customer.doubled }, number) { $0.customer.doubled }
    case 7: return compared({ $0.customer.level }, integer) { $0.customer.level }
    case 8:
      return compared({ $0.event.items.as(Double.self) }, number) { context in
        switch context.event.attributes["items"] {
        case .integer(let integer): Double(integer)
        case .number(let number): number
        default: nil
        }
      }
    case 9:
      return compared({ $0.event["channel"].as(String.self) }, flag ? "ios" : "web") { context in
        if case .text(let text) = context.event.attributes["channel"] { text } else { nil }
      }
    case 10:
      return compared({ $0.history.count(of: "purchase", inLast: .days(1)) }, flag ? 1 : 2) { context in
        context.history.actions.count {
          $0.name == "purchase" && context.now.timeIntervalSince($0.occurredAt) < 86_400
        }
      }
    case 11:
      return Pair(rule: Rule { flag ? $0.customer.isOptedIn.rule : !$0.customer.isOptedIn }) {
        RuleVerdict($0.customer.isOptedIn == flag)
      }
    case 12:
      return Pair(rule: Rule { $0.customer.isStaff }) {
        $0.customer.isStaff.map { RuleVerdict($0) } ?? .notEvaluable
      }
    case 13:
      return Pair(rule: Rule { flag ? $0.customer.level == nil : $0.customer.level != nil }) {
        RuleVerdict(($0.customer.level == nil) == flag)
      }
    case 14:
      return Pair(rule: Rule { $0.customer.tags.has("vip") }) { context in
        guard let ending = context.customer.tags.endings["vip"] else { return .notMet }
        return RuleVerdict(ending.map { context.now < $0 } ?? true)
      }
    default:
      return Pair(rule: flag ? Everyone().rule : !Everyone<Profile>()) { _ in RuleVerdict(flag) }
    }
  }

  private mutating func compared<Operand: RuleOperand<Profile, Fact>, Fact: Comparable>(
    _ operand: (RuleScope<Profile>) -> Operand,
    _ value: Fact,
    _ read: @escaping @Sendable (RuleContext<Profile>) -> Fact?
  ) -> Pair {
    let operand = operand(RuleScope())
    let other = value
    switch Int.random(in: 0..<8, using: &random) {
    case 0: return pair(operand == value, read) { $0 == value }
    case 1: return pair(operand != value, read) { $0 != value }
    case 2: return pair(operand < value, read) { $0 < value }
    case 3: return pair(operand <= value, read) { $0 <= value }
    case 4: return pair(operand > value, read) { $0 > value }
    case 5: return pair(operand >= value, read) { $0 >= value }
    case 6: return pair(operand.isOneOf(value, other), read) { $0 == value || $0 == other }
    default:
      return Pair(rule: operand.orElse(value) >= value) { context in
        RuleVerdict((read(context) ?? value) >= value)
      }
    }
  }

  /// An attribute of no stated type against a whole number: by number, whatever its fraction.
  private mutating func untyped(_ value: Int) -> Pair {
    let event = RuleScope<Profile>().event
    func hand(_ holds: @escaping @Sendable (Double, Double) -> Bool)
      -> @Sendable (RuleContext<Profile>) -> RuleVerdict
    {
      { context in
        switch context.event.attributes["items"] {
        // Small ones: both are exact as Double.
        case .integer(let integer): RuleVerdict(holds(Double(integer), Double(value)))
        case .number(let number): RuleVerdict(holds(number, Double(value)))
        default: .notEvaluable
        }
      }
    }
    switch Int.random(in: 0..<6, using: &random) {
    case 0: return Pair(rule: event.items == value, byHand: hand { $0 == $1 })
    case 1: return Pair(rule: event.items != value, byHand: hand { $0 != $1 })
    case 2: return Pair(rule: event.items < value, byHand: hand { $0 < $1 })
    case 3: return Pair(rule: event.items <= value, byHand: hand { $0 <= $1 })
    case 4: return Pair(rule: event.items > value, byHand: hand { $0 > $1 })
    default: return Pair(rule: event.items >= value, byHand: hand { $0 >= $1 })
    }
  }

  private func pair<Fact>(
    _ rule: Rule<Profile>,
    _ read: @escaping @Sendable (RuleContext<Profile>) -> Fact?,
    _ holds: @escaping @Sendable (Fact) -> Bool
  ) -> Pair {
    Pair(rule: rule) { context in read(context).map { RuleVerdict(holds($0)) } ?? .notEvaluable }
  }

  // MARK: Contexts

  private mutating func context() -> RuleContext<Profile> {
    let now = Date(timeIntervalSince1970: 1_767_225_600)
    var event: [String: AttributeValue] = [:]
    switch Int.random(in: 0..<5, using: &random) {
    case 0: break
    case 1: event["items"] = .text("three")
    case 2: event["items"] = .integer(Int64(Int.random(in: 0...3, using: &random)))
    default: event["items"] = .number(number())
    }
    switch Int.random(in: 0..<4, using: &random) {
    case 0: break
    case 1: event["channel"] = .flag(true)
    default: event["channel"] = flip() ? "ios" : "web"
    }
    let purchases = (0..<Int.random(in: 0...2, using: &random)).map { index in
      CustomerAction("purchase", id: "p-\(index)", by: "ada", at: now - (flip() ? 86_399.999 : 86_400))
    }
    let profile = Profile(
      count: integer(),
      wide: Int64(integer()),
      score: number(),
      isOptedIn: flip(),
      name: flip() ? "Ada" : "",
      level: flip() ? integer() : nil,
      isStaff: [nil, true, false].randomElement(using: &random) ?? nil,
      tags: [[:], ["vip"], ["vip": now], ["vip": now + 1]].randomElement(using: &random) ?? [:]
    )
    return .example(customer: profile, event: Attributes(event), history: purchases, now: now)
  }
}
