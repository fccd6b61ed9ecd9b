import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// What a rule says as data, and the name of it.
@Suite struct RuleOutlineTests {
  struct Loyal: CampaignRule {
    var tiers: [Member.Tier] = [.silver, .gold]
    var percent = 10.0

    var body: some CampaignRule<Member> {
      customer.tier.isOneOf(tiers)
      Not { history.holds("ten-off") }
      AnyOf {
        customer.age >= 60
        event.channel == "ios"
      }
      Holdout(percent: percent, salt: "spring")
    }
  }

  @Test func `an outline has a line a clause`() {
    #expect(
      Loyal().outline.description == """
        Loyal: all of
          customer.tier is one of [silver, gold]
          not: holds "ten-off"
          any of
            customer.age >= 60
            event.channel == "ios"
          not in the 10% holdout "spring"
        """
    )
  }

  @Test func `rules that read the same have one fingerprint, in every process`() {
    #expect(Loyal().outline.fingerprint == Loyal().outline.fingerprint)
    #expect("\(Loyal().outline.fingerprint)" == "0mVdSWMxvCYRD2roO1Ej-oAoojZuL1MgpYDfZW-hRes")
    #expect(RuleFingerprint("\(Loyal().outline.fingerprint)") == Loyal().outline.fingerprint)
    #expect(RuleFingerprint("no fingerprint") == nil)
  }

  @Test func `two outlines are compared clause by clause`() {
    let now = Loyal(tiers: [.gold], percent: 20).outline
    #expect(now.fingerprint != Loyal().outline.fingerprint)
    #expect(
      now.changes(since: Loyal().outline) == [
        "- customer.tier is one of [silver, gold]", "+ customer.tier is one of [gold]",
        "- not in the 10% holdout \"spring\"", "+ not in the 20% holdout \"spring\"",
      ]
    )
    #expect(now.changes(since: now) == [])
  }

  @Test func `groups and indentation are part of what a rule says`() {
    let flat = Rule<Member> {
      $0.customer.age >= 60
      $0.customer.isOptedIn
    }
    let either = Rule<Member> { scope in
      AnyOf {
        scope.customer.age >= 60
        scope.customer.isOptedIn
      }
    }
    #expect(flat.outline.fingerprint != either.outline.fingerprint)
  }
}
