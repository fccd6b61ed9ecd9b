import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Bytes that an external system might send, changed at random: a typed answer to each, and nothing else.
///
/// `OFFERBRIDGE_FUZZ=1000000 swift test -c release --filter InboundFuzzTests` tries so many.
@Suite struct InboundFuzzTests {
  private static let cases =
    ProcessInfo.processInfo.environment["OFFERBRIDGE_FUZZ"].flatMap { Int($0) } ?? 6_000

  private enum Kind: CaseIterable { case redemption, reversal, notice, event }

  private struct Tally {
    var (accepted, undecodable, refused) = (0, 0, 0)
    var slowest = Duration.zero
  }

  @Test func `bytes that were changed at random are an event, or a typed error, and never end the process`()
    async throws
  {
    var random = Seeded(2026)
    var tally = Tally()
    let corpus = try Self.corpus()
    var settled: Int?
    var (shop, id) = try await shop()
    for number in 0..<Self.cases {
      // What was taken in is not to be mistaken for a leak.
      if number % 500 == 499 {
        #expect(try await shop.bridge.audit().imbalances == [])
        (shop, id) = try await self.shop()
        if number > Self.cases / 3, settled == nil { settled = Self.residentKilobytes }
      }
      let kind = Kind.allCases[number % 4]
      let all = corpus[kind] ?? []
      var bytes = all[Int.random(in: 0..<all.count, using: &random)]
      for _ in 0..<Int.random(in: 0...2, using: &random) { Self.mutate(&bytes, all, &random) }
      let start = ContinuousClock.now
      do {
        try await take(Data(bytes), as: kind, in: shop)
        tally.accepted += 1
      } catch is DecodingError {
        tally.undecodable += 1
      } catch is OfferBridgeError {
        tally.refused += 1
      } catch {
        Issue.record("\(type(of: error)) at case \(number): \(String(decoding: bytes, as: UTF8.self))")
        return
      }
      tally.slowest = max(tally.slowest, ContinuousClock.now - start)
    }
    _ = id
    // A run that sees one of the three only is blind to the others.
    #expect(tally.accepted > Self.cases / 10)
    #expect(tally.undecodable > Self.cases / 10)
    #expect(tally.refused > Self.cases / 200)
    #expect(tally.slowest < .seconds(2))
    let grown = settled.flatMap { before in Self.residentKilobytes.map { $0 - before } } ?? 0
    #expect(grown < 64 * 1024)
    print(
      "fuzz: \(Self.cases) inputs, \(tally.accepted) taken in, \(tally.undecodable) undecodable, "
        + "\(tally.refused) refused by OfferBridgeError; slowest \(tally.slowest), grown by \(grown) kB"
    )
  }

