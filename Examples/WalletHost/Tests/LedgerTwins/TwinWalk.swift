package import OfferBridgeKit
package import OfferBridgeTesting

/// Everything that can be asked of a ledger, asked of twins in an order by chance: merges and forgettings among it.
package final class TwinWalk {
  struct Shopper: Sendable { var tier = "gold" }

  package let twin: TwinLedger
  package let time: ManualTime
  /// Every id that is ever used.
  package let ids = (0..<9).map { CustomerID("c-\($0)") }
  /// How many merges and how many forgettings were done.
  package private(set) var done = (merges: 0, forgettings: 0)

  private let bridge: OfferBridge<Shopper>
  private let meetsPeople: Bool
  private var chance: WalkChance
  private var actions: [CustomerAction] = []
  private var issued: [IssuedOffer.ID] = []
  private var claims: [Claim] = []
  private var redemptions: [Redemption] = []
  private var references: [ReplicaReference] = []
  private var number = 0

  /// A walk over twins whose time is given; it may leave people as they are.
  package init(
    seed: UInt64,
    over twin: TwinLedger,
    at time: ManualTime,
    meetsPeople: Bool = true
  ) async throws {
    self.meetsPeople = meetsPeople
    self.twin = twin
    self.time = time
    chance = WalkChance(state: seed)
    bridge = try await Self.bridge(ids, twin)
  }

  /// Goes so many steps; what the library refuses is a step too.
  package func go(_ steps: Int) async throws {
    for _ in 0..<steps {
      do { try await step() } catch is OfferBridgeError {}
      if twin.differences.count > 0 { return }
    }
  }

  private func step() async throws {
    switch Int.random(in: 0..<100, using: &chance) {
    case 0..<34: try await act()
    case 34..<40: try await actAgain()
    case 40..<52: try await claim()
    case 52..<66: try await settle()
    case 66..<80: try await report()
    case 80..<83: try await close()
    case 83..<86: try await redrive()
    case 86..<94 where !meetsPeople: try await act()
    case 86..<91: try await merge()
    case 91..<94: try await forget()
    case 94..<97: try await look()
    default: time.advance(by: .seconds(Int.random(in: 1...7_200, using: &chance)))
    }
  }

  private func one<Element>(_ list: [Element]) -> Element? { list.randomElement(using: &chance) }

  private var someone: CustomerID { one(ids) ?? "c-0" }

  private func name(_ kind: String) -> String {
    number += 1
    return "\(kind)-\(number)"
  }

  // MARK: - What is asked

  private func act() async throws {
    let action = CustomerAction(
      one(["opened", "bought"]) ?? "opened",
      id: name("a"),
      by: someone,
      at: time.now,
      ["channel": "phone"]
    )
    actions.append(action)
    try await respond(to: action)
  }

  /// The same action, as often under another id.
  private func actAgain() async throws {
    guard let known = one(actions.suffix(60)) else { return }
    let isSame = Bool.random(using: &chance)
    let customer = isSame ? known.customer : someone
    try await respond(
      to: CustomerAction(known.name, id: known.id, by: customer, at: known.occurredAt, known.attributes)
    )
  }

  private func respond(to action: CustomerAction) async throws {
    issued += try await bridge.respond(to: action).compactMap(\.issuedOffer?.id)
  }

  private func claim() async throws {
    let query = ClaimQuery(
      tenant: "main",
      provider: one(["wallet", "mail"]) ?? "wallet",
      limit: Int.random(in: 1...4, using: &chance),
      lease: .seconds(Int.random(in: 1...3_600, using: &chance))
    )
    claims += try await twin.claim(query).claims
  }

  private func settle() async throws {
    guard let claim = one(claims.suffix(12)) else { return }
    let outcome: Settlement.Outcome
    switch Int.random(in: 0..<8, using: &chance) {
    case 0..<4:
      // Several may have one.
      let reference = ReplicaReference("W\(Int.random(in: 0..<400, using: &chance))")
      references.append(reference)
      outcome = .accepted(reference)
    case 4: outcome = .rejected(reason: "refused \(claim.message.customer)")
    case 5: outcome = .retry(after: .seconds(30), failure: "busy", isUnknown: Bool.random(using: &chance))
    case 6: outcome = .buried(reason: "spent", isUnknown: Bool.random(using: &chance))
    default: outcome = .released(wasHanded: Bool.random(using: &chance))
    }
    _ = try await twin.settle([Settlement(lease: claim.lease, outcome: outcome)], tenant: "main")
  }

  private func report() async throws {
    switch Int.random(in: 0..<8, using: &chance) {
    case 0:
      guard let known = one(redemptions) else { return }
      _ = try await bridge.reconcile(known)
    case 1:
      // Sometimes before what it reverses.
      let target = one(redemptions)?.id ?? "r-\(number + 3)"
      _ = try await bridge.reconcile(
        Reversal(id: name("v"), from: "wallet", of: target, at: time.now)
      )
    case 2:
      guard let reference = whatIsMeant() else { return }
      let kind = one(OfferNotice.Kind.allCases) ?? .revoked
      _ = try await bridge.reconcile(
        OfferNotice(kind, id: name("n"), from: "wallet", of: reference, at: time.now)
      )
    default:
      guard let reference = whatIsMeant() else { return }
      let redemption = Redemption(
        id: name("r"),
        from: "wallet",
        of: reference,
        by: Bool.random(using: &chance) ? someone : nil,
        for: Bool.random(using: &chance) ? TransactionID("basket of \(someone)") : nil,
        at: time.now,
        amount: Money(minorUnits: Int64.random(in: 1...900, using: &chance), currency: "EUR")
      )
      redemptions.append(redemption)
      _ = try await bridge.reconcile(redemption)
    }
  }

  private func whatIsMeant() -> RedemptionReference? {
    switch Int.random(in: 0..<3, using: &chance) {
    case 0: one(issued).map { .issuedOffer($0) }
    case 1: one(references).map { .replica($0) }
    default: .customer(someone, replica: one(["TEN", "FIVE"]) ?? "TEN")
    }
  }

  private func close() async throws {
    guard let id = one(issued), let record = try await twin.record(of: id, tenant: "main") else { return }
    // Nobody can be asked for what is to be said to somebody who was forgotten.
    let isKnown = ids.contains(record.issuedOffer.customer)
    _ = try await bridge.close(
      id,
      as: one([.revoked, .expired]) ?? .revoked,
      reason: "asked by \(someone)",
      limitUses: Bool.random(using: &chance) ? .givenBack : .kept,
      recall: isKnown && Bool.random(using: &chance) ? Self.takeBack : nil
    )
  }

  private func redrive() async throws {
    guard let claim = one(claims) else { return }
    let mode: MessageRedrive.Mode = Bool.random(using: &chance) ? .sameKey : .newGeneration
    _ = try await twin.redrive(
      MessageRedrive(claim.message.key, mode: mode, reason: "asked by \(someone)"),
      tenant: "main"
    )
  }

  private func merge() async throws {
    if case .merged = try await bridge.merge(someone, into: someone) { done.merges += 1 }
  }

  private func forget() async throws {
    let customer = someone
    let theirs = try await bridge.issuedOffers(of: customer).map(\.id)
    guard case .forgotten = try await bridge.forget(customer) else { return }
    done.forgettings += 1
    // What stands in whose place is told by these, in this order.
    for id in theirs { _ = try await twin.record(of: id, tenant: "main") }
  }

  private func look() async throws {
    if let id = one(issued) { _ = try await twin.record(of: id, tenant: "main") }
    if let redemption = one(redemptions) {
      let id = ExternalEventID(source: "wallet", id: redemption.id)
      _ = try await twin.match(of: id, tenant: "main")
    }
    _ = try await twin.audit(tenant: "main")
  }
}

/// SplitMix64: the same for a seed on every run.
private struct WalkChance: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
