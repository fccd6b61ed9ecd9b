import OfferBridgeKit

extension OfferLedgerContract {
  static let batchChecks: [ContractCheck<LedgerUnderTest>] = [
    // Swift takes texts for equal that look the same; two names are two.
    .init("batch.namesThatLookTheSameAreTwo") { trial in
      let (composed, decomposed): (CustomerID, CustomerID) = ("jos\u{E9}", "jose\u{301}")
      let limits = [CampaignLimit.perCustomer(1)]
      try await trial.issue(trial.plan("a-1", to: composed, limits: limits))
      let answers = try await trial.ledger.commit([
        trial.plan("a-2", to: composed, limits: limits), trial.plan("b-1", to: decomposed, limits: limits),
      ])
      try trial.expect(
        "whose limit is used up, and whose is not",
        answers.map(\.isWritten),
        is: [false, true]
      )
      for (customer, name) in [(composed, "a-1"), (decomposed, "b-1")] {
        let listed = try await trial.list(.issuedOffers(of: customer)).issuedOffers.map(\.trigger.id)
        try trial.expect("what \(name)'s customer has", listed, is: [name])
      }
      try await trial.audit()

      let tenants: [TenantID] = ["caf\u{E9}", "cafe\u{301}"]
      let trials = tenants.map { LedgerTrial(trial, tenant: $0) }
      try await trials[0].issue(trials[0].plan("a-1"))
      let both = try await trial.ledger.commit(trials.map { $0.plan("a-2") })
      try trial.expect("plans of two tenants in one call", both.map(\.isWritten), is: [true, true])
      for (each, count) in zip(trials, [2, 1]) {
        try trial.expect("what is issued", try await each.audit().issued, is: count)
        try await each.verifyTrail()
      }
    },
    // So many that a ledger which goes about a large call in another way does so.
    .init("batch.equalsItsParts") { trial in
      let parts = LedgerTrial(trial, tenant: "parts")
      let customers = (0..<24).map { CustomerID("customer-\($0)") }
      trial.steps.note(
        "24 plans under a limit of 20, 20 messages and 100 events, in a call each and one by one"
      )

      let (plans, single) = (trial.plans(of: customers), parts.plans(of: customers))
      let committed = try await parts.oneByOne(single) { try await parts.ledger.commit($0) }
      try trial.expect("the plans", try await trial.ledger.commit(plans), is: committed)

      let claims = try await trial.claim(24).claims
      let claimed = try await parts.oneByOne(customers.prefix(20)) { _ in try await parts.claim(1).claims }
      try trial.expect("what is handed out", claims.map(\.message.key), is: claimed.map(\.message.key))

      let settled = try await parts.oneByOne(settlements(of: claimed)) {
        try await parts.ledger.settle($0, tenant: parts.tenant)
      }
      let together = try await trial.ledger.settle(settlements(of: claims), tenant: trial.tenant)
      try trial.expect("the settlements", together, is: settled)

      let events = trial.events(of: claims)
      let matched = try await parts.oneByOne(events) {
        try await parts.ledger.reconcile($0, tenant: parts.tenant)
      }
      let matches = try await trial.ledger.reconcile(events, tenant: trial.tenant)
      try trial.expect("the matches", matches, is: matched)

      for scope in [.all] + customers.map({ TrailScope.customer($0) }) {
        let (told, theirs) = (try await trial.trail(scope), try await parts.trail(scope))
        try trial.expect("what is told of \(scope)", told.map(\.fact), is: theirs.map(\.fact))
      }
      for listing in [.parkedEvents, .discrepantEvents] + customers.map({ LedgerListing.events(of: $0) }) {
        let (listed, theirs) = (try await trial.list(listing), try await parts.list(listing))
        try trial.expect("\(listing)", listed.events, is: theirs.events)
      }
      for trial in [trial, parts] {
        try await trial.audit()
        try await trial.compareTrail()
      }
    },
  ]

  private static func settlements(of claims: [Claim]) -> [Settlement] {
    let outcomes: [Settlement.Outcome] = [
      .accepted(nil), .rejected(reason: "no"), .retry(after: .hours(9), failure: "down", isUnknown: true),
    ]
    return claims.enumerated().map { number, claim in
      let outcome = number % 4 == 0 ? .accepted(ReplicaReference("W \(number)")) : outcomes[number % 3]
      return Settlement(lease: claim.lease, outcome: outcome)
    }
  }
}

extension LedgerTrial {
  fileprivate func plans(of customers: [CustomerID]) -> [JourneyPlan] {
    customers.map { plan("of \($0)", to: $0, limits: [.total(20)], redeemable: .times(9)) }
  }

  /// Of each: a reversal before what it reverses, two redemptions, one of them again, and one that nobody knows.
  fileprivate func events(of claims: [Claim]) -> [ExternalEvent] {
    claims.enumerated().flatMap { number, claim in
      guard let issued = claim.message.issuedOffer else { return [ExternalEvent]() }
      let first = redemption("r-\(number)", of: .issuedOffer(issued), 4)
      return [
        reversal("v-\(number)", of: "r-\(number)"), first,
        redemption("s-\(number)", of: .replica(ReplicaReference("W \(number)"))), first,
        redemption("t-\(number)", of: .replica(ReplicaReference("nobody's \(number)"))),
      ]
    }
  }

  fileprivate func oneByOne<Part, Answer>(
    _ parts: some Sequence<Part>,
    _ call: ([Part]) async throws -> [Answer]
  ) async throws -> [Answer] {
    var answers: [Answer] = []
    for part in parts { answers += try await call([part]) }
    return answers
  }
}
