import Foundation
import OfferBridgeKit

extension OfferLedgerContract {
  static let expiryChecks: [ContractCheck<LedgerUnderTest>] = [
    .init("page.expiringAndToBeRecalled") { trial in
      let end = trial.time.now + 600
      let warning = ExpiryWarning.before(.minutes(3), as: "expiring")
      func issue(
        _ name: String,
        warning: ExpiryWarning? = nil,
        onExpiry: ExpiryPolicy = .lapses,
        endless: Bool = false
      ) async throws {
        let offer = trial.offer(
          name,
          to: CustomerID("c-\(name)"),
          expiresAt: endless ? nil : end,
          warning: warning,
          onExpiry: onExpiry
        )
        let node = PlanNode(key: offer.id, campaign: "reward", content: .issuance(offer))
        try await trial.issue(trial.plan(name, of: offer.customer, nodes: [node]))
      }
      func listed(_ listing: LedgerListing) async throws -> [String] {
        var names: [String] = []
        var mark: PageMark?
        repeat {
          let page = try await trial.ledger.page(
            PageQuery(tenant: trial.tenant, listing: listing, after: mark, limit: 1)
          )
          names += page.issuedOffers.map(\.trigger.id)
          mark = page.next
        } while mark != nil
        return names
      }
      func expect(_ what: String, _ length: Duration, warned: [String], recalled: [String]) async throws {
        let moment = Date(milliseconds: end.milliseconds + length.milliseconds)
        try trial.expect("expiring \(what)", try await listed(.expiring(at: moment)), is: warned)
        try trial.expect("to be recalled \(what)", try await listed(.toBeRecalled(at: moment)), is: recalled)
      }

      try await issue("both", warning: warning, onExpiry: .recalls)
      try await issue("warned", warning: warning)
      try await issue("recalled", onExpiry: .recalls)
      try await issue("neither")
      try await issue("endless", warning: warning, onExpiry: .recalls, endless: true)
      try await issue("used", warning: warning, onExpiry: .recalls)
      try await issue("closed", warning: warning, onExpiry: .recalls)
      try await issue("ended", warning: warning, onExpiry: .recalls)
      try await issue("short", warning: .before(.hours(9), as: "expiring"))
      _ = try await trial.reconcile(trial.redemption("r", of: .issuedOffer(LedgerTrial.id("used"))))
      try await trial.close(LedgerTrial.id("closed"))
      _ = try await trial.reconcile(trial.notice("n", .revoked, of: .issuedOffer(LedgerTrial.id("ended"))))

      try await expect("before it is issued", .minutes(-10) - .milliseconds(1), warned: [], recalled: [])
      try await expect("at once", .minutes(-10), warned: ["short"], recalled: [])
      try await expect(
        "just before the warning",
        .minutes(-3) - .milliseconds(1),
        warned: ["short"],
        recalled: []
      )
      let near = ["both", "warned", "short"]
      try await expect("with the warning", .minutes(-3), warned: near, recalled: [])
      try await expect("just before the end", .milliseconds(-1), warned: near, recalled: [])
      try await expect("at the end", .zero, warned: [], recalled: ["both", "recalled"])
      try await trial.audit()
    }
  ]
}
