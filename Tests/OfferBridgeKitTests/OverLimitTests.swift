import Foundation
import OfferBridgeTesting
import Testing

// That an audit finds what was not flagged is seen by taking a flag away.
@testable import OfferBridgeKit

/// Limits that honour what comes beyond them, and flag it.
@Suite struct OverLimitTests {
  private static func eur(_ units: Int64) -> Money { Money(minorUnits: units, currency: "EUR") }
  private static let ten = CampaignLimit.total(10, beyond: .honourAndFlag)

  @Test func `a limit of ten that honours and flags, tried a thousand times at once, flags exactly 990`()
    async throws
  {
    let shop = try await Shop([Shop.reward(limits: [Self.ten]), Shop.toWallet()])
    for number in 0..<1000 { shop.store.save(Member(), as: CustomerID("c-\(number)")) }
    let issued = try await withThrowingTaskGroup(of: IssuedOffer?.self) { group in
      for number in 0..<1000 {
        group.addTask {
          let action = shop.opened("a-\(number)", by: CustomerID("c-\(number)"))
          return try await shop.bridge.respond(to: action)["reward"]?.issuedOffer
        }
      }
      var issued: [IssuedOffer] = []
      for try await offer in group { if let offer { issued.append(offer) } }
      return issued
    }
    #expect(issued.count == 1000)
    let flagged = issued.flatMap(\.overLimits)
    #expect(flagged.allSatisfy { $0.limit == Self.ten })
    // Each is above by one more than the one before it.
    #expect(flagged.map(\.amount).sorted() == Array(1...990))
    let audit = try await shop.bridge.audit()
    #expect(audit.issued == 1000)
    #expect(audit.issuedBeyondLimits == 990)
    #expect(audit.limitsExceeded == 0)
    #expect(audit.imbalances == [])
  }

  @Test func `decision, repeat, record and trail say which limit was passed and by how much`()
    async throws
  {
    let budget = CampaignLimit.total(Self.eur(1000), beyond: .honourAndFlag)
    let offer = Offer(
      "ten-off",
      raises: "ten_off_issued",
      replicas: ["wallet": "TEN"],
      faceValue: Self.eur(700)
    )
    let shop = try await Shop([Shop.reward(limits: [budget]), Shop.toWallet()], offers: [offer])
    #expect(try await shop.bridge.respond(to: shop.opened("a-1"))["reward"]?.overLimits == [])
    let excess = LimitExcess(budget, amount: 400)
    let words = "1000 EUR minor units in all of the campaign, honoured beyond: 400 EUR minor units above"
    #expect("\(excess)" == words)
    var id: IssuedOffer.ID?
    for isReplay in [false, true] {
      let decision = try #require(try await shop.bridge.respond(to: shop.opened("a-2"))["reward"])
      #expect(decision.overLimits == [excess])
      #expect(decision.isReplay == isReplay)
      #expect(decision.description.hasPrefix("reward on app_opened: issued ten-off; \(words)"))
      id = decision.issuedOffer?.id
    }
    let issued = try #require(id)
    #expect(try await shop.bridge.record(of: issued)?.issuedOffer.overLimits == [excess])
    let told = try await shop.bridge.journey(of: issued).description
    #expect(told.contains("what it took from limits: held → overLimit (\(words))"))
    // What is given back is told from there, and the fact that it was honoured stays.
    _ = try await shop.bridge.close(issued, as: .revoked, reason: "owed no more", limitUses: .givenBack)
    #expect(try await shop.bridge.journey(of: issued).description.contains("overLimit → givenBack"))
    #expect(try await shop.bridge.audit().issuedBeyondLimits == 1)
    #expect(try await shop.bridge.audit().imbalances == [])
    #expect(try await shop.bridge.verifiedTrail().isWhole)
  }

  @Test func `a limit that refuses still does, beside one that honours, and then nothing is used`() {
    let hard = CampaignLimit.total(12)
    var desk = Desk()
    for number in 1...12 { desk.issue("\(number)", limits: [Self.ten, hard]) }
    #expect(desk.issue("13", limits: [Self.ten, hard]) == .refused(hard))
    #expect(desk.state.audit(now: desk.now).issuedBeyondLimits == 2)
    // A counter that is named twice is used once: the next one stands three above.
    #expect(desk.issue("14", limits: [Self.ten]) == .writtenOver([LimitExcess(Self.ten, amount: 3)]))
    #expect(desk.state.audit(now: desk.now).imbalances == [])
  }

  @Test func `what is given back makes room, and only what has none is flagged`() {
    var desk = Desk()
    for number in 1...11 { desk.issue("\(number)", limits: [Self.ten]) }
    desk.close("1", limitUses: .givenBack)
    // Ten are left, the flagged one among them.
    #expect(desk.issue("12", limits: [Self.ten]) == .writtenOver([LimitExcess(Self.ten, amount: 1)]))
    desk.close("2", limitUses: .givenBack)
    desk.close("3", limitUses: .givenBack)
    #expect(desk.issue("13", limits: [Self.ten]) == .written)
    let audit = desk.state.audit(now: desk.now)
    #expect(audit.issuedBeyondLimits == 2)
    #expect(audit.imbalances == [])
  }

