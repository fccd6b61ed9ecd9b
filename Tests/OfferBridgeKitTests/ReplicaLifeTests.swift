import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Where a replica stands after everything that can happen to it, beside the issued offer's own state.
@Suite struct ReplicaLifeTests {
  enum Start: CaseIterable { case notSent, pending, accepted, rejected, unknown, recalled }

  enum Happening: CaseIterable {
    case anotherReason, committed, accepted, rejected, notNow, noAnswer, spent, spentUnclear
    case redeemed, usedUp, closed, recalled, recallRejected, expired
  }

  private static let notNow = Settlement.Outcome.retry(after: .zero, failure: "busy", isUnknown: false)
  private static let noAnswer = Settlement.Outcome.retry(after: .zero, failure: "no answer", isUnknown: true)

  /// A replica in that state, of an issued offer that may be redeemed twice and ends in a day.
  private func desk(_ start: Start) throws -> Desk {
    var desk = Desk()
    let plan = Desk.plan(
      "a",
      at: desk.now,
      redeemable: .times(2),
      expiresAt: Date(milliseconds: desk.now) + 86_400
    )
    let nodes = start == .notSent ? Array(plan.nodes.prefix(1)) : plan.nodes
    _ = desk.state.commit(Self.plan(plan.trigger, nodes, at: desk.now), now: desk.now)
    if start == .notSent || start == .pending { return desk }
    let claim = try #require(desk.claim().first)
    switch start {
    case .notSent, .pending: break
    case .accepted: desk.settle(claim, .accepted("W1"))
    case .rejected: desk.settle(claim, .rejected(reason: "no"))
    case .unknown: desk.settle(claim, Self.noAnswer)
    case .recalled:
      desk.settle(claim, .accepted("W1"))
      desk.close("a", recalling: true)
      desk.settle(desk.claim().first, .accepted(nil))
    }
    return desk
  }

  private static func plan(_ trigger: TriggerRecord, _ nodes: [PlanNode], at now: Int64) -> JourneyPlan {
    JourneyPlan(
      tenant: "main",
      trigger: trigger,
      plannedAt: Date(milliseconds: now),
      triggerVersion: 0,
      nodes: nodes
    )
  }

  /// Commits one step about the replica on another trigger.
  private func commit(_ content: (IssuedOffer) -> PlanNode.Content, _ desk: inout Desk) {
    guard let offer = desk.state.issuedOffers(of: "ada").first else { return }
    let id = TriggerID(.action, "another")
    let trigger = TriggerRecord(id: id, customer: "ada", fingerprint: .derive("f", "another"))
    let node = PlanNode(key: .derive("another"), campaign: "again", content: content(offer))
    _ = desk.state.commit(Self.plan(trigger, [node], at: desk.now), now: desk.now)
  }

  private func commitMessage(_ desk: inout Desk) {
    let now = Date(milliseconds: desk.now)
    commit({ .message(Desk.message(about: $0, key: .derive("another"), variant: "another", at: now)) }, &desk)
  }

  /// What comes of an attempt of the message that is open, or else of a further one.
  private func attempt(_ outcome: Settlement.Outcome, _ desk: inout Desk) {
    var claim = desk.claim().first
    if claim == nil {
      commitMessage(&desk)
      claim = desk.claim().first
    }
    desk.settle(claim, outcome)
  }

  private func happen(_ happening: Happening, _ desk: inout Desk) {
    switch happening {
    case .anotherReason: commit({ .withheld($0.id, "wallet", .heldOut("again")) }, &desk)
    case .committed: commitMessage(&desk)
    case .accepted: attempt(.accepted("W2"), &desk)
    case .rejected: attempt(.rejected(reason: "never"), &desk)
    case .notNow: attempt(Self.notNow, &desk)
    case .noAnswer: attempt(Self.noAnswer, &desk)
    case .spent: attempt(.buried(reason: "spent", isUnknown: false), &desk)
    case .spentUnclear: attempt(.buried(reason: "spent", isUnknown: true), &desk)
    case .redeemed: desk.redeem("r-1", .issuedOffer(Desk.id("a")), at: 0)
    case .usedUp:
      for id in ["r-1", "r-2"] { desk.redeem(id, .issuedOffer(Desk.id("a")), at: 0) }
    case .closed: desk.close("a")
    case .recalled, .recallRejected:
      desk.close("a", recalling: true)
      // Behind what is on its way, which ends with the closure.
      if let recall = desk.claim().first(where: { $0.message.purpose == .recall }) {
        desk.settle(recall, happening == .recalled ? .accepted(nil) : .rejected(reason: "gone"))
      }
    case .expired: desk.now += 86_400_000
    }
  }

  private static let notHeard = "not sent: no campaign that sends there heard of it"
  private static let withdrawn = "not sent: the issued offer was closed first"

