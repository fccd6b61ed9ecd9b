import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// The one form that each value has in a payload.
@Suite struct CanonicalJSONTests {
  private static func json(_ members: [(String, AttributeValue)]) -> String {
    var json = CanonicalJSON()
    json.beginObject()
    for (name, value) in members { json.member(name, value) }
    json.endObject()
    return String(decoding: json.bytes, as: UTF8.self)
  }

  private static let forms: [(AttributeValue, String)] = [
    (.integer(0), "0"), (.integer(.min), "-9223372036854775808"),
    (.integer(.max), "9223372036854775807"), (.flag(true), "true"), (.flag(false), "false"),
    (.number(2), "2"), (.number(-0.0), "0"), (.number(0.1), "0.1"), (.number(-1.5), "-1.5"),
    (.number(1e15), "1000000000000000"), (.number(9_223_372_036_854_774_784), "9223372036854774784"),
    (.number(1e19), "1e+19"), (.number(1e-7), "1e-07"), (.number(.leastNonzeroMagnitude), "5e-324"),
    (.number(.greatestFiniteMagnitude), "1.7976931348623157e+308"),
    (.text(""), "\"\""), (.text("a/b"), "\"a/b\""), (.text("\"\\"), "\"\\\"\\\\\""),
    (.text("\u{8}\u{9}\u{A}\u{C}\u{D}"), "\"\\b\\t\\n\\f\\r\""),
    (.text("\u{0}\u{1F}\u{7F}"), "\"\\u0000\\u001f\u{7F}\""),
    (.text("é e\u{301} 😀\u{2028}"), "\"é e\u{301} 😀\u{2028}\""),
    (.moment(Date(milliseconds: 0)), "\"1970-01-01T00:00:00Z\""),
    (.moment(Date(milliseconds: -1)), "\"1969-12-31T23:59:59.999Z\""),
    (.moment(Date(milliseconds: 1_767_225_600_050)), "\"2026-01-01T00:00:00.050Z\""),
    (.moment(Date(milliseconds: 951_782_400_000)), "\"2000-02-29T00:00:00Z\""),
    (.moment(Date(milliseconds: 253_402_300_799_999)), "\"9999-12-31T23:59:59.999Z\""),
    (.moment(Date(timeIntervalSince1970: -62_135_596_800)), "\"0001-01-01T00:00:00Z\""),
    (.moment(Date(timeIntervalSince1970: 0.0004)), "\"1970-01-01T00:00:00Z\""),
    (.money(Money(minorUnits: -5, currency: "EUR")), #"{"currency":"EUR","minorUnits":-5}"#),
    (.list([]), "[]"), (.list([[:]]), "[{}]"),
    (.list([["b": 1, "a": "x"], ["c": .list([["d": true]])]]), #"[{"a":"x","b":1},{"c":[{"d":true}]}]"#),
  ]

  @Test(arguments: CanonicalJSONTests.forms)
  func `a value has one form`(value: AttributeValue, form: String) throws {
    let object = Self.json([("v", value)])
    #expect(object == "{\"v\":\(form)}")
    let read = try JSONSerialization.jsonObject(with: Data(object.utf8), options: [])
    #expect((read as? [String: Any])?.keys.sorted() == ["v"])
  }

  @Test func `members stand one behind the other, whatever came before them`() {
    let members: [(String, AttributeValue)] = [
      ("a", .list([["x": 1]])), ("b", .money(Money(minorUnits: 1, currency: "EUR"))), ("c", .list([])),
      ("d", 1),
    ]
    #expect(
      Self.json(members) == #"{"a":[{"x":1}],"b":{"currency":"EUR","minorUnits":1},"c":[],"d":1}"#
    )
    #expect(Self.json([]) == "{}")
    #expect(Self.json([("a\"b", 1)]) == #"{"a\"b":1}"#)
  }

  // As numbers: Foundation cannot print a date that is none.
  @Test(arguments: [Double.nan, .infinity, -1e11])
  func `a moment that no calendar has counts as none`(seconds: Double) {
    let moment = Date(timeIntervalSince1970: seconds)
    let required = MessageVariant<Date>("v") { DataPoint("at") { $0.customer } }
    let optional = MessageVariant<Date>("v") { DataPoint("at", required: false) { $0.customer } }
    let context = MessageContext(rule: RuleContext.example(customer: moment), provider: "wallet")
    #expect(throws: MissingDataPoint.self) { try required.payload(in: context) }
    #expect((try? optional.payload(in: context).bytes).map { String(decoding: $0, as: UTF8.self) } == "{}")
  }
}
