import Foundation
import Logging
import OfferBridgeKit
import StandardWebhooks
import Testing

@testable import ShopHost

/// Who is let in, what is shown, and what no request can do.
@Suite(.serialized, .timeLimit(.minutes(2))) struct DoorTests {
  @Test func `without the token nothing is told`() async throws {
    try await TestShop.run { shop async throws in
      let paths = ["/customers/ada", "/dead-letters", "/audit"]
      for path in paths {
        for token in [nil, "", "wrong", TestShop.token + "x"] {
          #expect(try await shop.ask("GET", path, token: token).status == 401)
        }
      }
      for path in ["/actions", "/statements", "/dead-letters/x/redrive", "/customers/ada/merge"] {
        #expect(try await shop.ask("POST", path, "{}", token: nil).status == 401)
      }
      #expect(try await shop.ask("DELETE", "/customers/ada", token: nil).status == 401)
      let door = try await shop.ask("GET", "/desk", token: nil)
      #expect(door.status == 401)
      #expect(door.text.contains("Who are you?"))
      #expect(!door.text.contains("balance"))
      for path in ["/health", "/ready"] { #expect(try await shop.ask("GET", path, token: nil).status == 200) }
    }
  }

  @Test func `whoever shows the token at the desk's door has a cookie`() async throws {
    try await TestShop.run { shop async throws in
      #expect(try await shop.ask("POST", "/desk/enter", "token=wrong", token: nil).status == 401)
      #expect(try await shop.ask("POST", "/desk/enter", "token=\(TestShop.token)", token: nil).status == 303)
      let cookie = WebhookHeader("cookie", "other=1; desk=\(TestShop.token)")
      #expect(try await shop.ask("GET", "/audit", token: nil, headers: [cookie]).status == 200)
    }
  }

  @Test func `with the cookie something is changed by the desk's own page alone`() async throws {
    try await TestShop.run { shop async throws in
      try await shop.save("ada")
      let cookie = WebhookHeader("cookie", "desk=\(TestShop.token)")
      let host = shop.hostAddress.dropFirst("http://".count)
      for origin in [
        nil, "null", "", "https://elsewhere.example", "http://127.0.0.1:1", "http://\(host).example",
      ] {
        let headers = [cookie] + (origin.map { [WebhookHeader("origin", $0)] } ?? [])
        for (method, path) in [
          ("POST", "/dead-letters/x/redrive"), ("POST", "/statements"), ("POST", "/actions"),
          ("POST", "/customers/ada/merge"), ("PUT", "/customers/ada"), ("DELETE", "/customers/ada"),
        ] {
          let answer = try await shop.ask(method, path, #"{"reason":"x"}"#, token: nil, headers: headers)
          #expect(answer.status == 403, "\(method) \(path) from \(origin ?? "nowhere")")
        }
        #expect(try await shop.ask("GET", "/customers/ada", token: nil, headers: headers).status == 200)
      }
      let own = [cookie, WebhookHeader("origin", "http://\(host)")]
      #expect(try await shop.ask("POST", "/statements", "", token: nil, headers: own).status == 200)
      #expect(try await shop.ask("DELETE", "/customers/ada", token: nil, headers: own).status == 200)
      // No browser sends the token by itself: whoever shows it in the head means it.
      let other = [WebhookHeader("origin", "https://elsewhere.example")]
      #expect(try await shop.ask("POST", "/statements", "", headers: other).status == 200)
    }
  }

  @Test func `what customers and systems are called is text on the page, and no markup`() async throws {
    try await TestShop.run { shop async throws in
      let name = #"<script>alert('1')</script>&""#
      let path = name.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
      _ = try await shop.ask(
        "PUT",
        "/customers/\(path)",
        #"{"firstName":"<b>","tier":"gold","wantsOffers":true}"#
      )
      let body = ["name": "app_opened", "id": "a-1", "customer": name, "at": "2026-06-01T12:00:00Z"]
      _ = try await shop.ask("POST", "/actions", [UInt8](JSONEncoder().encode(body)))
      let page = try await shop.ask("GET", "/desk?customer=\(path)&channel=%3Cimg%3E")
      #expect(page.status == 200)
      #expect(page.text.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&quot;"))
      #expect(!page.text.contains("<script>alert"))
      #expect(!page.text.contains("<img>"))
    }
  }

  @Test func `requests made at random are answered, and none fails`() async throws {
    try await TestShop.run { shop async throws in
      var random = SystemRandomNumberGenerator()
      let paths = [
        "/actions", "/webhooks/redemptions", "/customers/ada", "/statements", "/dead-letters",
        "/dead-letters/x/redrive",
        "/desk", "/desk/enter", "/audit", "/nowhere", "/customers/%00", "/customers/%FF%FE",
        "/desk?customer=%00", "/customers/" + String(repeating: "x", count: 300),
      ]
      let bodies = [
        #"{"name":"app_opened","id":"a","customer":"ada","at":"2026-06-01T12:00:00Z"}"#, #"{"reason":"x"}"#,
        "[1,2", "",
        #"{"id":"R-1","kind":"redemption","card":"W-1","at":1}"#,
        #"{"id":"R-1","kind":"reversal","of":"R-0","at":-99999999999999999}"#,
        #"{"name":"","id":"","customer":"","at":"2026-06-01T12:00:00Z"}"#,
        String(repeating: "[", count: 100_000), "\u{0}\u{1}",
        #"{"firstName":"x","tier":"gold","wantsOffers":true}"#,
        #"{"id":"R-2","kind":"redemption","card":"","at":9223372036854775807}"#,
        #"{"id":"","kind":"redemption","card":"W-1","at":1,"amount":{"minorUnits":-5,"currency":"EUR"}}"#,
      ]
      var statuses: [Int: Int] = [:]
      for number in 0..<600 {
        var body = Array(bodies[number % bodies.count].utf8)
        if !body.isEmpty, Bool.random(using: &random) {
          body[Int.random(in: 0..<body.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        let path = paths[Int.random(in: 0..<paths.count, using: &random)]
        let method = ["GET", "POST", "PUT", "DELETE"][Int.random(in: 0..<4, using: &random)]
        let isSigned = path.hasPrefix("/webhooks") && Bool.random(using: &random)
        let answer =
          isSigned
          ? try await shop.report(String(decoding: body, as: UTF8.self), id: "n-\(number)")
          : try await shop.ask(method, path, body)
        statuses[answer.status, default: 0] += 1
        #expect(answer.status < 500, "\(method) \(path) \(String(decoding: body.prefix(200), as: UTF8.self))")
      }
      // A run that is always turned away at the door sees nothing.
      #expect(statuses[200, default: 0] > 20)
      #expect(statuses[422, default: 0] > 20)
      #expect(try await shop.host.bridge.audit().isBalanced)
    }
  }

  @Test func `settings that are missing are named`() throws {
    #expect(throws: HostSettingFault(name: "HOST_PORT")) { try HostSettings([:]) }
    let some = ["HOST_PORT": "0", "HOST_TOKEN": "short"]
    #expect(throws: HostSettingFault(name: "HOST_TOKEN")) { try HostSettings(some) }
    let odd = ["HOST_PORT": "0", "HOST_TOKEN": TestShop.token, "HOST_PATIENCE_SECONDS": "long"]
    #expect(throws: HostSettingFault(name: "HOST_PATIENCE_SECONDS")) { try HostSettings(odd) }
    let loud = ["HOST_PORT": "0", "HOST_TOKEN": TestShop.token, "LOG_LEVEL": "loud"]
    #expect(throws: HostSettingFault(name: "LOG_LEVEL")) { try HostSettings(loud) }
    let token = try #require(AccessToken(TestShop.token))
    var text = "\(token) \(String(reflecting: token))"
    dump(token, to: &text)
    #expect(!text.contains(TestShop.token))
  }

  @Test func `the level that is set is the level that is logged from`() async throws {
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    let environment = [
      "HOST_FOLDER": ".", "HOST_PORT": "0", "HOST_WALLET_ADDRESS": "http://127.0.0.1:1",
      "HOST_MESSAGE_SECRET": secret, "HOST_NOTICE_SECRET": secret, "HOST_TOKEN": TestShop.token,
    ]
    #expect(try HostSettings(environment).logLevel == nil)
    for level in Logger.Level.allCases {
      let settings = try HostSettings(environment.merging(["LOG_LEVEL": level.rawValue]) { $1 })
      #expect(settings.logLevel == level)
    }
    try await TestShop.run(logLevel: .error) { shop async throws in
      #expect(shop.host.logger.logLevel == .error)
    }
  }
}
