import Foundation
import OfferBridgeBenchmarks
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// All forms of a rule say the same; `--agreement` of the benchmarks asks a million times.
@Suite struct RuleAgreementTests {
  @Test(arguments: [1, 2]) func `compiled, explained and written by hand say the same`(seed: UInt64) throws {
    var agreement = RuleAgreement(seed: seed)
    let seen = try agreement.run(10_000)
    for verdict in [RuleVerdict.met, .notMet, .notEvaluable] { #expect(seen[verdict, default: 0] > 500) }
  }

  @Test func `tasks that share a rule get what one task gets`() async throws {
    let rule = try CompiledRule(
      Rule<Member> { scope in
        scope.customer.age >= 18
        scope.customer.score < 10
        scope.event.channel == "ios"
        scope.history.count(of: "visit", inLast: .days(1)).where { $0.store == "oslo" } == 1
        AnyOf {
          scope.customer.nickname == "Al"
          scope.customer.tier.isOneOf(.gold, .silver)
        }
      }
    )
    let visit = CustomerAction(
      "visit",
      id: "v",
      by: "ada",
      at: ManualTime().now.addingTimeInterval(-1),
      ["store": "oslo"]
    )
    let context = RuleContext.example(customer: Member(), event: ["channel": "ios"], history: [visit])
    let expected = "\(rule.source.explain(in: context))"
    await withTaskGroup(of: Int.self) { group in
      for _ in 0..<64 {
        group.addTask {
          (0..<50).count { _ in
            rule.evaluate(in: context).verdict == .met && "\(rule.source.explain(in: context))" == expected
          }
        }
      }
      var agreed = 0
      for await count in group { agreed += count }
      #expect(agreed == 64 * 50)
    }
  }
}
