import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Finding what was done to a trail.
@Suite struct TrailVerificationTests {
  /// Ten entries of one journey, and more of another.
  private static func export() async throws -> [TrailEntry] {
    let shop = try await Shop()
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    _ = try await shop.bridge.deliverDueMessages()
    shop.time.advance(by: .milliseconds(250))
    let redemption = Redemption(
      id: "r-\"1\"",
      of: .replica("W1"),
      at: shop.time.now,
      amount: Money(minorUnits: 5, currency: "EUR")
    )
    _ = try await shop.bridge.reconcile(redemption)
    let issued = try await shop.issued()
    _ = try await shop.bridge.close(issued.id, as: .revoked, reason: "Grüße 🎁", limitUses: .kept)
    _ = try await shop.bridge.reconcile(Reversal(id: "v-1", of: "unknown", at: shop.time.now))
    var entries: [TrailEntry] = []
    for try await entry in shop.bridge.trail() { entries.append(entry) }
    return entries
  }

  private func finding(
    _ entries: [TrailEntry],
    after anchor: TrailAnchor? = nil,
    expecting kept: TrailAnchor? = nil
  ) -> TrailFinding {
    var verification = TrailVerification(of: "main", after: anchor, expecting: kept)
    for entry in entries { verification.add(line: entry.line + "\n") }
    return verification.finding
  }

  @Test func `an export is lines of JSON that are read back as they were`() async throws {
    let entries = try await Self.export()
    #expect(entries.count == 7)
    for entry in entries {
      #expect(TrailEntry(line: entry.line) == entry)
      #expect(try JSONSerialization.jsonObject(with: Data(entry.line.utf8)) is [String: Any])
    }
    let anchor = try #require(entries.last?.anchor)
    #expect(finding(entries) == .whole(anchor, erased: 0))
    #expect(finding(Array(entries.dropFirst(3)), after: entries[2].anchor) == .whole(anchor, erased: 0))
    #expect(finding([]) == .whole(.beginning(of: "main"), erased: 0))
  }

  @Test func `the form of a line is fixed`() {
    var fact = TrailFact(
      at: Date(milliseconds: 1_767_225_600_250),
      cause: .reconcile,
      subject: .event,
      from: .parked,
      to: .discrepant
    )
    fact.issuedOffer = .derive("issued")
    fact.provider = "wallet"
    fact.name = "redemption"
    fact.why = "afterExpiry overLimit"
    fact.amount = Money(minorUnits: 250, currency: "EUR")
    var personal = TrailPersonal(salt: .derive("salt"), customer: "ada")
    personal.redemption = "r-1"
    let entry = TrailEntry(after: .beginning(of: "main"), fact, personal: personal)
    // The digests were worked out with Python's hashlib over the bytes of the two objects.
    #expect(entry.line == Self.line)
  }