  /// In the order of what can happen: the replica, and the issued offer's own state.
  private static let table: [Start: [String]] = [
    .notSent: [
      "not sent: again: held out | issued", "pending | issued", "accepted as W2 | issued",
      "rejected: never | issued", "pending | issued", "unknown | issued",
      "rejected: spent | issued", "unknown | issued", "accepted | issued", "accepted | redeemed",
      "\(notHeard) | revoked", "\(notHeard) | revoked", "\(notHeard) | revoked",
      "\(notHeard) | expired",
    ],
    .pending: [
      "pending | issued", "pending | issued", "accepted as W2 | issued",
      "rejected: never | issued", "pending | issued", "unknown | issued",
      "rejected: spent | issued", "unknown | issued", "accepted | issued", "accepted | redeemed",
      "\(withdrawn) | revoked", "\(withdrawn) | revoked", "\(withdrawn) | revoked",
      "pending | expired",
    ],
    .accepted: [
      "accepted as W1 | issued", "accepted as W1 | issued", "accepted as W1 | issued",
      "accepted as W1 | issued", "accepted as W1 | issued", "accepted as W1 | issued",
      "accepted as W1 | issued", "accepted as W1 | issued", "accepted as W1 | issued",
      "accepted as W1 | redeemed", "accepted as W1 | revoked", "recalled | revoked",
      "accepted as W1 | revoked", "accepted as W1 | expired",
    ],
    .rejected: [
      "rejected: no | issued", "pending | issued", "accepted as W2 | issued",
      "rejected: never | issued", "pending | issued", "unknown | issued",
      "rejected: spent | issued", "unknown | issued", "accepted | issued", "accepted | redeemed",
      "rejected: no | revoked", "rejected: no | revoked", "rejected: no | revoked",
      "rejected: no | expired",
    ],
    .unknown: [
      "unknown | issued", "unknown | issued", "accepted as W2 | issued",
      "rejected: never | issued", "unknown | issued", "unknown | issued", "unknown | issued",
      "unknown | issued", "accepted | issued", "accepted | redeemed", "unknown | revoked",
      "recalled | revoked", "unknown | revoked", "unknown | expired",
    ],
    .recalled: [
      "recalled | revoked", "recalled | revoked", "recalled | revoked", "recalled | revoked",
      "recalled | revoked", "recalled | revoked", "recalled | revoked", "recalled | revoked",
      "recalled | revoked", "recalled | redeemed", "recalled | revoked", "recalled | revoked",
      "recalled | revoked", "recalled | revoked",
    ],
  ]

  @Test(arguments: Start.allCases)
  func `everything that can happen in every state has its outcome`(start: Start) throws {
    var outcomes: [String] = []
    for happening in Happening.allCases {
      var desk = try desk(start)
      happen(happening, &desk)
      let offer = try #require(desk.state.issuedOffers(of: "ada").first)
      outcomes.append("\(offer.replicas[0].state) | \(offer.status(at: Date(milliseconds: desk.now)))")
    }
    #expect(outcomes == Self.table[start])
  }
}

/// An external system's own words.
@Suite struct ReplicaWordsTests {
  private static let words: ReplicaWords = ["ACTIVE": .accepted, "QUEUED": .notYet, "REFUSED": .rejected]

  @Test(arguments: [
    ("ACTIVE", DeliveryAnswer.accepted(reference: "W1")), ("QUEUED", .taken()),
    ("REFUSED", .rejected(reason: "REFUSED")), ("FROZEN", .unknown(word: "FROZEN")),
    ("active", .unknown(word: "active")), ("ACTIVE ", .unknown(word: "ACTIVE ")), ("", .unknown(word: "")),
  ])
  func `every word has an answer, and one that is not known is told as it is`(
    word: String,
    answer: DeliveryAnswer
  ) {
    #expect(Self.words.answer(to: word, reference: "W1") == answer)
  }

  @Test(arguments: [
    (DeliveryAnswer.accepted(reference: "W1"), DeliveryLookup.found(reference: "W1")),
    (.taken(after: .seconds(5)), .taken(after: .seconds(5))),
    (.rejected(reason: "no"), .rejected(reason: "no")),
    (.retry(after: .seconds(5)), .retry(after: .seconds(5))), (.unknown(word: "HM"), .unknown(word: "HM")),
  ])
  func `a look-up says in its own words what an attempt would have been answered`(
    answer: DeliveryAnswer,
    lookup: DeliveryLookup
  ) {
    #expect(DeliveryLookup(answer) == lookup)
  }

  @Test func `words are compared by their bytes, and a table is made in either way`() {
    #expect(ReplicaWords(["ACTIVE": .accepted, "QUEUED": .notYet, "REFUSED": .rejected]) == Self.words)
    #expect(ReplicaWords(["é": .accepted])["e\u{301}"] == nil)
    #expect(Self.words["QUEUED"] == .notYet)
    #expect(Self.words.answer(to: "QUEUED", after: .seconds(5)) == .taken(after: .seconds(5)))
  }

  /// A wallet that says one word after the other.
  private struct Wordy: MessageProvider {
    let words: ReplicaWords
    let said: Guarded<[String]>
    func deliver(_ delivery: MessageDelivery) async throws -> DeliveryAnswer {
      words.answer(to: said.withLock { $0.removeFirst() }, reference: "W1")
    }
  }

  @Test func `an unknown word is kept with the message, and the next attempt may be answered by a known one`()
    async throws
  {
    let shop = try await Shop(wallet: Wordy(words: Self.words, said: Guarded(["FROZEN", "ACTIVE"])))
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    let due = try #require(try await shop.bridge.deliverDueMessages())
    #expect(try await shop.issued().replicas[0].state == .unknown)
    #expect(try await shop.message().lastFailure == "unknown word: FROZEN")
    shop.time.advance(to: due)
    try await shop.bridge.deliverDueMessages()
    #expect(try await shop.issued().replicas[0].state == .accepted("W1"))
  }
}
