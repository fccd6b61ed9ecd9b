import AsyncHTTPClient
import Foundation
import HTTPTypes
import NIOCore
import StandardWebhooks
import Synchronization
import Testing

@testable import Wallet

/// The external system over real HTTP.
@Suite(.timeLimit(.minutes(2))) struct WalletTests {
  @Test func `a message makes one card, however often it comes`() async throws {
    try await TestWallet.run { wallet async throws in
      let answers = try await [
        wallet.send("k1"), wallet.send("k1"), wallet.send("k1", of: "bob"), wallet.send("k2"),
      ]
      #expect(answers.map(\.status) == [200, 200, 422, 200])
      #expect(answers.map(\.word) == ["ACTIVE", "ACTIVE", "OTHER_BYTES", "ACTIVE"])
      #expect(answers.map(\.reference) == ["W-1", "W-1", nil, "W-2"])
      #expect(try await wallet.wallet.store.counts().cards == 2)
      #expect(try await wallet.lookUp("k1") == .init(status: 200, word: "ACTIVE", reference: "W-1"))
      #expect(try await wallet.lookUp("k9") == .init(status: 404, word: "NO_SUCH_KEY", reference: nil))
      #expect(try await wallet.cards(of: "ada").map(\.card) == ["W-1", "W-2"])
    }
  }

  @Test func `what is not signed is refused, and what is signed and not read too`() async throws {
    try await TestWallet.run { wallet async throws in
      #expect(try await wallet.send("k1", tampered: true).status == 401)
      #expect(try await wallet.post("messages", Array("{}".utf8), []).status == 401)
      #expect(
        try await wallet.send("k1", body: Array(#"{"type":"x.issue","type":"x.recall"}"#.utf8)).status == 422
      )
      #expect(
        try await wallet.send("k1", body: Array(#"{"type":"x.other","subject":"i","data":{}}"#.utf8)).status
          == 422
      )
      #expect(try await wallet.wallet.store.counts().messages == 0)
    }
  }

  @Test func `a recall takes the card out, and it is not redeemed any more`() async throws {
    try await TestWallet.run { wallet async throws in
      _ = try await wallet.send("k1")
      #expect(try await wallet.send("k2", kind: "recall").reference == "W-1")
      #expect(try await wallet.cards(of: "ada").map(\.isLive) == [false])
      #expect(try await wallet.redeem("W-1", of: "ada", request: "q1").status == 409)
      #expect(try await wallet.send("k3", kind: "recall", issued: "other").word == "NOTHING_TO_RECALL")
      #expect(try await wallet.send("k3", kind: "recall", issued: "other").word == "NOTHING_TO_RECALL")
    }
  }

  @Test func `a recall finds the card of a customer who was merged into another one since`() async throws {
    try await TestWallet.run { wallet async throws in
      _ = try await wallet.send("k1", of: "phone")
      let recall = try await wallet.send("k2", of: "ada", kind: "recall", issued: "issued-k1")
      #expect(recall == .init(status: 200, word: "ACTIVE", reference: "W-1"))
      #expect(try await wallet.cards(of: "phone").map(\.isLive) == [false])
      #expect(try await wallet.redeem("W-1", of: "phone", request: "q1").status == 409)
    }
  }

  @Test func `a card is redeemed once a request, by whom it belongs to, and reported with it`() async throws {
    try await TestWallet.run { wallet async throws in
      _ = try await wallet.send("k1")
      #expect(try await wallet.redeem("W-1", of: "bob", request: "q1").status == 404)
      for _ in 0..<2 { #expect(try await wallet.redeem("W-1", of: "ada", request: "q1").status == 200) }
      for _ in 0..<2 { #expect(try await wallet.reverse("R-1", of: "ada").status == 200) }
      let counts = try await wallet.wallet.store.counts()
      #expect((counts.redemptions, counts.reversals) == (1, 1))
      #expect(try await wallet.wallet.store.statement().map(\.id) == ["R-1", "R-2"])
      #expect(try await wallet.wallet.store.statement().map(\.of) == [nil, "R-1"])
    }
  }

  @Test func `a request is its member's own, and none of them stands in the way of a reversal`() async throws
  {
    try await TestWallet.run { wallet async throws in
      let store = wallet.wallet.store
      func redeem(_ card: Int64, of member: String, _ request: String) async throws -> WalletStore.Redeeming {
        try await store.redeem(card, of: member, amount: 500, currency: "EUR", request: request, at: 0)
      }
      _ = try await wallet.send("k1")
      _ = try await wallet.send("k2", of: "bob")
      #expect(try await redeem(1, of: "ada", "q1") == .done(id: "R-1"))
      #expect(try await redeem(2, of: "bob", "q1") == .done(id: "R-2"))
      #expect(try await redeem(2, of: "bob", "q1") == .done(id: "R-2"))
      #expect(try await redeem(1, of: "ada", "reverse 1") == .done(id: "R-3"))
      for _ in 0..<2 { #expect(try await store.reverse(1, of: "ada", at: 0) == .done(id: "R-4")) }
      #expect(try await store.reverse(1, of: "bob", at: 0) == .noSuchRedemption)
      #expect(try await store.statement().map(\.member) == ["ada", "bob", "ada", "ada"])
      #expect(try await store.statement().map(\.of) == [nil, nil, nil, "R-1"])
    }
  }

  @Test func `a file from before requests were a member's is opened, and keeps what was redeemed`()
    async throws
  {
    let folder = FileManager.default.temporaryDirectory.appending(path: "wallet-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "wallet.sqlite").path
    let rows = """
      INSERT INTO card (member, offer, issued, title) VALUES
        ('ada', 'TEN', 'i1', 'Ten'), ('bob', 'TEN', 'i2', 'Ten');
      INSERT INTO redemption (request, kind, card, undoes, amount, currency, at) VALUES
        ('q1', 'redemption', 1, NULL, 500, 'EUR', 7), ('reverse 1', 'reversal', 1, 1, 500, 'EUR', 8);
      """
    _ = try WalletSchema.open(path, [WalletSchema.migrations[0], .init(name: "what it had", sql: rows)])
    for _ in 0..<2 {
      let store = try WalletStore(path: path)
      #expect(try await store.statement().map(\.id).prefix(2) == ["R-1", "R-2"])
      #expect(try await store.statement().map(\.member).prefix(2) == ["ada", "ada"])
      #expect(try await store.reverse(1, of: "ada", at: 9) == .done(id: "R-2"))
      for (member, card, id) in [("ada", 1, "R-1"), ("bob", 2, "R-3")] as [(String, Int64, String)] {
        let answer = try await store.redeem(
          card,
          of: member,
          amount: 500,
          currency: "EUR",
          request: "q1",
          at: 9
        )
        #expect(answer == .done(id: id))
      }
    }
  }

  @Test func `a webhook is signed, and sent until it is taken`() async throws {
    try await TestWallet.run { wallet async throws in
      _ = try await wallet.send("k1")
      wallet.host.answer(with: [.internalServerError, .internalServerError, .ok])
      _ = try await wallet.redeem("W-1", of: "ada", request: "q1")
      try await wallet.inTime { try await wallet.wallet.store.counts().unreported == 0 }
      let received = wallet.host.received
      #expect(received.count == 3)
      #expect(Set(received.map(\.body)).count == 1)
      #expect(Set(received.map(\.id)) == ["notice-R-1"])
      // A host that answers, whatever it says, is asked again, and no other in its place.
      #expect(wallet.other.received.isEmpty)
      let notice = try JSONDecoder().decode(WalletNotice.self, from: Data(received[0].body))
      #expect(notice.card == "W-1")
      #expect(notice.amount == .init(minorUnits: 500, currency: "EUR"))
    }
  }

  @Test func `a host that does not answer is passed over, and holds up no webhook`() async throws {
    // Nobody listens there.
    let absent = ["http://127.0.0.1:1/notices", "http://127.0.0.1:2/notices"]
    try await TestWallet.run(absent: absent) { wallet async throws in
      _ = try await wallet.send("k1")
      for request in ["q1", "q2"] { _ = try await wallet.redeem("W-1", of: "ada", request: request) }
      let wanted = try await wallet.wallet.store.counts().redemptions
      let begin = ContinuousClock.now
      try await wallet.inTime { try await wallet.wallet.store.counts().unreported == 0 }
      // Sooner than the time that one answer may take.
      #expect(ContinuousClock.now - begin < .seconds(10))
      #expect(wallet.host.received.count == wanted)
      #expect(wallet.other.received.isEmpty)
    }
  }

  @Test func `its numbers begin where it was told, and a file that is past that goes on`() async throws {
    try await TestWallet.run { wallet async throws in
      for (first, number) in [(1_000, 1_000), (1, 1_001), (5_000, 5_000)] as [(Int64, Int64)] {
        let idle = try wallet.idle(firstNumber: first)
        #expect(try await idle.issue("k\(number)") == .taken(card: number))
        #expect(try await idle.redeem(number, request: "q\(number)") == .done(id: "R-\(number)"))
      }
    }
  }

  @Test(
    "the number that it begins with is in the environment, and is 1 without",
    arguments: [(nil, 1), ("7", 7), ("0", nil), ("seven", nil)] as [(String?, Int64?)]
  )
  func firstNumber(text: String?, number: Int64?) {
    var environment = [
      "WALLET_DATABASE": "wallet.sqlite", "WALLET_PORT": "0", "WALLET_NOTICE_ADDRESS": "http://127.0.0.1:1",
      "WALLET_MESSAGE_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
      "WALLET_NOTICE_SECRET": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
    ]
    environment["WALLET_FIRST_NUMBER"] = text
    #expect((try? WalletSettings(environment))?.firstNumber == number)
  }

  @Test func `its troubles are those that were asked for`() async throws {
    try await TestWallet.run { wallet async throws in
      try await wallet.trouble(#"{"outage":true}"#)
      #expect(try await wallet.send("k1") == .init(status: 503, word: "DOWN", reference: nil))
      try await wallet.trouble(#"{"loseAcknowledgements":1}"#)
      await #expect(throws: (any Error).self) { try await wallet.send("k1") }
      #expect(try await wallet.send("k1").reference == "W-1")
      #expect(try await wallet.wallet.store.counts().cards == 1)
    }
  }

  @Test(
    "a request that cannot be read is refused, and none fails",
    arguments: [
      "", "{", "[]", #"{"card":5}"#, #"{"card":"W-1","minorUnits":-1,"currency":"EUR","request":"q"}"#,
      #"{"card":"X","minorUnits":1,"currency":"EUR","request":"q"}"#, #"{"card":"W-1","card":"W-2"}"#,
    ]
  )
  func unreadable(body: String) async throws {
    try await TestWallet.run { wallet async throws in
      #expect(try await wallet.post("wallet/ada/redeem", Array(body.utf8), []).status == 400)
      #expect(try await wallet.post("wallet/ada/reverse", Array(body.utf8), []).status == 400)
    }
  }
}