  private static let line = #"""
    {"entry":{"amount":{"currency":"EUR","minorUnits":250},"at":"2026-01-01T00:00:00.250Z","cause":"\#
    reconcile","commitment":"-DqXBmqj1MYYbMK0gpVlaKQB3Zhi6tjQWfyVYFewrNY","from":"parked","issuedOff\#
    er":"JTMkwrt21iZvBJaPKo3WEdcxrN6PVdnq3s9JgD_eRnI","name":"redemption","previous":"U46aIFMfUWl8KY\#
    I1MMS51QPQuOlP0OKw1QZkIjcoZXs","provider":"wallet","sequence":1,"subject":"event","to":"discrepa\#
    nt","why":"afterExpiry overLimit"},"hash":"z8r8UicFGaoKYUAz_M_p3m-S8adDO7Y9n6iXa8_Q818","persona\#
    l":{"customer":"ada","redemption":"r-1","salt":"249PLd2ohB4AvubN2EGrZluR7_l-UWeZH79lCMuNZr4"}}
    """#

  @Test func `one byte that is changed anywhere is found, and its entry named`() async throws {
    let entries = try await Self.export()
    var before = TrailVerification(of: "main")
    var places = 0
    for (index, entry) in entries.enumerated() {
      let bytes = Array(entry.line.utf8)
      for place in bytes.indices {
        for byte in [bytes[place] ^ 1, UInt8(ascii: " ")] where byte != bytes[place] {
          var changed = bytes
          changed[place] = byte
          var verification = before
          verification.add(line: changed)
          places += 1
          switch verification.finding {
          case .changed(let number) where number == index + 1: break
          case .unreadable(let line, let number) where line == index + 1 && number == index + 1: break
          case let other:
            Issue.record("byte \(place) of entry \(index + 1): \(other)")
            return
          }
        }
      }
      before.add(line: bytes)
    }
    #expect(places > 7000)
  }

  @Test func `an entry that is missing, moved, doubled or made anew is found`() async throws {
    let entries = try await Self.export()
    for index in entries.indices.dropLast() {
      var fewer = entries
      fewer.remove(at: index)
      #expect(finding(fewer) == .missing(index + 1..<index + 2))
      var swapped = entries
      swapped.swapAt(index, index + 1)
      #expect(finding(swapped) == .reordered(entry: index + 1))
      var doubled = entries
      doubled.insert(entries[index], at: index + 1)
      #expect(finding(doubled) == .reordered(entry: index + 1))
      var fact = entries[index].fact
      fact.campaign = "another"
      var remade = entries
      let previous = TrailAnchor(count: index, hash: entries[index].previous)
      remade[index] = TrailEntry(after: previous, fact, personal: entries[index].personal)
      #expect(finding(remade) == .changed(entry: index + 1))
      // An entry of that number, and of another trail.
      var personal = TrailPersonal(salt: .derive("salt"), customer: "eve")
      personal.reason = "never"
      remade[index] = TrailEntry(after: previous, entries[index].fact, personal: personal)
      #expect(finding(remade) == .changed(entry: index + 1))
    }
    #expect(finding(Array(entries.dropFirst(2))) == .missing(1..<3))
    #expect(finding(entries, after: .beginning(of: "other")) == .changed(entry: 1))
  }

  @Test func `an end that was cut off, or all that was made anew, is found by an anchor that was kept`()
    async throws
  {
    let entries = try await Self.export()
    let anchor = try #require(entries.last?.anchor)
    #expect(finding(Array(entries.dropLast())) == .whole(entries[5].anchor, erased: 0))
    #expect(finding(Array(entries.dropLast()), expecting: anchor) == .cutShort(after: 6, of: 7))
    #expect(finding(entries, expecting: entries[3].anchor) == .whole(anchor, erased: 0))
    #expect(finding(entries, expecting: .beginning(of: "main")) == .whole(anchor, erased: 0))
    var remade: [TrailEntry] = []
    for (index, entry) in entries.enumerated() {
      var fact = entry.fact
      if index == 2 { fact.campaign = "another" }
      let last = remade.last?.anchor ?? .beginning(of: "main")
      remade.append(TrailEntry(after: last, fact, personal: entry.personal))
    }
    #expect(finding(remade).isWhole)
    #expect(finding(remade, expecting: anchor) == .writtenAnew(upTo: 7))
    #expect(finding(remade, expecting: entries[1].anchor).isWhole)
  }

  @Test func `what is personal can be taken out of every entry, and the chain stays whole`() async throws {
    let entries = try await Self.export()
    let erased = entries.map(\.erased)
    #expect(finding(erased) == .whole(try #require(entries.last?.anchor), erased: 7))
    let text = erased.map(\.line).joined()
    // As whole values: two letters are found by chance in a digest.
    for word in ["ada", "a-1", #"r-\"1\""#, "W1"] { #expect(!text.contains("\"\(word)\"")) }
    #expect(!text.contains("Grüße"))
    // Nobody can put something else in its place.
    var forged = erased
    forged[0] = try #require(
      TrailEntry(
        line: erased[0].line.dropLast()
          + #","personal":{"customer":"eve","salt":"\#(DerivedKey.derive("salt"))"}}"#
      )
    )
    #expect(finding(forged) == .changed(entry: 1))
  }

  @Test func `the same facts have other commitments in every entry and every ledger`() async throws {
    let (one, other) = (try await Self.export(), try await Self.export())
    #expect(one.map(\.fact) == other.map(\.fact))
    let commitments = (one + other).compactMap(\.commitment)
    #expect(Set(commitments).count == 14)
  }

  @Test func `bytes that are no trail are answered, whatever they are`() async throws {
    let lines = try await Self.export().map { Array($0.line.utf8) }
    var random = Seeded(5)
    for _ in 0..<500 {
      var bytes = lines[Int.random(in: 0..<lines.count, using: &random)]
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        let place = Int.random(in: bytes.indices, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.removeSubrange(place..<min(bytes.count, place + 9))
        default: bytes.insert(contentsOf: Array("[{\"-1e999,".utf8), at: place)
        }
        if bytes.isEmpty { break }
      }
      var verification = TrailVerification(of: "main")
      verification.add(line: bytes)
      if !lines.contains(bytes) && !bytes.isEmpty { #expect(!verification.finding.isWhole) }
    }
  }
}
