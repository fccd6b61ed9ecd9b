import OfferBridgeKit

/// Two copies of an offer, and six things that an external system has to say of them; twice, in two stories.
struct EventOrders {
  /// How it ends, but for how often something was said.
  struct Ending: Equatable {
    var tallies: [RedemptionTally]
    var replicas: [Replica.State]
    var ends: [OfferEnd?]
    var matches: [RedemptionMatch]
  }

  static let acknowledgement = "ack"
  /// By our id, by the wallet's reference, by the customer, one too much; and a reversal of each of the first two.
  static let events = ["r-1", "r-2", "r-3", "r-4", "v-1", "v-2"]
  /// A part is reversed and then the rest, which closes it; one is revoked and reinstated; and somebody else redeems.
  static let ends = ["r-1", "r-5", "v-1", "v-3", "n-1", "n-2"]

  private let trial: LedgerTrial

  init(on ledger: LedgerUnderTest) async throws {
    trial = try await LedgerTrial(of: ledger, ContractSteps(check: "orders"))
  }

  func report(_ names: [String], isAcknowledgedFirst: Bool) async throws -> Ending {
    let ids = [LedgerTrial.id("a"), LedgerTrial.id("b")]
    let limit = CampaignLimit.total(2)
    try await trial.issue(trial.plan("a", limits: [limit], faceValue: .euros(10), reversal: .closes))
    trial.time.advance(by: .seconds(1))
    try await trial.issue(trial.plan("b", limits: [limit], redeemable: .times(2)))
    let claim = try await trial.claimOne()
    if isAcknowledgedFirst { try await trial.settled(claim, .accepted("W1")) }
    let reports = [
      "r-1": trial.event(
        "r-1",
        .redemption(
          .issuedOffer(ids[0]),
          amount: .euros(6),
          RedemptionDetails(
            customer: nil,
            lines: [RedemptionLine("tea", weight: 2), RedemptionLine("milk", weight: 1)]
          )
        ),
        after: .minutes(1)
      ),
      "r-5": trial.event(
        "r-5",
        .redemption(
          .customer("ada", replica: "TEN"),
          amount: .euros(2),
          RedemptionDetails(customer: "bob", lines: [])
        ),
        after: .minutes(5)
      ),
      "v-3": trial.reversal("v-3", of: "r-1", only: .lines(["tea"]), after: .minutes(4)),
      "n-1": trial.notice("n-1", .revoked, of: .customer("ada", replica: "TEN"), after: .minutes(3)),
      "n-2": trial.notice("n-2", .reinstated, of: .issuedOffer(ids[0]), after: .minutes(7)),
      "r-2": trial.redemption("r-2", of: .replica("W1"), after: .minutes(2), 6),
      "r-3": trial.redemption("r-3", of: .customer("ada", replica: "TEN"), after: .minutes(3), 1),
      "r-4": trial.redemption("r-4", of: .customer("ada", replica: "TEN"), after: .minutes(4), 1),
      "v-1": trial.reversal("v-1", of: "r-1", after: .minutes(5)),
      "v-2": trial.reversal("v-2", of: "r-2", after: .minutes(6)),
    ]
    for name in names {
      if let report = reports[name] {
        try await trial.reconcile(report)
      } else {
        // A redemption may have proved the replica already, and then there is nothing to be told.
        try await trial.settle(claim, .accepted("W1"))
      }
    }
    var ending = Ending(tallies: [], replicas: [], ends: [], matches: [])
    for id in ids {
      let issued = try await trial.issued(id)
      ending.tallies.append(issued.redeemed)
      ending.ends.append(issued.ended)
      // An acknowledgement tells the reference, which evidence alone does not.
      ending.replicas += issued.replicas.map { $0.isAccepted ? .accepted(nil) : $0.state }
    }
    for name in reports.keys.sorted() where names.contains(name) {
      if let report = reports[name] { ending.matches.append(try await trial.match(report)) }
    }
    try await trial.audit()
    return ending
  }

  /// Every order of the names; of equal names each order once.
  static func permutations(of names: [String]) -> [[String]] {
    if names.count <= 1 { return [names] }
    var orders: [[String]] = []
    for (index, name) in names.enumerated() where !names[..<index].contains(name) {
      var rest = names
      rest.remove(at: index)
      orders += permutations(of: rest).map { [name] + $0 }
    }
    return orders
  }
}
