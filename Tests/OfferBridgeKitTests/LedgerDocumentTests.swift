import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// What a ledger over a database keeps, beside what a coder writes.
@Suite struct LedgerDocumentTests {
  private static let odd = "a \"b\" \\ å e\u{301} 👩‍👩‍👧 \u{0}\u{1F}\n\t/ \u{2028}"
  private static let start = Date(milliseconds: 1_767_225_600_123)
  private static let euros = Money(minorUnits: -9_223_372_036_854_775_808, currency: "EUR")

  /// The same object as Foundation's coder writes, and the same value when it is read.
  private func expectWritten<Value: LedgerDocument>(
    _ value: Value,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let text = try value.json()
    #expect(!text.contains("\n"), sourceLocation: sourceLocation)
    let read = try JSONDecoder().decode(Value.self, from: Data(text.utf8))
    #expect(read == value, sourceLocation: sourceLocation)
    #expect(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary
        == JSONSerialization.jsonObject(with: JSONEncoder().encode(value)) as? NSDictionary,
      sourceLocation: sourceLocation
    )
  }

  // MARK: - Issued offers

  private func offer(
    redeemable: RedemptionLimit = .once,
    faceValue: Money? = nil,
    rule: RuleFingerprint? = nil,
    expiresAt: Date? = nil,
    warning: ExpiryWarning? = nil,
    onExpiry: ExpiryPolicy = .lapses,
    reversal: ReversalPolicy = .reopens,
    code: IssuedCode? = nil,
    replicas: [Replica] = [],
    redeemed: RedemptionTally = .none
  ) -> IssuedOffer {
    IssuedOffer(
      id: .derive("issuance", "a"),
      offer: OfferID(Self.odd),
      revision: 3,
      customer: CustomerID(Self.odd),
      campaign: "card",
      rule: rule,
      trigger: TriggerID(.hostEvent, Self.odd),
      heard: Self.odd,
      issuedAt: Self.start,
      expiresAt: expiresAt,
      warning: warning,
      onExpiry: onExpiry,
      redeemable: redeemable,
      faceValue: faceValue,
      reversal: reversal,
      code: code,
      replicas: replicas,
      redeemed: redeemed
    )
  }

  private static let states: [Replica.State] = [
    .pending, .accepted(nil), .accepted(ReplicaReference(odd)), .rejected(reason: odd), .unknown, .recalled,
    .notSent(.notHeard), .notSent(.notMet("card", [odd, "b"])), .notSent(.heldOutBy("card", "group")),
    .notSent(.offerClosed),
  ]

  @Test(arguments: LedgerDocumentTests.states)
  func `an issued offer's replicas are written in every state`(_ state: Replica.State) throws {
    try expectWritten(
      offer(replicas: [
        Replica(provider: "wallet", name: ReplicaName(Self.odd), state: state),
        Replica(provider: "mail", name: "M", state: .pending),
      ])
    )
  }

  @Test func `an issued offer is written with all of its terms`() throws {
    let rule = try #require(RuleFingerprint(DerivedKey.derive("rule", "a").description))
    for redeemable in [.once, .times(3), .unlimited] as [RedemptionLimit] {
      try expectWritten(offer(redeemable: redeemable))
    }
    try expectWritten(
      offer(
        faceValue: Self.euros,
        rule: rule,
        expiresAt: Self.start.addingTimeInterval(0.5),
        warning: .before(.days(3), as: Self.odd),
        onExpiry: .recalls,
        reversal: .closes,
        code: IssuedCode(code: OfferCode(Self.odd), pool: "pool"),
        redeemed: RedemptionTally(count: 2, reversed: 1, amount: Self.euros)
      )
    )
  }

  @Test func `an issued offer is written with all that became of it`() throws {
    var offer = offer()
    offer.closure = OfferClosure(
      kind: .revoked,
      reason: Self.odd,
      closedAt: Self.start,
      limitUses: .givenBack
    )
    try expectWritten(offer)
    offer.ended = OfferEnd(
      kind: .reversed,
      endedAt: Self.start,
      event: ExternalEventID(source: "wallet", id: "r")
    )
    offer.overLimits = [LimitExcess(.total(3, of: .group(Self.odd), beyond: .honourAndFlag), amount: 2)]
    try expectWritten(offer)
  }

  // MARK: - Messages

  private func message(
    _ cause: JourneyCause,
    payload: [UInt8] = Array(#"{"name":"Åda"}"#.utf8),
    languages: [String: String] = [:],
    createdAt: Date = LedgerDocumentTests.start,
    isSparse: Bool = false
  ) -> OfferMessage {
    OfferMessage(
      key: .derive("message", "a"),
      provider: "wallet",
      customer: CustomerID(Self.odd),
      campaign: "card",
      rule: isSparse ? nil : RuleFingerprint(DerivedKey.derive("rule", "a").description),
      variant: Self.odd,
      languages: languages,
      issuedOffer: isSparse ? nil : .derive("issuance", "a"),
      replica: isSparse ? nil : ReplicaName(Self.odd),
      payload: payload,
      createdAt: createdAt,
      cause: cause,
      purpose: isSparse ? .issue : .recall,
      generation: isSparse ? 1 : 7,
      trigger: isSparse ? nil : TriggerID(.schedule, Self.odd)
    )
  }

  @Test func `a message is written whatever brought it about`() throws {
    for cause in [
      .trigger(TriggerID(.action, Self.odd)), .issuance(.derive("issuance", "a")),
      .event(.derive("event", "a")),
    ] as [JourneyCause] {
      try expectWritten(message(cause))
      try expectWritten(message(cause, isSparse: true))
    }
  }

  @Test(arguments: [
    [], Array("{}".utf8), Array(0...255), [0xEF, 0xBB, 0xBF, 0x7B], [0xC3], Array("\\\"".utf8),
  ])
  func `a message's bytes are written, text or not`(_ bytes: [UInt8]) throws {
    try expectWritten(
      message(.event(.derive("event", "a")), payload: bytes, languages: ["name": "nb", Self.odd: "x"])
    )
  }

  // MARK: - Events

  @Test func `an event is written whatever it reports`() throws {
    let references: [RedemptionReference] = [
      .issuedOffer(.derive("issuance", "a")), .replica(ReplicaReference(Self.odd)),
      .customer(CustomerID(Self.odd), replica: "TEN"),
    ]
    let details = RedemptionDetails(
      customer: "bo",
      lines: [RedemptionLine(Self.odd, weight: 3)],
      transaction: "t"
    )
    var contents: [ExternalEvent.Content] = [
      .reversal(of: Self.odd), .reversal(of: "r", .amount(Money(minorUnits: 5, currency: "EUR"))),
      .reversal(of: "r", .lines([Self.odd])),
    ]
    for reference in references {
      contents += [
        .redemption(reference, amount: nil),
        .redemption(reference, amount: Money(minorUnits: 7, currency: "EUR"), details),
        .notice(.revoked, of: reference),
      ]
    }
    let day = try #require(LocalDay("2026-02-28"))
    for content in contents {
      for time in [.moment(Self.start), .day(day, in: .gmt)] as [RedemptionTime] {
        let id = ExternalEventID(source: "wallet", id: Self.odd)
        try expectWritten(ExternalEvent(id: id, content: content, time: time))
      }
    }
  }

  @Test func `a match is written however an event stands`() throws {
    let id = IssuedOffer.ID.derive("issuance", "a")
    try expectWritten(RedemptionMatch.applied(to: id))
    try expectWritten(RedemptionMatch.discrepant(RedemptionDiscrepancy.allCases, on: id))
    for reason in ParkedReason.allCases { try expectWritten(RedemptionMatch.parked(reason)) }
    try expectWritten(RedemptionMatch.duplicate)
    try expectWritten(RedemptionMatch.conflict)
  }

  // MARK: - What cannot be written

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func `a moment that is none is refused`(_ seconds: Double) {
    let moment = Date(timeIntervalSinceReferenceDate: seconds)
    #expect(throws: EncodingError.self) {
      try message(.event(.derive("event", "a")), createdAt: moment).json()
    }
    #expect(throws: EncodingError.self) { try offer(expiresAt: moment).json() }
  }

  @Test func `what a plan issues and sends is written`() throws {
    let plan = Desk.plan("a", to: CustomerID(Self.odd), at: Self.start.milliseconds)
    var written = 0
    for node in plan.nodes {
      switch node.content {
      case .issuance(let offer): try expectWritten(offer)
      case .message(let message): try expectWritten(message)
      case .event, .withheld: continue
      }
      written += 1
    }
    #expect(written == 2)
  }
}
