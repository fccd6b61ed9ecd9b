import Foundation
import OfferBridgeKit

/// One story of the whole bridge, told by somebody whose process ends at some calls to the ledger and who goes on with
/// a new one: from the action over delivery, redemption and reversal to a recall.
struct CanonicalJourney {
  /// How it ends, whatever happened on the way.
  struct Ending: Equatable {
    var decisions: [String] = []
    var issued: [String] = []
    var messages: [String] = []
    var matches: [String] = []
    var sums: [Int] = []
    /// How many replicas each message made in the wallet.
    var effects: Int = 0
    var imbalances: [String] = []
  }

  private let time = ManualTime()
  private let wallet: SimulatedWallet
  private let book = SimulationBook()
  private let line: FailingLedger
  private let bridge: OfferBridge<SimulatedShopper>

  /// - Parameters:
  ///   - ledger: What is put to the test.
  ///   - ends: At which calls the process ends, and on which side of them.
  /// - Throws: What the ledger's maker throws.
  init(on ledger: LedgerUnderTest, ends: [Int: FailingLedger.Side]) async throws {
    let time = time
    line = FailingLedger(try await ledger.make { time.now }, failing: ends, countingReads: true)
    wallet = SimulatedWallet("wallet", book)
    bridge = try await OfferBridge(
      customers: InMemoryCustomerStore(
        ["ada": SimulatedCustomers.profile(1), "bob": SimulatedCustomers.profile(2)]
      ),
      catalog: InMemoryOfferCatalog([Self.offer]),
      campaigns: Self.campaigns,
      providers: ["wallet": Straight(wallet: wallet)],
      ledger: line
    )
  }

  /// How many calls to the ledger there were.
  var calls: Int { line.calls }

  private static let offer = Offer(
    "ten",
    raises: "ten_issued",
    replicas: ["wallet": "TEN"],
    redeemable: .times(2),
    faceValue: Money(minorUnits: 1000, currency: "EUR")
  )

  private static let campaigns: [Campaign<SimulatedShopper>] = [
    Campaign(
      "welcome",
      on: .action("opened"),
      rule: Everyone(),
      outcome: .issue("ten"),
      limits: [.total(1), .perCustomer(1, in: .rolling(.hours(1)))]
    ),
    Campaign(
      "to-wallet",
      on: .event("ten_issued"),
      rule: Everyone(),
      outcome: .send(SimulatedShop.card, through: "wallet")
    ),
  ]

  func tell() async throws -> Ending {
    var ending = Ending()
    let opened = CustomerAction("opened", id: "a-1", by: "ada", at: time.now)
    for action in [opened, opened, CustomerAction("opened", id: "a-2", by: "bob", at: time.now)] {
      // What was decided may have been decided by a process that ended: whether it is a repeat is of no account.
      ending.decisions += try await insist { try await bridge.respond(to: action) }
        .map { "\($0.campaign): \($0.outcome)" }
    }
    try await deliver()
    let issued = try await insist { try await bridge.issuedOffers(of: "ada") }
    guard let id = issued.first?.id else { return ending }
    let moment = time.now
    let (euros, first) = (Money(minorUnits: 400, currency: "EUR"), RedemptionReference.issuedOffer(id))
    _ = try await insist { try await bridge.reconcile(Reversal(id: "v-1", of: "r-1", at: moment + 2)) }
    for redemption in [
      Redemption(id: "r-1", of: first, at: moment, amount: euros),
      Redemption(id: "r-2", of: .customer("ada", replica: "TEN"), at: moment + 1, amount: euros),
      Redemption(id: "r-1", of: first, at: moment, amount: euros),
    ] {
      _ = try await insist { try await bridge.reconcile(redemption) }
    }
    _ = try await insist {
      try await bridge.close(
        id,
        as: .revoked,
        reason: "over",
        limitUses: .givenBack,
        recall: SimulatedShop.recall
      )
    }
    try await deliver()
    // What was given back is there once more, and once only.
    time.advance(by: .hours(2))
    for number in 3...4 {
      let action = CustomerAction("opened", id: "a-\(number)", by: "bob", at: time.now)
      ending.decisions += try await insist { try await bridge.respond(to: action) }
        .map { "\($0.campaign): \($0.outcome)" }
    }
    try await deliver()
    return try await read(ending)
  }

  private func read(_ story: Ending) async throws -> Ending {
    var ending = story
    for customer in ["ada", "bob"] as [CustomerID] {
      for offer in try await insist({ try await bridge.issuedOffers(of: customer) }) {
        ending.issued.append(
          "\(offer.id) \(offer.redeemed) \(offer.closure?.kind.rawValue ?? "open") "
            + offer.replicas.map(\.state.name).joined()
        )
      }
      for record in try await insist({ try await bridge.messages(of: customer) }) {
        ending.messages.append("\(record.message.key) \(record.state.name)")
      }
      for record in try await insist({ try await bridge.redemptions(of: customer) }) {
        ending.matches.append("\(record.event.id) \(record.match)")
      }
    }
    let audit = try await insist { try await bridge.audit() }
    ending.sums = [audit.issued, audit.closed, audit.messages, audit.applied, audit.discrepant, audit.parked]
    ending.imbalances = audit.imbalances
    ending.effects = wallet.effects.all
    return ending
  }

  /// Delivers until nothing is open; what a process held that ended comes again when its lease has run out.
  private func deliver() async throws {
    while let due = try await insist({ try await bridge.deliverDueMessages() }) {
      time.advance(to: max(due, time.now))
    }
  }

  /// Goes on with a new process where one has ended.
  private func insist<Answer>(_ body: () async throws -> Answer) async throws -> Answer {
    while true {
      do {
        return try await body()
      } catch let error as OfferBridgeError where error.underlyingError is FailingLedger.Failure {
        continue
      }
    }
  }
}

/// A wallet that does what it is asked.
private struct Straight: MessageProvider {
  let wallet: SimulatedWallet

  func deliver(_ delivery: MessageDelivery) async throws -> DeliveryAnswer {
    .accepted(reference: wallet.take(delivery.message, at: 0))
  }
}
