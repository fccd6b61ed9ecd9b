import Foundation
import OfferBridgeKit

extension OfferLedgerContract {
  static let refusalChecks: [ContractCheck<LedgerUnderTest>] = [
    .init("issue.refusalWritesNothingButDecision") { trial in
      let limit = CampaignLimit.total(1)
      try await trial.issue(trial.plan("before", limits: [limit]))
      func node(_ name: String, under parent: Int? = nil, choice: Int? = nil, limited: Bool = false)
        -> PlanNode
      {
        let offer = trial.offer(name)
        return PlanNode(
          key: offer.id,
          parent: parent,
          choice: choice,
          campaign: CampaignID(name),
          limits: limited ? trial.uses([limit], to: "ada") : [],
          content: .issuance(offer)
        )
      }
      let event = PlanNode(key: .derive("event"), parent: 0, content: .event(name: "issued"))
      let told = trial.message(about: trial.offer("refused"))
      let message = PlanNode(key: told.key, parent: 1, campaign: "to-wallet", content: .message(told))
      let nodes = [
        node("refused", limited: true), event, message, node("sibling"),
        node("first", choice: 7, limited: true),
        node("under first", under: 4), node("second", choice: 7), node("third", choice: 7),
      ]
      let answer = try await trial.commit(trial.plan("a-1", nodes: nodes))
      let expected: [NodeAnswer] = [
        .refused(limit), .parentNotWritten, .parentNotWritten, .written, .refused(limit), .parentNotWritten,
        .written, .outranked(by: 6),
      ]
      try trial.expect("the nodes", answer, is: .committed(expected))
      let issued = try await trial.list(.issuedOffers(of: "ada")).issuedOffers
      try trial.expect("issued", issued.map(\.id), is: ["before", "sibling", "second"].map(LedgerTrial.id))
      try trial.expect("messages", try await trial.list(.messages(of: "ada")).messages.count, is: 1)
      let decided = try await trial.snapshot("a-1").decided
      try trial.expect("decided", decided.map(\.key), is: [0, 3, 4, 6].map { nodes[$0].key })
      try trial.expect("the refusal", decided.first?.outcome, is: .refused(limit))
      try trial.expect("issued offers", try await trial.audit().issued, is: 3)

      // Alternatives are asked in their order, whatever one further back came to before.
      let (ahead, behind) = (node("ahead", choice: 1), node("behind", choice: 1))
      try trial.expect(
        "one alone",
        try await trial.commit(trial.plan("a-2", nodes: [behind])),
        is: .committed([.written])
      )
      let version = try await trial.snapshot("a-2").triggerVersion
      let both = trial.plan("a-2", version: version, nodes: [ahead, behind])
      try trial.expect(
        "one before it",
        try await trial.commit(both),
        is: .committed([.written, .outranked(by: 0)])
      )
      try await trial.expectReasons(limit)
    },

    .init("issue.refusalIsSticky") { trial in
      let limit = CampaignLimit.total(1)
      let first = try await trial.issue(trial.plan("a-1", limits: [limit]))
      let refused = CommitAnswer.committed([.refused(limit), .parentNotWritten])
      // It is remembered from the commit on, however old the plan is.
      let second = trial.plan("a-2", limits: [limit])
      trial.wait(.seconds(10))
      try trial.expect("a second", try await trial.commit(second), is: refused)
      try await trial.close(first, .givenBack)
      try trial.expect("once there is room again", try await trial.again("a-2", limit), is: refused)
      trial.wait(trial.subject.refusalRetention - .milliseconds(1))
      try trial.expect("just before its end", try await trial.again("a-2", limit), is: refused)
      try trial.expect(
        "decided",
        try await trial.snapshot("a-2").decided.map(\.outcome),
        is: [.refused(limit)]
      )
      trial.wait(.milliseconds(1))
      try trial.expect("decided, when it is over", try await trial.snapshot("a-2").decided, is: [])
      try trial.expect(
        "asked anew",
        try await trial.again("a-2", limit),
        is: .committed([.written, .written])
      )
      try trial.expect("another", try await trial.commit(trial.plan("a-3", limits: [limit])), is: refused)
      // It goes before what was closed since, and says why nothing was sent once and for all.
      let silent = try await trial.issue(trial.silentPlan("a-4"))
      let issued = try await trial.issued(silent)
      let told = try await trial.commit(trial.reminder("m", of: issued, limits: [limit]))
      try trial.expect("a message under the limit", told, is: .committed([.refused(limit)]))
      try await trial.close(silent)
      let version = try await trial.snapshot("m").triggerVersion
      let again = trial.reminder("m", of: issued, limits: [limit], version: version)
      try trial.expect("once it is closed", try await trial.commit(again), is: .committed([.refused(limit)]))
      try trial.expect("its replica", try await trial.replica(of: silent), is: .notSent(.limitReached("m")))
      try await trial.audit()
    },
  ]
}

