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
        .changed(
          from: "customer.tier is one of [silver, gold]",
          to: "customer.tier is one of [gold]"
        ),
        .changed(
          from: "not in the 10% holdout \"spring\"",
          to: "not in the 20% holdout \"spring\""
        ),
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

  @Test func `what came, went, changed and moved is told to a person`() {
    let then = Rule<Member> {
      $0.customer.tier == .gold
      $0.event.channel == "ios"
      $0.customer.age >= 18
      $0.customer.name == "Ada"
      !$0.history.holds("ten-off")
      $0.customer.isOptedIn
      $0.customer.score < 2
    }
    let now = Rule<Member> { scope in
      scope.customer.score < 2
      scope.customer.tier.isOneOf(.silver, .gold)
      AnyOf {
        scope.event.channel == "ios"
        scope.customer.hasWallet
      }
      scope.customer.age >= 18
      scope.customer.name == "Ada"
      scope.history.holds("ten-off")
    }
    #expect(
      now.outline.changes(since: then.outline).map(\.description) == [
        "moved: customer.score < 2.0, to another place under all of",
        "changed: customer.tier == gold → customer.tier is one of [silver, gold]",
        "added: any of under all of",
        "moved: event.channel == \"ios\", from all of to any of",
        "added: customer.hasWallet under any of",
        "removed: customer.isOptedIn under all of",
        "changed: not: holds \"ten-off\" → holds \"ten-off\"",
      ]
    )
    let atLeast = Rule<Member> { scope in
      AtLeast(1) {
        scope.event.channel == "ios"
        scope.customer.hasWallet
      }
    }
    let anyOf = Rule<Member> { scope in
      AnyOf {
        scope.event.channel == "ios"
        scope.customer.hasWallet
      }
    }
    #expect(
      atLeast.outline.changes(since: anyOf.outline) == [.changed(from: "any of", to: "at least 1 of")]
    )
  }

  @Test func `of clauses about one thing, those of one group are held against each other first`() {
    func rule(_ first: Int, _ within: Int, isGroupFirst: Bool) -> Rule<Member> {
      Rule { scope in
        if !isGroupFirst { scope.customer.age == first }
        AnyOf {
          scope.customer.age == within
          scope.customer.isOptedIn
        }
        if isGroupFirst { scope.customer.age == first }
      }
    }
    let changes = rule(2, 6, isGroupFirst: true).outline.changes(
      since: rule(1, 5, isGroupFirst: false).outline
    )
    #expect(
      changes.map(\.description) == [
        "changed: customer.age == 5 → customer.age == 6", "changed: customer.age == 1 → customer.age == 2",
      ]
    )
  }

  @Test func `changes of five hundred random outlines account for every line, and are none when both agree`()
  {
    var chance = Seeded(5)
    func outline() -> RuleOutline {
      var (lines, depth) = (["all of"], 1)
      for _ in 0..<Int.random(in: 1...6, using: &chance) {
        let clause =
          "fact\(Int.random(in: 0...3, using: &chance)) == \(Int.random(in: 0...2, using: &chance))"
        let isGroup = Int.random(in: 0...3, using: &chance) == 0
        let lead = String(repeating: "  ", count: depth)
        lines.append(lead + (isGroup ? "any of" : clause))
        if isGroup {
          depth += 1
          lines.append(lead + "  " + clause)
        } else if depth > 1, Bool.random(using: &chance) {
          depth -= 1
        }
      }
      return RuleOutline(lines: lines)
    }
    func texts(_ outline: RuleOutline) -> [String] { outline.lines.map { String($0.drop { $0 == " " }) } }
    var kinds: Set<String> = []
    for _ in 0..<500 {
      let (then, now) = (outline(), outline())
      let changes = now.changes(since: then)
      #expect(changes.isEmpty == (then.fingerprint == now.fingerprint))
      #expect(now.changes(since: now).isEmpty)
      // Take out what went, put in what came: the lines of one are those of the other.
      var left = texts(then)
      func take(_ text: String) {
        if let index = left.firstIndex(of: text) {
          left.remove(at: index)
        } else {
          Issue.record("no \(text)")
        }
      }
      for change in changes {
        kinds.insert(String(change.description.prefix { $0 != ":" }))
        switch change {
        case .added(let text, _): left.append(text)
        case .removed(let text, _): take(text)
        case .changed(let before, let after):
          take(before)
          left.append(after)
        case .moved(let text, _, _): #expect(texts(then).contains(text) && texts(now).contains(text))
        }
      }
      #expect(left.sorted() == texts(now).sorted())
    }
    #expect(kinds == ["added", "removed", "changed", "moved"])
  }
}
