import DurableLedger
import Foundation
import OfferBridgeKit
import Testing
import WalletHostBenchmarks

/// The rows' JSON, beside Foundation's.
@Suite struct DocumentTests {
  enum Shape: Codable, Hashable {
    case nothing
    case named(String, at: Int)
    case nested([Shape])
  }

  struct Sample: Codable, Hashable {
    var flag = true
    var text = "a \"quoted\" back\\slash, a line\nand a tab\t, \u{0}, \u{1F}, å, 👩‍👩‍👧, \u{2028}"
    var empty = ""
    var integers = [Int.min, -1, 0, 1, Int.max]
    var bytes: [UInt8] = [0, 255]
    var small: Int8 = -128
    var large = UInt64.max
    var numbers = [0, -0.1, 1e300, Double.leastNonzeroMagnitude, 1.0 / 3, 796_608_000.123]
    var float: Float = 0.25
    var moment = Date(timeIntervalSinceReferenceDate: 796_608_000.123)
    var none: Int?
    var some: Int? = 7
    var optionals: [String?] = [nil, "x", nil]
    var byName = ["b\"": [1, 2], "a": []]
    var shapes: [Shape] = [.nothing, .named("n", at: 1), .nested([.nested([]), .nothing])]
    var lists = [[[1], []], [], [[2, 3]]]
    var inner = Inner()

    struct Inner: Codable, Hashable {
      var noLength: [String: Int] = [:]
      var key = "k"
    }
  }

  @Test func `Foundation reads what is written`() throws {
    let text = try DocumentEncoder().text(Sample())
    #expect(try JSONDecoder().decode(Sample.self, from: Data(text.utf8)) == Sample())
  }

  @Test(
    arguments: [[], .prettyPrinted, .sortedKeys, .withoutEscapingSlashes] as [JSONEncoder.OutputFormatting]
  )
  func `what Foundation writes is read`(_ form: JSONEncoder.OutputFormatting) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = form
    let text = String(decoding: try encoder.encode(Sample()), as: UTF8.self)
    #expect(try DocumentDecoder().value(text) == Sample())
  }

  @Test func `what is written is read`() throws {
    #expect(try DocumentDecoder().value(DocumentEncoder().text(Sample())) == Sample())
    for text in ["", "\u{FEFF}x", "\\u0041", String(repeating: "ä\"", count: 300)] {
      #expect(try DocumentDecoder().value(DocumentEncoder().text([text])) == [text])
    }
  }

  @Test func `a ledger's values are the same by both`() async throws {
    let journeys = try await PlanPress.journeys(
      of: ["ada", "bo \"b\" \\ 👩", "c\u{0}d"],
      tenant: "main"
    )
    for journey in journeys {
      try expectSame(journey.plan)
      try expectSame(journey.redemption)
      for message in journey.plan.messages { try expectSame(message) }
      for limits in journey.plan.nodes.map(\.limits) { try expectSame(limits) }
    }
  }

  private func expectSame<Value: Codable & Equatable>(_ value: Value) throws {
    let text = try DocumentEncoder().text(value)
    #expect(try JSONDecoder().decode(Value.self, from: Data(text.utf8)) == value)
    let foundations = String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    #expect(try DocumentDecoder().value(foundations) == value)
    #expect(try DocumentDecoder().value(text) == value)
  }

  /// Parts of one value that each write some of its members, as a message does.
  private struct Halves: Encodable {
    private enum Keys: CodingKey { case first, second, third }

    func encode(to encoder: any Encoder) throws {
      var one = encoder.container(keyedBy: Keys.self)
      var list = one.nestedUnkeyedContainer(forKey: .first)
      try list.encode(1)
      var inner = list.nestedContainer(keyedBy: Keys.self)
      try inner.encode("x", forKey: .third)
      var other = encoder.container(keyedBy: Keys.self)
      try other.encode(2, forKey: .second)
      try one.encodeNil(forKey: .third)
    }
  }

  @Test func `a value may write its members through several containers`() throws {
    #expect(try DocumentEncoder().text(Halves()) == #"{"first":[1,{"third":"x"}],"second":2,"third":null}"#)
  }

  @Test func `a number that is none is refused`() {
    for number in [Double.nan, .infinity, -.infinity] {
      #expect(throws: EncodingError.self) { try DocumentEncoder().text([number]) }
    }
  }

  @Test func `escapes are read as JSON has them`() throws {
    #expect(try DocumentDecoder().value(#"["\u0041\/\b\f\ud83d\ude00"]"#) == ["A/\u{8}\u{C}😀"])
    #expect(try DocumentDecoder().value(#"{"\u0061":1}"#) == ["a": 1])
  }

  @Test(
    arguments: [
      "", " ", "{", "[1", "[1,", "[1,]", "[,1]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "[1] x", "nul",
      "\"", "\"\\", "[\"\n\"]", "{\"a\" 1}", "[1 2]", "]",
    ]
  )
  func `what is no JSON is refused`(_ text: String) {
    #expect(throws: DecodingError.self) { let _: [String: Int] = try DocumentDecoder().value(text) }
    #expect(throws: DecodingError.self) { let _: [Int] = try DocumentDecoder().value(text) }
  }

  @Test func `what is of another kind is refused`() {
    #expect(throws: DecodingError.self) { let _: [Int] = try DocumentDecoder().value("[1.5]") }
    #expect(throws: DecodingError.self) { let _: [Int8] = try DocumentDecoder().value("[128]") }
    #expect(throws: DecodingError.self) { let _: [UInt] = try DocumentDecoder().value("[-1]") }
    #expect(throws: DecodingError.self) { let _: [Int] = try DocumentDecoder().value("[--1]") }
    #expect(throws: DecodingError.self) { let _: [Double] = try DocumentDecoder().value("[\"1\"]") }
    #expect(throws: DecodingError.self) { let _: [Bool] = try DocumentDecoder().value("[1]") }
    #expect(throws: DecodingError.self) { let _: [String] = try DocumentDecoder().value("[null]") }
    #expect(throws: DecodingError.self) { let _: [String] = try DocumentDecoder().value(#"["\ud83d"]"#) }
    #expect(throws: DecodingError.self) { let _: [String] = try DocumentDecoder().value(#"["\uZZZZ"]"#) }
    #expect(throws: DecodingError.self) { let _: Sample.Inner = try DocumentDecoder().value(#"{"key":"k"}"#) }
  }

  @Test func `a text that opens without end is refused`() {
    let deep = String(repeating: "[", count: 1_000_000)
    #expect(throws: DecodingError.self) { let _: [Int] = try DocumentDecoder().value(deep) }
  }

  @Test func `whole numbers are read however they are written`() throws {
    #expect(try DocumentDecoder().value("[1.0, 2e2, -0, 3E+1]") == [1, 200, 0, 30])
  }

  @Test func `a text with a byte changed, lost or doubled is read or refused`() throws {
    let bytes = Array(try DocumentEncoder().text(Sample()).utf8)
    var random = SystemRandomNumberGenerator()
    var refused = 0
    for place in bytes.indices {
      var changed = bytes
      switch place % 3 {
      case 0: changed[place] = UInt8.random(in: 0...127, using: &random)
      case 1: changed.remove(at: place)
      default: changed.insert(bytes[place], at: place)
      }
      let text = String(decoding: changed, as: UTF8.self)
      do { let _: Sample = try DocumentDecoder().value(text) } catch { refused += 1 }
    }
    #expect(refused > bytes.count / 4)
  }
}