extension LedgerTrial {
  /// Tries each reason for which nothing is sent; the limit is used up.
  fileprivate func expectReasons(_ limit: CampaignLimit) async throws {
    let providers: [ProviderID] = ["wallet", "sms", "mail", "push"]
    let offer = offer("told", to: "bob", providers: providers)
    func node(_ campaign: CampaignID, through provider: ProviderID, choice: Int? = nil, limited: Bool = false)
      -> PlanNode
    {
      let message = message(about: offer, from: campaign, through: provider)
      return PlanNode(
        key: message.key,
        parent: 0,
        choice: choice,
        campaign: campaign,
        limits: limited ? uses([limit], to: "bob") : [],
        content: .message(message)
      )
    }
    func withheld(_ provider: ProviderID, _ reason: WithheldReason, choice: Int? = nil) -> PlanNode {
      let content = PlanNode.Content.withheld(offer.id, provider, reason)
      return PlanNode(
        key: .derive("reason"),
        parent: 0,
        choice: choice,
        campaign: "by-push",
        content: content
      )
    }
    let nodes = [
      PlanNode(key: offer.id, campaign: "reward", content: .issuance(offer)),
      withheld("push", .notMet("by-push", ["no"]), choice: 1), node("by-sms", through: "sms", choice: 1),
      node("by-mail", through: "mail", limited: true), node("to-wallet", through: "wallet"),
      withheld("wallet", .notHeard),
    ]
    let answers: [NodeAnswer] = [
      .written, .written, .outranked(by: 1), .refused(limit), .written, .written,
    ]
    try expect(
      "the nodes",
      try await commit(plan("a-3", of: "bob", nodes: nodes)),
      is: .committed(answers)
    )
    var states: [Replica.State] = [
      .pending, .notSent(.outranked("by-sms")), .notSent(.limitReached("by-mail")),
      .notSent(.notMet("by-push", ["no"])),
    ]
    try expect("why nothing is sent", try await issued(offer.id).replicas.map(\.state), is: states)
    try await close(offer.id)
    let closure = try steps.unwrap("a closure", try await issued(offer.id).closure)
    let late = message(about: offer, from: "late", through: "sms")
    let node = PlanNode(key: late.key, campaign: "late", content: .message(late))
    let answer = try await commit(plan("a-4", of: "bob", nodes: [node]))
    try expect("a message about what is closed", answer, is: .committed([.offerClosed(closure)]))
    states[0...1] = [.notSent(.offerClosed), .notSent(.offerClosed)]
    try expect("why nothing is sent", try await issued(offer.id).replicas.map(\.state), is: states)
  }

  /// Reads, plans anew and commits, as the bridge does for a repeated action.
  fileprivate func again(_ name: String, _ limit: CampaignLimit) async throws -> CommitAnswer {
    let version = try await snapshot(name).triggerVersion
    return try await commit(plan(name, limits: [limit], version: version))
  }
}