  @Test(arguments: [
    #"{"id":"","reference":{"replica":{"_0":"W1"}},"time":{"moment":{"_0":0}}}"#,
    #"{"id":"r","source":"","reference":{"replica":{"_0":"W1"}},"time":{"moment":{"_0":0}}}"#,
    #"{"id":"r","reference":{"replica":{"_0":""}},"time":{"moment":{"_0":0}}}"#,
    #"{"id":"r","reference":{"customer":{"_0":"","replica":"TEN"}},"time":{"moment":{"_0":0}}}"#,
    #"{"id":"r","reference":{"replica":{"_0":"W1"}},"customer":"","time":{"moment":{"_0":0}}}"#,
    #"{"id":"r","reference":{"replica":{"_0":"W1"}},"time":{"moment":{"_0":1e15}}}"#,
    #"{"id":"r","reference":{"replica":{"_0":"W1"}},"time":{"moment":{"_0":0}},"amount":{"minorUnits":-1,"currency":"EUR"}}"#,
    #"{"id":"r","reference":{"replica":{"_0":"W1"}},"time":{"moment":{"_0":0}},"amount":{"minorUnits":1,"currency":""}}"#,
    #"{"id":"r","reference":{"replica":{"_0":"W1"}},"time":{"moment":{"_0":0}},"lines":[{"name":"a","weight":-1}]}"#,
    #"{"id":"r","reference":{"replica":{"_0":"W1"}},"time":{"moment":{"_0":0}},"lines":[{"name":"","weight":1}]}"#,
    #"{"id":"r","reference":{"replica":{"_0":"W1"}},"time":{"moment":{"_0":0}},"lines":[{"name":"a","weight":1},{"name":"a","weight":1}]}"#,
  ])
  func `decoding lets nothing in that the bridge would refuse`(text: String) async throws {
    #expect(throws: OfferBridgeError.self) {
      try JSONDecoder().decode(Redemption.self, from: Data(text.utf8))
    }
  }

  @Test func `lines and reversed parts that cannot be used are refused before anything is taken in`()
    async throws
  {
    let shop = try await Shop()
    let now = shop.time.now
    let line = RedemptionLine("tea", weight: 1)
    for lines in [[line, line], [RedemptionLine("tea", weight: -1)], Array(repeating: line, count: 1_001)] {
      let redemption = Redemption(id: "r", of: .replica("W1"), at: now, lines: lines)
      let error = await #expect(throws: OfferBridgeError.self) { try await shop.bridge.reconcile(redemption) }
      #expect(error?.code == .linesInvalid(of: "r"))
      #expect(error?.description.contains("at most 1000") == true)
    }
    for part in [ReversedPart.lines([]), .lines(Array(repeating: "a", count: 1_001))] {
      let reversal = Reversal(id: "v", of: "r", only: part, at: now)
      let error = await #expect(throws: OfferBridgeError.self) { try await shop.bridge.reconcile(reversal) }
      #expect(error?.code == .linesInvalid(of: "v"))
    }
    let below = Money(minorUnits: -1, currency: "EUR")
    let reversal = Reversal(id: "v", of: "r", only: .amount(below), at: now)
    let error = await #expect(throws: OfferBridgeError.self) { try await shop.bridge.reconcile(reversal) }
    #expect(error?.code == .amountInvalid(below))
    #expect(try await shop.bridge.audit() == LedgerAudit())
  }

  // MARK: - Taking in

  private func shop() async throws -> (Shop, IssuedOffer.ID) {
    let shop = try await Shop()
    _ = try await shop.bridge.respond(to: shop.opened("a-1"))
    try await shop.bridge.deliverDueMessages()
    return (shop, try await shop.issued().id)
  }

  /// What decodes is the same once more written and read, and is taken in without an error.
  private func take(_ data: Data, as kind: Kind, in shop: Shop) async throws {
    switch kind {
    case .redemption: _ = try await shop.bridge.reconcile(again(try decoded(Redemption.self, data)))
    case .reversal: _ = try await shop.bridge.reconcile(again(try decoded(Reversal.self, data)))
    case .notice: _ = try await shop.bridge.reconcile(again(try decoded(OfferNotice.self, data)))
    case .event:
      let event = again(try decoded(ExternalEvent.self, data))
      _ = try await shop.ledger.reconcile([event], tenant: "main")
    }
  }

  private func decoded<Value: Decodable>(_ type: Value.Type, _ data: Data) throws -> Value {
    try JSONDecoder().decode(type, from: data)
  }

  private func again<Value: Codable & Equatable>(_ value: Value) -> Value {
    do {
      let read = try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(value))
      if read != value { Issue.record("\(value) is read back as \(read)") }
    } catch {
      Issue.record("\(value) is written and not read: \(error)")
    }
    return value
  }

  // MARK: - Bytes

  private static func corpus() throws -> [Kind: [[UInt8]]] {
    let moment = Date(milliseconds: 1_767_225_660_000)
    let day = LocalDay(of: moment, in: .gmt)
    let zone = TimeZone(identifier: "Europe/Oslo") ?? .gmt
    let amount = Money(minorUnits: 500, currency: "EUR")
    let lines = [RedemptionLine("tea", weight: 300), RedemptionLine("milk", weight: 100)]
    let id = DerivedKey.issuance(
      tenant: "main",
      campaign: "reward",
      customer: "ada",
      trigger: TriggerID(.action, "a-1"),
      offer: "ten-off"
    )
    let references: [RedemptionReference] = [
      .issuedOffer(id), .replica("W1"), .customer("ada", replica: "TEN"),
    ]
    var values: [Kind: [any Encodable]] = [:]
    for reference in references {
      values[.redemption, default: []] += [
        Redemption(id: "r-1", of: reference, at: moment),
        Redemption(
          id: "r-2",
          from: "wallet",
          of: reference,
          by: "ada",
          at: moment,
          amount: amount,
          lines: lines
        ),
        Redemption(id: "r-3", of: reference, by: "bob", on: day, in: zone, amount: amount),
      ]
      for kind in OfferNotice.Kind.allCases {
        values[.notice, default: []].append(OfferNotice(kind, id: "n-1", of: reference, at: moment))
      }
      values[.notice, default: []].append(
        OfferNotice(.expired, id: "n-2", from: "wallet", of: reference, on: day, in: zone)
      )
    }
    for part in [nil, ReversedPart.amount(amount), .lines(["tea"]), .lines(["milk", "salt"])] {
      values[.reversal, default: []].append(Reversal(id: "v-1", of: "r-2", only: part, at: moment))
      values[.reversal, default: []].append(
        Reversal(id: "v-2", from: "wallet", of: "r-1", only: part, on: day, in: zone)
      )
    }
    let details = RedemptionDetails(customer: "ada", lines: lines)
    var contents: [ExternalEvent.Content] = [
      .reversal(of: "e-1"), .reversal(of: "e-1", .lines(["tea"])), .reversal(of: "e-1", .amount(amount)),
    ]
    for reference in references {
      contents += [
        .redemption(reference, amount: nil), .redemption(reference, amount: amount, details),
        .notice(.revoked, of: reference),
      ]
    }
    values[.event] = contents.enumerated().map { number, content in
      ExternalEvent(
        id: ExternalEventID(source: "wallet", id: "e-\(number)"),
        content: content,
        time: number % 2 == 0 ? .moment(moment) : .day(day, in: zone)
      )
    }
    return try values.mapValues { values in
      try values.map { Array(try JSONEncoder().encode($0)) }
    }
  }

  /// What decoders and sums stumble over.
  private static let words = [
    "-1", "0", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1e400", "-1e308", "0.1",
    "1e15", "null", "true", "\"\"", "{}", "[]", "\"\\u0000\"", "\"\\ud800\"", "NaN", "Infinity",
    "\"e\\u0301\"",
    String(repeating: "[", count: 700), String(repeating: "{\"a\":", count: 700),
    "\"" + String(repeating: "x", count: 300) + "\"", "\"9999-12-31\"", "\"0001-01-01\"", "\"GMT+1830\"",
    "\"Pacific/Kiritimati\"", "253402300799.999", "-62135596801", "-5", "-400",
  ].map { Array($0.utf8) }

  private static func mutate(_ bytes: inout [UInt8], _ corpus: [[UInt8]], _ random: inout Seeded) {
    guard !bytes.isEmpty else { return }
    func place() -> Int { Int.random(in: 0..<bytes.count, using: &random) }
    func stretch(_ longest: Int) -> Range<Int> {
      let start = place()
      return start..<min(bytes.count, start + Int.random(in: 1...longest, using: &random))
    }
    switch Int.random(in: 0..<12, using: &random) {
    case 0: bytes[place()] = UInt8.random(in: .min ... .max, using: &random)
    case 1: bytes[place()] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 2: bytes.removeSubrange(stretch(12))
    case 3: bytes.insert(contentsOf: bytes[stretch(40)], at: place())
    case 4: bytes.removeLast(min(bytes.count, Int.random(in: 1...30, using: &random)))
    case 5:
      let other = corpus[Int.random(in: 0..<corpus.count, using: &random)]
      bytes = Array(bytes.prefix(place()) + other.suffix(Int.random(in: 0...other.count, using: &random)))
    default: replaceValue(in: &bytes, &random)
    }
  }

  /// Puts a word in the place of one of the values, so that the rest stays well-formed.
  private static func replaceValue(in bytes: inout [UInt8], _ random: inout Seeded) {
    let colons = bytes.indices.filter { bytes[$0] == UInt8(ascii: ":") }
    guard let colon = colons.randomElement(using: &random), colon + 1 < bytes.count else { return }
    let ends: Set<UInt8> = [UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]")]
    let end = bytes[(colon + 1)...].firstIndex { ends.contains($0) } ?? bytes.endIndex
    // As a rule one of its kind, so that it decodes and only its value is odd.
    let quote = UInt8(ascii: "\"")
    let isText = bytes[colon + 1] == quote
    let alike = words.filter { ($0[0] == quote) == isText }
    let some = Int.random(in: 0..<4, using: &random) == 0 ? words : alike
    bytes.replaceSubrange((colon + 1)..<end, with: some[Int.random(in: 0..<some.count, using: &random)])
  }

  /// How much memory the process holds, where the system tells.
  private static var residentKilobytes: Int? {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
    return text.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 4 }
  }
}
