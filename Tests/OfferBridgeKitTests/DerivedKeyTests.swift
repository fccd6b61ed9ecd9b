import Foundation
import OfferBridgeKit
import Testing

struct DerivedKeyTests {
  private static let worked = "bb27mslnI5tGFAoz6hcz31zIIBOWq6n3uAQkelM0Q3U"

  @Test func `the worked example of the documentation comes out`() {
    let key = DerivedKey.derive("issuance", "acme", "winter-2026", "ada", "event", "purchase-17", "ten-off")
    #expect(key.description == Self.worked)
  }

  /// Worked out with Python:
  /// `sha256(b"".join(pack(">I", len(p.encode())) + p.encode() for p in parts))`.
  @Test func `the format is the one promised`() {
    #expect(DerivedKey.derive("issuance").description == "HJkUzfWUZrP-YHQXvfe-59SDlyUSQyAxQwh2rrs-AeY")
    #expect(DerivedKey.derive("issuance", "").description == "ZLCHgnZcPiVjZrpS_4zQhgjHy_ijDWoXG5zsvydwxpk")
    #expect(
      DerivedKey.derive("redemption", "acme", "\u{C5}se", "😀").description
        == "fM_CM8cQ32EQW4ywHpQm4FU8S0075clB0j4Vi6qsysc"
    )
    #expect(
      DerivedKey.derive("long", String(repeating: "x", count: 1000)).description
        == "xKt5CIeJEkenwqmr4d01JVwloHFcv6beXj6HmC5jjVk"
    )
  }

  @Test func `a part is told from the next by its length`() {
    let parted = DerivedKey.derive("issuance", "ab", "c")
    let elsewhere = DerivedKey.derive("issuance", "a", "bc")
    #expect(parted.description == "QaC9xDBTmvTUcj4wvCWPb6r37NpakwJI_2QQ_Hj2_Yo")
    #expect(elsewhere.description == "FVL9TGJ24jfJ-H6u2nzQfUqWmbda0v67rslYlWkWg4s")
  }

  @Test func `numbers count as their decimal text`() {
    var parts = KeyDerivation("n")
    parts.add(0)
    parts.add(17)
    parts.add(-1)
    #expect(parts.key().description == "rV67VgEsRt1mrcuLVr71XupbO-FHBnRukNbJ9V9zm-8")
    #expect(parts.key() == DerivedKey.derive("n", "0", "17", "-1"))
  }

  @Test(arguments: [Int64.min, -100, -9, 9, 10, 1_795_348_800_000, Int64.max])
  func `a number and its text give the same key`(number: Int64) {
    var parts = KeyDerivation("n")
    parts.add(number)
    #expect(parts.key() == DerivedKey.derive("n", String(number)))
  }

  @Test func `a key counts as its text`() throws {
    let key = try #require(DerivedKey(Self.worked))
    var parts = KeyDerivation("message")
    parts.add(key)
    parts.add(Int64.min)
    #expect(parts.key().description == "o_uTvoMMJfQLVUtXqqcxk1ITjbTlvEblZNeGkXE6G50")
    #expect(parts.key() == DerivedKey.derive("message", Self.worked, "-9223372036854775808"))
  }

  @Test func `the same letters parted elsewhere are another key`() {
    let keys: Set = [
      DerivedKey.derive("issuance", "ab", "c"),
      DerivedKey.derive("issuance", "a", "bc"),
      DerivedKey.derive("issuance", "abc"),
      DerivedKey.derive("issuance", "abc", ""),
      DerivedKey.derive("issuance", "", "abc"),
      DerivedKey.derive("issuancea", "bc"),
      DerivedKey.derive("message", "abc"),
    ]
    #expect(keys.count == 7)
  }

  @Test func `text is taken as it stands, composed or not`() {
    #expect("\u{C5}" == "A\u{30A}")
    #expect(DerivedKey.derive("n", "\u{C5}") != DerivedKey.derive("n", "A\u{30A}"))
  }

  @Test func `a key prints as 43 characters and reads back`() {
    for key in keys(500) {
      #expect(key.description.utf8.count == 43)
      #expect(DerivedKey(key.description) == key)
    }
  }

  @Test func `the text is the base64url of the 32 bytes`() throws {
    for key in keys(100) {
      let bytes = try bytes(of: key)
      #expect(bytes.count == 32)
      #expect(DerivedKey(base64url(bytes)) == key)
    }
    #expect(DerivedKey(base64url([UInt8](repeating: 0, count: 32))) != nil)
    #expect(DerivedKey(base64url([UInt8](repeating: 255, count: 32))) != nil)
  }

  /// Each is the key of the worked example with something changed.
  private static let malformed: [String] = [
    "",
    "bb27mslnI5tGFAoz6hcz31zIIBOWq6n3uAQkelM0Q3",  // one short
    "bb27mslnI5tGFAoz6hcz31zIIBOWq6n3uAQkelM0Q3UA",  // one long
    "bb27mslnI5tGFAoz6hcz31zIIBOWq6n3uAQkelM0Q3U=",  // padded
    "bb27mslnI5tGFAoz6hcz31zIIBOWq6n3uAQkelM0Q3=",
    "bb27mslnI5tGFAoz6hcz31zIIBOWq6n3uAQkelM0Q3V",  // U and one spare bit
    "bb27mslnI5tGFAoz6hcz31zIIBOWq6n3uAQkelM0Q3W",  // U and the other
    "bb27mslnI5tGFAoz6hcz31zIIBOWq6n3uAQkelM0Q3X",  // U and both
    " b27mslnI5tGFAoz6hcz31zIIBOWq6n3uAQkelM0Q3U",
    "bb27mslnI5tGFAoz6hcz31zIIBOWq6n3uAQkelM0Q3\n",
    "+b27mslnI5tGFAoz6hcz31zIIBOWq6n3uAQkelM0Q3U",  // plain base64
    "/b27mslnI5tGFAoz6hcz31zIIBOWq6n3uAQkelM0Q3U",
    "@b27mslnI5tGFAoz6hcz31zIIBOWq6n3uAQkelM0Q3U",  // next to A, Z, a, z, 0 and 9
    "[b27mslnI5tGFAoz6hcz31zIIBOWq6n3uAQkelM0Q3U",
    "`b27mslnI5tGFAoz6hcz31zIIBOWq6n3uAQkelM0Q3U",
    "{b27mslnI5tGFAoz6hcz31zIIBOWq6n3uAQkelM0Q3U",
    ":b27mslnI5tGFAoz6hcz31zIIBOWq6n3uAQkelM0Q3U",
    "\u{0}b27mslnI5tGFAoz6hcz31zIIBOWq6n3uAQkelM0Q3U",
    "\u{E9}27mslnI5tGFAoz6hcz31zIIBOWq6n3uAQkelM0Q3U",  // 43 bytes
    "\u{E9}b27mslnI5tGFAoz6hcz31zIIBOWq6n3uAQkelM0Q3U",  // 43 characters
  ]

  @Test(arguments: malformed)
  func `a text that is not exactly a key is none`(text: String) {
    #expect(DerivedKey(text) == nil)
  }

  @Test func `keys sort like their bytes`() throws {
    let sorted = keys(300).sorted()
    let byBytes = try sorted.map { try bytes(of: $0) }.sorted { $0.lexicographicallyPrecedes($1) }
    #expect(try sorted.map { try bytes(of: $0) } == byBytes)
  }

  @Test func `each of the 32 bytes counts, in order and in equality`() throws {
    let middle = [UInt8](repeating: 0x80, count: 32)
    let key = try #require(DerivedKey(base64url(middle)))
    for index in 0..<32 {
      // The bytes after this one pull the other way, and must not matter.
      var larger = middle
      larger[index] = 0x81
      for later in (index + 1)..<max(index + 1, 32) { larger[later] = 0 }
      let other = try #require(DerivedKey(base64url(larger)))
      #expect(key < other)
      #expect(!(other < key))
      #expect(key != other)
    }
    #expect(!(key < key))
  }

  @Test func `equal keys hash alike`() throws {
    let key = DerivedKey.derive("n", "a")
    let again = try #require(DerivedKey(key.description))
    #expect(key.hashValue == again.hashValue)
    #expect(Set(keys(500)).count == 500)
  }

  @Test func `a key is stored as its text`() throws {
    let key = try #require(DerivedKey(Self.worked))
    let data = try JSONEncoder().encode([key])
    #expect(String(decoding: data, as: UTF8.self) == #"["\#(Self.worked)"]"#)
    #expect(try JSONDecoder().decode([DerivedKey].self, from: data) == [key])
  }

  @Test func `a stored text that is not a key is corrupt data`() throws {
    let error = #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([DerivedKey].self, from: Data(#"["ada"]"#.utf8))
    }
    guard case .dataCorrupted(let context) = error else {
      Issue.record("\(String(describing: error)) is not dataCorrupted")
      return
    }
    #expect(context.debugDescription == "'ada' is not a key. A key is 43 characters of unpadded base64url.")
  }

  private func keys(_ count: Int64) -> [DerivedKey] {
    (0..<count).map { number in
      var parts = KeyDerivation("test")
      parts.add(number)
      return parts.key()
    }
  }

  private func bytes(of key: DerivedKey) throws -> [UInt8] {
    let text = key.description
      .replacing("-", with: "+")
      .replacing("_", with: "/")
    return [UInt8](try #require(Data(base64Encoded: text + "=")))
  }

  private func base64url(_ bytes: [UInt8]) -> String {
    Data(bytes).base64EncodedString()
      .replacing("+", with: "-")
      .replacing("/", with: "_")
      .replacing("=", with: "")
  }
}
