import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Which of several languages a customer is told a text in.
@Suite struct LocalisedTests {
  private static let tenOff = Localised(
    "Ten off",
    in: "en",
    ["pt": "Dez a menos", "pt-BR": "Dez reais a menos", "zh-Hant": "折十元", "de-CH": "Zehn Franken"]
  )

  private static let chains: [(wanted: String?, language: String, tried: [String])] = [
    ("pt-BR", "pt-BR", ["pt-BR"]),
    ("PT-br", "pt-BR", ["PT-br"]),
    ("pt_BR", "pt-BR", ["pt-BR"]),
    ("pt-AO", "pt", ["pt-AO", "pt"]),
    ("pt", "pt", ["pt"]),
    ("pt-BR-abl1943", "pt-BR", ["pt-BR-abl1943", "pt-BR"]),
    ("en", "en", ["en"]),
    ("en-GB", "en", ["en-GB", "en"]),
    ("ZH-HANT-TW", "zh-Hant", ["ZH-HANT-TW", "ZH-HANT"]),
    // RFC 4647, section 3.4: a single letter goes with what it introduces.
    (
      "zh-Hant-CN-x-private1-private2", "zh-Hant",
      ["zh-Hant-CN-x-private1-private2", "zh-Hant-CN-x-private1", "zh-Hant-CN", "zh-Hant"]
    ),
    // There is German for Switzerland only: who asks for more, or for another, is told the default.
    ("de", "en", ["de"]),
    ("de-AT", "en", ["de-AT", "de"]),
    ("ptx", "en", ["ptx"]),
    ("tlh", "en", ["tlh"]),
    ("", "en", []),
    ("-", "en", []),
    ("pt--BR", "en", []),
    ("pt BR", "en", []),
    ("*", "en", []),
    ("português", "en", []),
    ("waytoolonglanguage", "en", []),
    (nil, "en", []),
  ]

  @Test(arguments: LocalisedTests.chains)
  func `a language falls back subtag by subtag, and to the default`(
    wanted: String?,
    language: String,
    tried: [String]
  ) {
    let text = Self.tenOff.text(for: wanted)
    #expect(text.language == language)
    #expect(text.tried == tried)
    #expect(text.wanted == wanted)
  }

  @Test func `the language that was chosen is explained without the text`() {
    let texts = ["pt-br", "pt-AO", "tlh", "p t", nil].map { Self.tenOff.text(for: $0) }
    #expect(texts.map(\.text) == ["Dez reais a menos", "Dez a menos", "Ten off", "Ten off", "Ten off"])
    #expect(
      texts.map(\.description) == [
        "pt-BR",
        "pt (pt-AO was asked for; tried pt-AO, pt)",
        "en (tlh was asked for; tried tlh)",
        "en ('p t' is no language)",
        "en (no language was asked for)",
      ]
    )
  }

  private static func send(_ text: Localised) -> Campaign<Member> {
    let card = MessageVariant<Member>("card") {
      DataPoint("title", text, in: { $0.customer.nickname })
      DataPoint("name") { $0.customer.name }
    }
    return Campaign(
      "to-wallet",
      on: .event("ten_off_issued"),
      rule: Everyone(),
      outcome: .send(card, through: "wallet")
    )
  }

  @Test func `a message says a text in the customer's language, keeps which one, and a decision says why`()
    async throws
  {
    let shop = try await Shop([Shop.reward(), Self.send(Self.tenOff)])
    shop.store.save(Member(nickname: "pt-AO"), as: "ada")
    let decisions = try await shop.bridge.respond(to: shop.opened("a-1"))
    let message = try await shop.message().message
    #expect(message.payloadText == #"{"name":"Ada","title":"Dez a menos"}"#)
    #expect(message.languages == ["title": "pt"])
    #expect(
      decisions["to-wallet"]?.messageExplanation?.description == """
        card
        title: pt (pt-AO was asked for; tried pt-AO, pt)
        """
    )
    #expect(decisions["reward"]?.messageExplanation == nil)
    let again = try await shop.bridge.respond(to: shop.opened("a-1"))
    #expect(again["to-wallet"]?.isReplay == true)
    #expect(again["to-wallet"]?.messageExplanation == nil)
    #expect(message.reissued(in: "main", at: shop.time.now).languages == message.languages)
  }

  @Test func `a language that is given twice, and a tag that is none, are faults`() async throws {
    let text = Localised("a", in: "en", ["EN": "b", "pt-BR": "c", "pt-br": "d", "p t": "e"])
    let error = await #expect(throws: OfferBridgeError.self) {
      _ = try await Shop([Shop.reward(), Self.send(text)])
    }
    #expect(
      error?.code
        == .configurationInvalid([
          .languageInvalid("p t", of: "title", in: "to-wallet"),
          .repeatedLanguage("EN", of: "title", in: "to-wallet"),
          .repeatedLanguage("pt-br", of: "title", in: "to-wallet"),
        ])
    )
  }
}
