import Foundation
import StandardWebhooks
import Testing

/// What is decoded, and what is refused before.
@Suite struct JSONBoundsTests {
  private func refusal(_ bytes: [UInt8], _ bounds: JSONBounds = JSONBounds()) -> JSONRefusal? {
    do throws(JSONRefusal) {
      try bounds.check(bytes)
      return nil
    } catch { return error }
  }

  @Test(
    "a text that every program reads alike is let through",
    arguments: [
      "0", "-0", "1.5e-3", "12E+4", "true", "false", "null", #""""#, "[]", "{}", " [ 1 , 2 ] \n",
      #"{"a":{"a":1},"b":[{}]}"#,
      #""\u00e9\ud83d\ude00\n\/\\\"""#, "\"é😀\u{10FFFF}\"",
    ]
  )
  func good(text: String) { #expect(refusal(Array(text.utf8)) == nil) }

  @Test(
    "a text that is no JSON, or that two programs may read differently, is refused where it goes wrong",
    arguments: [
      ("", JSONRefusal.malformed(at: 0)), ("[1,]", .malformed(at: 3)), (#"{"a":1,}"#, .malformed(at: 7)),
      ("[1 2]", .malformed(at: 3)), ("[1]]", .malformed(at: 3)), ("[1}", .malformed(at: 2)),
      (#"{"a":1]"#, .malformed(at: 6)),
      ("1 1", .malformed(at: 2)), ("1,", .malformed(at: 1)), ("01", .malformed(at: 1)),
      ("-", .malformed(at: 1)), (".5", .malformed(at: 0)),
      ("1.", .malformed(at: 2)), ("1e", .malformed(at: 2)), ("+1", .malformed(at: 0)),
      ("NaN", .malformed(at: 0)),
      ("Infinity", .malformed(at: 0)), ("tru", .malformed(at: 0)), ("nul", .malformed(at: 0)),
      ("'a'", .malformed(at: 0)),
      ("\"a", .malformed(at: 2)), ("\"a\nb\"", .malformed(at: 2)), (#""\x""#, .malformed(at: 1)),
      (#""\u12""#, .malformed(at: 3)),
      (#""\ud83d""#, .malformed(at: 1)), (#""\ude00""#, .malformed(at: 1)),
      (#""\ud83d\u0041""#, .malformed(at: 1)),
      (#"{"a":1,"a":2}"#, .keyDoubled(at: 7)), (#"{"a":1,"\u0061":2}"#, .keyDoubled(at: 7)),
      ("{a:1}", .malformed(at: 1)),
      (#"{"a" 1}"#, .malformed(at: 5)), (#"{"a":}"#, .malformed(at: 5)), ("[", .malformed(at: 1)),
      (#"{"a":1"#, .malformed(at: 6)),
      ("/* */1", .malformed(at: 0)), ("\u{FEFF}1", .notUTF8(at: 0)), ("{\"a\":1 \"b\":2}", .malformed(at: 7)),
      ("[,1]", .malformed(at: 1)),
      ("{,}", .malformed(at: 1)), ("{1:2}", .malformed(at: 1)), ("1.5.5", .malformed(at: 3)),
    ]
  )
  func bad(text: String, refusal expected: JSONRefusal) { #expect(refusal(Array(text.utf8)) == expected) }

  @Test(
    "bytes that are not UTF-8 are refused",
    arguments: [
      ([0x22, 0xFF, 0x22], 1), ([0x22, 0xC0, 0x80, 0x22], 1), ([0x22, 0xED, 0xA0, 0x80, 0x22], 1),
      ([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], 1), ([0x22, 0xE2, 0x82], 1), ([0x22, 0x80, 0x22], 1),
      ([0xFE, 0xFF, 0, 0x31], 0),
      ([0xFF, 0xFE, 0x31, 0], 0),
    ] as [([UInt8], Int)]
  )
  func notUTF8(bytes: [UInt8], at: Int) { #expect(refusal(bytes) == .notUTF8(at: at)) }

  @Test func `each bound is exact`() {
    func nested(_ depth: Int) -> [UInt8] {
      Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
    }
    #expect(refusal(nested(32)) == nil)
    #expect(refusal(nested(33)) == .tooDeep(at: 32))
    #expect(refusal(nested(100_000)) == .tooDeep(at: 32))
    func list(_ count: Int) -> [UInt8] {
      Array("[\(Array(repeating: "1", count: count).joined(separator: ","))]".utf8)
    }
    #expect(refusal(list(9_999)) == nil)
    #expect(refusal(list(10_000)) == .tooManyValues(at: 19_999))
    func text(_ count: Int) -> [UInt8] { Array("\"\(String(repeating: "a", count: count))\"".utf8) }
    #expect(refusal(text(65_536)) == nil)
    #expect(refusal(text(65_537)) == .textTooLong(at: 0))
    #expect(refusal(Array(String(repeating: "1", count: 64).utf8)) == nil)
    #expect(refusal(Array(String(repeating: "1", count: 65).utf8)) == .numberTooLong(at: 0))
  }

  @Test
  func `what it lets through Foundation reads, and what Foundation does not read it does not let through`() {
    var random = SystemRandomNumberGenerator()
    let corpus = [
      #"{"id":"r-1","amount":{"minor":500,"currency":"USD"},"lines":[1,2.5e3,null,true]}"#,
      #"["\u00e9","é",{}]"#,
    ]
    var accepted = 0
    for number in 0..<20_000 {
      var bytes = Array(corpus[number % 2].utf8)
      for _ in 0..<Int.random(in: 0...2, using: &random) {
        let at = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: at)
        default: bytes.insert(Array(#"{}[]",:0-e\u"#.utf8).randomElement(using: &random) ?? 0, at: at)
        }
      }
      guard refusal(bytes) == nil else { continue }
      accepted += 1
      #expect(throws: Never.self, "\(String(decoding: bytes, as: UTF8.self))") {
        try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
      }
    }
    #expect(accepted > 6_000)
  }

  @Test func `a webhook's body is looked through before it is decoded`() throws {
    let pair = try Pair()
    func webhook(_ text: String) throws -> VerifiedWebhook {
      let body = Array(text.utf8)
      return try pair.receiver.verified(
        body,
        pair.signer.headers(id: "m", at: Pair.now, body: body),
        at: Pair.now
      )
    }
    #expect(try JSONBounds().decoded([String: Int].self, from: webhook(#"{"a":1}"#)) == ["a": 1])
    #expect(throws: JSONRefusal.keyDoubled(at: 7)) {
      try JSONBounds().decoded([String: Int].self, from: webhook(#"{"a":1,"a":2}"#))
    }
    #expect(throws: DecodingError.self) { try JSONBounds().decoded([Int].self, from: webhook("{}")) }
  }
}
