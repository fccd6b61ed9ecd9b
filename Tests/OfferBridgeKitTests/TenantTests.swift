import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Two tenants with the same ids in everything: neither sees or touches the other, through whatever method.
@Suite struct TenantTests {
  /// What the other tenant has that must never be seen.
  private static let canary = "canary"

  private let time = ManualTime()
  private let ledger: InMemoryOfferLedger
  private let reservations: InMemoryOfferReservations

  init() {
    let time = time
    ledger = InMemoryOfferLedger(now: { time.now })
    reservations = InMemoryOfferReservations(now: { time.now })
  }

  /// What a tenant holds, all of it.
  private func holdings(of tenant: TenantID) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let object = try JSONSerialization.jsonObject(with: encoder.encode(ledger.saved())) as? [String: Any]
    let tenants = try #require(object?["tenants"] as? [[String: Any]])
    let state = tenants.first { $0["id"] as? String == tenant.rawValue } ?? [:]
    return String(
      decoding: try JSONSerialization.data(withJSONObject: state, options: .sortedKeys),
      as: UTF8.self
    )
  }

  /// Makes a call for one tenant: the other one's holdings stay as they are, and the answer tells nothing of them.
  private func call<Answer>(_ name: String, _ body: () async throws -> Answer) async throws -> Answer {
    let before = try holdings(of: "theirs")
    let answer = try await body()
    #expect(try holdings(of: "theirs") == before, "\(name) touched the other tenant")
    var told = ""
    dump(answer, to: &told)
    #expect(!told.contains(Self.canary), "\(name) tells of the other tenant")
    return answer
  }

  /// The names of the methods that a source file declares.
  private func methods(in file: String, _ pattern: Regex<(Substring, Substring)>) throws -> Set<String> {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "../../Sources/OfferBridgeKit"
    )
    let text = try String(contentsOf: root.appending(path: file), encoding: .utf8)
    return Set(text.matches(of: pattern).map { String($0.1) })
  }

  // MARK: - The ledger

  private func plan(of tenant: TenantID, _ name: String, worth currency: String, limits: [CampaignLimit])
    -> JourneyPlan
  {
    let plan = Desk.plan(
      name,
      limits: limits,
      at: time.now.milliseconds,
      faceValue: Money(minorUnits: 5, currency: currency)
    )
    return JourneyPlan(
      tenant: tenant,
      trigger: plan.trigger,
      plannedAt: plan.plannedAt,
      triggerVersion: plan.triggerVersion,
      nodes: plan.nodes
    )
  }

  private func event(_ id: String, _ amount: Int64, of content: ExternalEvent.Content? = nil) -> ExternalEvent
  {
    ExternalEvent(
      id: ExternalEventID(source: "wallet", id: id),
      content: content
        ?? .redemption(
          .issuedOffer(Desk.id("a")),
          amount: Money(minorUnits: amount, currency: amount > 9 ? Self.canary : "EUR")
        ),
      time: .moment(time.now)
    )
  }

  @Test func `the ledger keeps tenants apart through every method`() async throws {
    let limit = CampaignLimit.total(1)
    let query = { ClaimQuery(tenant: $0, provider: "wallet", limit: 9, lease: .minutes(1)) }
    for name in ["a", "b"] {
      _ = try await ledger.commit(
        plan(of: "theirs", name, worth: Self.canary, limits: name == "a" ? [limit] : [])
      )
    }
    let theirs = try await ledger.claim(query("theirs")).claims
    try #require(theirs.count >= 1)
    _ = try await ledger.settle(
      [Settlement(lease: theirs[0].lease, outcome: .accepted(ReplicaReference(Self.canary)))],
      tenant: "theirs"
    )
    _ = try await ledger.reconcile([event("r-1", 10)], tenant: "theirs")

    var called: Set<String> = []
    func ours<Answer>(_ name: String, _ body: () async throws -> Answer) async throws {
      called.insert(name)
      _ = try await call(name, body)
    }
    func ours<Answer: Equatable>(
      _ name: String,
      is expected: Answer,
      _ body: () async throws -> Answer
    ) async throws {
      called.insert(name)
      #expect(try await call(name, body) == expected)
    }
    let snapshot = SnapshotQuery(
      tenant: "ours",
      customer: "ada",
      trigger: TriggerID(.action, "a"),
      offers: ["ten-off"]
    )
    func readAll() async throws {
      try await ours("snapshot") { try await ledger.snapshot(snapshot) }
      try await ours("match") { try await ledger.match(of: event("r-1", 1).id, tenant: "ours") }
      try await ours("record") { try await ledger.record(of: Desk.id("a"), tenant: "ours") }
      let listings: [LedgerListing] =
        [.issuedOffers(of: "ada"), .messages(of: "ada"), .events(of: "ada"), .parkedEvents]
        + [.expiring(at: time.now), .toBeRecalled(at: time.now)]
        + MessageState.Name.allCases.map { .messagesIn($0) }
      for listing in listings {
        try await ours("page") { try await ledger.page(PageQuery(tenant: "ours", listing: listing)) }
      }
      for scope in [TrailScope.all, .issuedOffer(Desk.id("a")), .customer("ada")] {
        try await ours("trail") { try await ledger.trail(TrailQuery(tenant: "ours", scope: scope)) }
      }
      try await ours("audit") { try await ledger.audit(tenant: "ours") }
    }
    try await readAll()
    // With what is only theirs, nothing is found.
    try await ours("extend", is: [.lostLease]) {
      try await ledger.extend([theirs[0].lease], by: .hours(1), tenant: "ours")
    }
    let settlement = Settlement(lease: theirs[0].lease, outcome: .accepted(nil))
    try await ours("settle", is: [.lostLease]) {
      try await ledger.settle([settlement], tenant: "ours")
    }
    let redrive = MessageRedrive(theirs[0].message.key, mode: .newGeneration, reason: "ours")
    try await ours("redrive", is: .unknownMessage) {
      try await ledger.redrive(redrive, tenant: "ours")
    }
    let closing = OfferClosing(Desk.id("a"), as: .revoked, reason: "ours", limitUses: .givenBack, recalls: [])
    try await ours("close", is: .unknownOffer) { try await ledger.close(closing, tenant: "ours") }
    try await ours("reconcile", is: [.parked(.unknownOffer)]) {
      try await ledger.reconcile([event("r-1", 1)], tenant: "ours")
    }
    // The same again, with the same ids here: the limit is not used up by theirs.
    let same = [
      plan(of: "ours", "a", worth: "EUR", limits: [limit]), plan(of: "ours", "b", worth: "EUR", limits: []),
    ]
    let written = CommitAnswer.committed([.written, .written])
    try await ours("commit", is: [written, written]) { try await ledger.commit(same) }
    // The redemption that waited here proved the first, so that its message need not go.
    try await ours("claim", is: 1) { try await ledger.claim(query("ours")).claims.count }
    let lease = Lease(message: theirs[0].message.key, fence: 1, until: time.now)
    try await ours("extend") { try await ledger.extend([lease], by: .hours(1), tenant: "ours") }
    try await ours("settle") {
      try await ledger.settle([Settlement(lease: lease, outcome: .rejected(reason: "ours"))], tenant: "ours")
    }
    try await ours("redrive") {
      try await ledger.redrive(MessageRedrive(lease.message, mode: .sameKey, reason: "ours"), tenant: "ours")
    }
    try await ours("reconcile") { try await ledger.reconcile([event("r-1", 1)], tenant: "ours") }
    try await ours("close") { try await ledger.close(closing, tenant: "ours") }
    try await readAll()
    #expect(called == (try methods(in: "Ledger/OfferLedger.swift", /\n    func (\w+)\(/)))
  }

  // MARK: - The bridge

  private func bridge(
    _ tenant: TenantID,
    named name: String,
    _ wallet: any MessageProvider,
    _ codes: any CodePool
  )
    async throws -> OfferBridge<Member>
  {
    var member = Member()
    member.name = name
    return try await OfferBridge(
      customers: InMemoryCustomerStore<Member>(["ada": member]),
      catalog: InMemoryOfferCatalog([
        Offer("ten-off", raises: "ten_off_issued", replicas: ["wallet": "TEN"], redeemable: .times(9)),
        Offer("coded", codes: "pool"),
      ]),
      campaigns: [
        Shop.reward(), Shop.toWallet(),
        Campaign("birthday", on: .event("birthday"), rule: Everyone(), outcome: .issue("coded")),
      ],
      providers: ["wallet": wallet],
      codePools: ["pool": codes],
      reservations: reservations,
      hostEvents: ["birthday"],
      tenant: tenant,
      ledger: ledger
    )
  }

  @Test func `the bridge keeps tenants apart through every method`() async throws {
    let codes = InMemoryCodePool(["c-1", "c-2"])
    let theirCodes = InMemoryCodePool([OfferCode(Self.canary)])
    let theirs = try await bridge(
      "theirs",
      named: Self.canary,
      ScriptedMessageProvider(replies: [.accepted(reference: ReplicaReference(Self.canary))]),
      theirCodes
    )
    let ours = try await bridge("ours", named: "Ada", FakeWallet(), codes)
    let action = CustomerAction("app_opened", id: "a-1", by: "ada", at: time.now)
    let birthday = ProfileEvent("birthday", id: "b-1", on: "ada", at: time.now)
    _ = try await theirs.respond(to: action)
    _ = try await theirs.respond(to: birthday)
    _ = try await theirs.deliverDueMessages()
    let redemption = { (id: String) in
      Redemption(id: id, of: .customer("ada", replica: "TEN"), at: time.now)
    }
    _ = try await theirs.reconcile(redemption("r-1"))
    let their = try #require(try await theirs.issuedOffers(of: "ada").first)
    let message = try #require(try await theirs.messages(of: "ada").first).message.key

    let checkout: TransactionID = "checkout"
    _ = try await theirs.reserve([their.id], for: checkout, lasting: .hours(1))

    var called: Set<String> = []
    func our<Answer>(_ name: String, _ body: () async throws -> Answer) async throws {
      called.insert(name)
      _ = try await call(name, body)
    }
    func our<Answer: Equatable>(
      _ name: String,
      is expected: Answer,
      _ body: () async throws -> Answer
    ) async throws {
      called.insert(name)
      #expect(try await call(name, body) == expected)
    }
    func readAll() async throws {
      try await our("issuedOffers") { try await ours.issuedOffers(of: "ada") }
      try await our("messages") { try await ours.messages(of: "ada") }
      try await our("redemptions") { try await ours.redemptions(of: "ada") }
      try await our("record", is: nil) { try await ours.record(of: their.id) }
      for name in MessageState.Name.allCases {
        try await our("page") { try await ours.page(.messagesIn(name)) }
      }
      try await our("audit") { try await ours.audit() }
      try await our("openMatters") {
        try await ours.openMatters().reduce(into: "") { $0 += $1.description }
      }
      try await our("apply", is: nil) { try await ours.apply(.ask("theirs")) }
      try await our("dueSchedules", is: []) { try await ours.dueSchedules().campaigns }
      try await our("warnOfExpiring", is: []) { try await ours.warnOfExpiring().issuedOffers }
      try await our("recallExpired", is: []) {
        try await ours.recallExpired(saying: Shop.card).issuedOffers
      }
      try await our("match") { try await ours.match(of: "r-1") }
      try await our("trail") {
        var entries: [TrailEntry] = []
        for try await entry in ours.trail() { entries.append(entry) }
        return entries
      }
      try await our("verifiedTrail", is: true) { try await ours.verifiedTrail().isWhole }
      try await our("export") { try await ours.export(of: "ada") }
      try await our("journey", is: []) { try await ours.journey(of: their.id).entries }
      try await our("journey") { try await ours.journey(of: "ada") }
    }
    try await readAll()
    try await our("redrive", is: .unknownMessage) {
      try await ours.redrive(message, reason: "ours")
    }
    try await our("close", is: .unknownOffer) {
      try await ours.close(their.id, as: .revoked, reason: "ours", limitUses: .givenBack)
    }
    try await our("reconcile") { try await ours.reconcile(Reversal(id: "v-0", of: "r-1", at: time.now)) }
    try await our("respond") { Array(try await ours.respond(to: action)).map(\.description) }
    try await our("respond") { Array(try await ours.respond(to: birthday)).map(\.description) }
    try await our("dryRun") { try await ours.dryRun(of: action).description }
    try await our("dryRun") { try await ours.dryRun(of: birthday).description }
    try await our("giveBackLostCodes") { try await ours.giveBackLostCodes(of: "pool") }
    try await our("deliverDueMessages") { try await ours.deliverDueMessages() }
    try await our("run") {
      let signal = DeliverySignal()
      await signal.drain(within: .seconds(1))
      try await ours.run(on: time.clock, signal: signal)
    }
    try await our("reconcile") { try await ours.reconcile(redemption("r-1")) }
    try await our("reconcile") { try await ours.reconcile([redemption("r-2")]) }
    try await our("reconcile") { try await ours.reconcile(Reversal(id: "v-1", of: "r-1", at: time.now)) }
    try await our("reconcile") {
      try await ours.reconcile(
        OfferNotice(.revoked, id: "n-1", of: .customer("ada", replica: "TEN"), at: time.now)
      )
    }
    try await our("reservation", is: nil) { try await ours.reservation(of: checkout) }
    try await our("release") { try await ours.release(checkout) }
    let stillHeld = try await theirs.reservation(of: checkout)
    #expect(stillHeld != nil)
    let mine = try #require(try await ours.issuedOffers(of: "ada").first)
    #expect(mine.id != their.id)
    try await our("reserve") { try await ours.reserve([mine.id], for: checkout, lasting: .hours(1)) }
    try await our("release") { try await ours.release(checkout) }
    let held = try await theirs.reservation(of: checkout)
    #expect(held?.issuedOffers == [their.id])
    try await our("close") {
      try await ours.close(mine.id, as: .revoked, reason: "ours", limitUses: .givenBack)
    }
    try await our("merge") { try await ours.merge("ada-phone", into: "ada") }
    try await our("forget") { try await ours.forget("ada") }
    try await our("using") { try await ours.using(ledger: ledger).messages(of: "ada") }
    try await our("replacing") { try await ours.replacing(campaigns: [Shop.reward()]).messages(of: "ada") }
    try await readAll()
    // Every method that is public, wherever it is declared.
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "../../Sources/OfferBridgeKit"
    )
    var declared: Set<String> = []
    for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    where file.lastPathComponent.wholeMatch(of: /OfferBridge(\+\w+)?\.swift/) != nil {
      declared.formUnion(try methods(in: file.lastPathComponent, /\n  public func (\w+)\(/))
    }
    #expect(called == declared)
  }
}
