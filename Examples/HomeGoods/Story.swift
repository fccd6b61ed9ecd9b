import Foundation
import OfferBridgeKit
import OfferBridgeTesting

/// Ten days in the shop, told as they happen.
///
/// Each chapter is what a host does: report an action, deliver what is due,
/// pass on what the wallet says, read back. What is printed is what the
/// bridge answered.
struct Story {
  private let shop: Shop
  private var teller: Teller

  /// A story that has not been told yet.
  ///
  /// - Parameter say: Is given each line.
  /// - Throws: What the bridge has against its parts.
  init(say: @escaping (String) -> Void) async throws {
    shop = try await Shop()
    teller = Teller(say: say)
  }

  /// Tells it from beginning to end.
  ///
  /// - Returns: The numbers of it.
  /// - Throws: What the bridge or the wallet throws; in this story, nothing.
  mutating func tell() async throws -> Summary {
    try await adaOpensTheApp()
    try await theWalletTakesHerCard()
    try await benIsRefused()
    try await cleoHasABirthday()
    try await adaRedeems()
    try await adaBringsItBack()
    try await adaOpensTheAppAgain()
    try await cleoIsLate()
    try await whatIsKnown()
    try await theBooks()
    theJourney()
    return try await Summary(of: teller.journal, by: shop.bridge)
  }

  // MARK: - The chapters

  private mutating func adaOpensTheApp() async throws {
    teller.chapter("Ada opens the app")
    let decisions = try await report(
      CustomerAction("app_opened", id: "a-1", by: "ada", at: shop.time.now, ["channel": "phone"])
    )
    teller.explain(decisions["app-open-reward"])
  }

  private mutating func theWalletTakesHerCard() async throws {
    teller.chapter("The wallet takes her card")
    try await deliver(to: "ada")
  }

  private mutating func benIsRefused() async throws {
    teller.chapter("Ben opens the app, and is refused")
    // The old app does not say which channel it is: not "no", but not known either, and printed as "?".
    let decisions = try await report(CustomerAction("app_opened", id: "a-2", by: "ben", at: shop.time.now))
    teller.explain(decisions["app-open-reward"])
  }

  private mutating func cleoHasABirthday() async throws {
    shop.time.advance(by: .days(1))
    teller.chapter("Cleo has her birthday, and the wallet is down")
    shop.wallet.beDown(for: 2)
    _ = try await report(ProfileEvent("birthday", id: "b-2026-cleo", on: "cleo", at: shop.time.now))
    try await deliver(to: "cleo")
  }

  private mutating func adaRedeems() async throws {
    shop.time.advance(by: .days(1))
    teller.chapter("Ada buys a vase, and redeems")
    try await reconcile(shop.wallet.redeem("TEN", of: "ada", at: shop.time.now, amount: tenOff.faceValue))
  }

  private mutating func adaBringsItBack() async throws {
    shop.time.advance(by: .days(1))
    teller.chapter("She brings it back, and buys a lamp")
    // The reversal gives her offer back, and so the next redemption fits again.
    try await reconcile(Reversal(id: "v-1", of: "r-1", at: shop.time.now))
    shop.time.advance(by: .hours(1))
    try await reconcile(
      // This till names the card by the wallet's own reference instead of our id.
      shop.wallet.redeem(
        "TEN",
        of: "ada",
        at: shop.time.now,
        amount: Money(minorUnits: 800, currency: "EUR"),
        echoing: .reference
      )
    )
  }

  private mutating func adaOpensTheAppAgain() async throws {
    shop.time.advance(by: .days(1))
    teller.chapter("Ada opens the app again: her rule is met, but once is the limit")
    _ = try await report(
      CustomerAction("app_opened", id: "a-3", by: "ada", at: shop.time.now, ["channel": "phone"])
    )
  }

  private mutating func cleoIsLate() async throws {
    shop.time.advance(by: .days(5))
    teller.chapter("Cleo fetches her candle a day late, and the shop gives it to her")
    // The wallet has the last word: what it redeemed counts, and what is odd about it is written beside it.
    try await reconcile(shop.wallet.redeem("CANDLE", of: "cleo", at: shop.time.now, echoing: .customer))
  }

  private mutating func whatIsKnown() async throws {
    teller.chapter("What is known of each of them")
    for customer in ["ada", "ben", "cleo"] as [CustomerID] {
      let issued = try await shop.bridge.issuedOffers(of: customer)
      if issued.isEmpty { teller.line(customer.rawValue, "nothing was issued") }
      for offer in issued {
        let status = offer.status(at: shop.time.now)
        teller.line(customer.rawValue, "\(offer.offer), \(status), issued offer \(offer.id)")
        teller.line("why", offer.why)
        for replica in offer.replicas {
          teller.line(replica.provider.rawValue, "\(replica.name) \(replica.state)")
        }
        teller.line("tally", "\(offer.redeemed)")
      }
    }
  }

  private mutating func theBooks() async throws {
    teller.chapter("The books")
    let audit = try await shop.bridge.audit()
    teller.line("offers", "\(audit.issued) issued")
    teller.line("messages", "\(audit.messages), \(audit.messagesAccepted) accepted")
    teller.line("attempts", "\(audit.attempts)")
    // Three redemptions and a reversal.
    teller.line("events", "\(audit.received), \(audit.applied) applied, \(audit.discrepant) discrepant")
    teller.line("audit", audit.isBalanced ? "balanced" : audit.imbalances.joined(separator: " "))
  }

  private mutating func theJourney() {
    teller.chapter("The journey, as a Mermaid diagram")
    teller.drawDiagram()
  }
}

// MARK: - What a host does

extension Story {
  private mutating func report(_ action: CustomerAction) async throws -> Decisions {
    teller.happened("\(action.name) by \(action.customer) (action \(action.id))", at: action.occurredAt)
    return teller.decided(try await shop.bridge.respond(to: action))
  }

  private mutating func report(_ event: ProfileEvent) async throws -> Decisions {
    teller.happened("\(event.name) of \(event.customer) (host event \(event.id))", at: event.occurredAt)
    return teller.decided(try await shop.bridge.respond(to: event))
  }

  /// Delivers until all is settled.
  ///
  /// Nothing waits: the bridge says when to come back, and the time is moved there.
  private mutating func deliver(to customer: CustomerID) async throws {
    var due: Date?
    repeat {
      if let due { shop.time.advance(to: due) }
      due = try await shop.bridge.deliverDueMessages()
      guard let record = try await shop.bridge.messages(of: customer).last else { return }
      teller.attempted(record, nextDue: due)
    } while due != nil
  }

  private mutating func reconcile(_ redemption: Redemption) async throws {
    let match = try await shop.bridge.reconcile(redemption)
    teller.received(redemption, match)
  }

  private mutating func reconcile(_ reversal: Reversal) async throws {
    let match = try await shop.bridge.reconcile(reversal)
    teller.received(reversal, match)
  }
}