  @Test func `in a rolling window what is above goes when its time has passed`() {
    let limit = CampaignLimit.total(1, in: .rolling(.seconds(30)), beyond: .honourAndFlag)
    var desk = Desk()
    desk.issue("a", limits: [limit])
    desk.now += 10_000
    #expect(desk.issue("b", limits: [limit]) == .writtenOver([LimitExcess(limit, amount: 1)]))
    desk.now += 20_000
    #expect(desk.issue("c", limits: [limit]) == .writtenOver([LimitExcess(limit, amount: 1)]))
    desk.now += 30_000
    #expect(desk.issue("d", limits: [limit]) == .written)
    #expect(desk.state.audit(now: desk.now).imbalances == [])
  }

  @Test func `what is honoured, given back and taken again is counted once`() {
    let limit = CampaignLimit.total(1, beyond: .honourAndFlag)
    var desk = Desk()
    desk.issue("a", limits: [limit])
    desk.issue("b", limits: [limit], reversal: .closes)
    desk.redeem("r", .issuedOffer(Desk.id("b")), at: 1)
    desk.report("v", .reversal(of: "r", nil), at: 2)
    #expect(desk.state.record(of: Desk.id("b"))?.issuedOffer.holdsLimitUses == false)
    desk.report("n", .notice(.reinstated, of: .issuedOffer(Desk.id("b"))), at: 3)
    #expect(desk.state.record(of: Desk.id("b"))?.issuedOffer.holdsLimitUses == true)
    let audit = desk.state.audit(now: desk.now)
    #expect(audit.issuedBeyondLimits == 1)
    #expect(audit.limitsExceeded == 1)
    #expect(audit.imbalances == [])
  }

  @Test func `an audit finds what stands above a limit and was not flagged`() throws {
    var desk = Desk()
    for number in 1...12 { desk.issue("\(number)", limits: [Self.ten]) }
    for row in desk.state.issued.indices { desk.state.issued[Int32(row)].offer.overLimits = [] }
    #expect(
      desk.state.audit(now: desk.now).imbalances == ["Limit campaign reward: 12 uses, where 10 are allowed."]
    )
  }

  @Test func `a saved ledger keeps what was flagged, and an older one without policies is read`() throws {
    var desk = Desk()
    for number in 1...11 { desk.issue("\(number)", limits: [Self.ten]) }
    let coder = (JSONEncoder(), JSONDecoder())
    let offer = try #require(desk.state.record(of: Desk.id("11"))?.issuedOffer)
    #expect(try coder.1.decode(IssuedOffer.self, from: coder.0.encode(offer)) == offer)
    #expect(offer.overLimits.map(\.amount) == [1])
    let old = Data(#"{"cap":3,"scope":{"campaign":{}},"isPerCustomer":true,"window":{"lifetime":{}}}"#.utf8)
    #expect(try coder.1.decode(CampaignLimit.self, from: old) == .perCustomer(3))
    #expect(try !String(decoding: coder.0.encode(CampaignLimit.total(3)), as: UTF8.self).contains("policy"))
  }

  @Test func `a limit that honours what comes beyond it is a fault of a campaign that sends`() async throws {
    let send = Campaign<Member>(
      "to-wallet",
      on: .event("ten_off_issued"),
      rule: Everyone(),
      outcome: .send(Shop.card, through: "wallet"),
      limits: [Self.ten, .total(3)]
    )
    let error = await #expect(throws: OfferBridgeError.self) { try await Shop([Shop.reward(), send]) }
    #expect(error?.code == .configurationInvalid([.limitHonoursMessages(Self.ten, in: "to-wallet")]))
    #expect("\(try #require(error))".contains("Let it refuse, or limit the campaign that issues the offer."))
  }

  @Test func `200 runs of limits that refuse and honour, closings and windows keep an independent count`() {
    let windows: [LimitWindow] = [.lifetime, .rolling(.seconds(5)), .calendar(.day, in: .gmt)]
    for seed in 0..<200 {
      var random = Seeded(UInt64(seed))
      let window = windows[seed % windows.count]
      let soft = CampaignLimit.total(Self.eur(1000), of: .group("g"), in: window, beyond: .honourAndFlag)
      let hard = CampaignLimit.total(Self.eur(1300), of: .group("g"), in: window)
      var desk = Desk()
      var live: [(name: String, at: Int64, amount: Int64)] = []
      var flagged = 0
      for number in 0..<60 {
        desk.now += Int64.random(in: 0...1500, using: &random)
        if let index = live.indices.randomElement(using: &random), Int.random(in: 0..<3, using: &random) == 0
        {
          desk.close(live[index].name, limitUses: .givenBack)
          live.remove(at: index)
        }
        let amount = Int64.random(in: 0...400, using: &random)
        let isHard = Bool.random(using: &random)
        let now = desk.now
        let sum = live.filter { window == .rolling(.seconds(5)) ? $0.at > now - 5000 : true }
          .reduce(amount) { $0 + $1.amount }
        let limits = isHard ? [soft, hard] : [soft]
        let answer = desk.issue("\(number)", limits: limits, faceValue: Self.eur(amount))
        let expected: NodeAnswer =
          isHard && sum > 1300
          ? .refused(hard) : sum > 1000 ? .writtenOver([LimitExcess(soft, amount: sum - 1000)]) : .written
        #expect(answer == expected, "seed \(seed), \(number)")
        if case .refused = expected { continue }
        if expected != .written { flagged += 1 }
        live.append(("\(number)", now, amount))
      }
      let audit = desk.state.audit(now: desk.now)
      #expect(audit.issuedBeyondLimits == flagged, "seed \(seed)")
      #expect(audit.limitsExceeded == 0, "seed \(seed)")
      #expect(audit.imbalances == [], "seed \(seed)")
    }
  }
}
