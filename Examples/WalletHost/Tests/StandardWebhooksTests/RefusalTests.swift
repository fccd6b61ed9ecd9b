import Foundation
import StandardWebhooks
import Testing

/// Each way to be wrong has a reason of its own.
@Suite struct RefusalTests {
  struct Wrong: Sendable, CustomTestStringConvertible {
    let kind: WebhookHeader.Kind
    let value: String
    let refusal: WebhookRefusal
    var testDescription: String { "\(kind.rawValue): \(value.prefix(40))" }

    init(_ kind: WebhookHeader.Kind, _ value: String, _ refusal: WebhookRefusal) {
      (self.kind, self.value, self.refusal) = (kind, value, refusal)
    }
  }

  private static let code = "v1," + Data(repeating: 7, count: 32).base64EncodedString()

  static let wrong: [Wrong] =
    WebhookHeader.Kind.allCases.map { Wrong($0, "", .headerEmpty($0)) } + [
      Wrong(.id, "msg 1", .headerSpaced(.id)),
      Wrong(.id, "msg\t1", .headerSpaced(.id)),
      Wrong(.id, "msg_ü", .headerNotASCII(.id)),
      Wrong(.id, "msg_1.2", .idWithDot),
      Wrong(.id, String(repeating: "m", count: 257), .headerTooLong(.id, bytes: 257, limit: 256)),
      Wrong(.timestamp, "-1614265330", .timestampSigned),
      Wrong(.timestamp, "+1614265330", .timestampSigned),
      Wrong(.timestamp, "1614265330.0", .timestampFraction),
      Wrong(.timestamp, "01614265330", .timestampLeadingZero),
      Wrong(.timestamp, "16142653x0", .timestampNotDigits),
      Wrong(.timestamp, "0x60377", .timestampNotDigits),
      Wrong(.timestamp, "1e9", .timestampNotDigits),
      Wrong(.timestamp, " 1614265330", .headerSpaced(.timestamp)),
      Wrong(.timestamp, "１６１４", .headerNotASCII(.timestamp)),
      Wrong(.timestamp, String(repeating: "9", count: 13), .headerTooLong(.timestamp, bytes: 13, limit: 12)),
      Wrong(.timestamp, "0", .tooOld(seconds: 1_614_265_330)),
      Wrong(.timestamp, "1614265029", .tooOld(seconds: 301)),
      Wrong(.timestamp, "1614265631", .tooNew(seconds: 301)),
      Wrong(.timestamp, "999999999999", .tooNew(seconds: 999_999_999_999 - 1_614_265_330)),
      Wrong(.signature, "v1", .signatureWithoutComma),
      Wrong(.signature, "v1 abc", .signatureWithoutComma),
      Wrong(.signature, " " + code, .headerSpaced(.signature)),
      Wrong(.signature, code + " ", .headerSpaced(.signature)),
      Wrong(.signature, code + "  " + code, .headerSpaced(.signature)),
      Wrong(.signature, code + "\t" + code, .headerSpaced(.signature)),
      Wrong(.signature, "v1,?!", .signatureNotBase64),
      Wrong(.signature, "v1,", .signatureLength(0)),
      Wrong(.signature, "v1,AAAA", .signatureLength(3)),
      Wrong(.signature, code.replacing("=", with: ""), .signatureNotBase64),
      // The last digit has bits too many.
      Wrong(.signature, String(code.dropLast(2)) + "d=", .signatureNotBase64),
      Wrong(.signature, "v1,é", .headerNotASCII(.signature)),
      Wrong(.signature, "v1a,AAAA", .noKnownVersion),
      Wrong(.signature, "V1" + code.dropFirst(2), .noKnownVersion),
      Wrong(.signature, code, .signatureWrong),
      Wrong(
        .signature,
        Array(repeating: code, count: 17).joined(separator: " "),
        .tooManySignatures(17, limit: 16)
      ),
      Wrong(
        .signature,
        String(repeating: "x", count: 5_000),
        .headerTooLong(.signature, bytes: 5_000, limit: 4_096)
      ),
    ]

  @Test("a header that is badly written has its own refusal", arguments: wrong)
  func badlyWritten(wrong: Wrong) throws {
    let pair = try Pair()
    #expect(pair.refusal(try pair.headers(wrong.kind, wrong.value)) == wrong.refusal)
    #expect(!"\(wrong.refusal)".contains(Pair.text.dropFirst(6)))
  }

  @Test("a header that is missing or there twice is refused", arguments: WebhookHeader.Kind.allCases)
  func count(kind: WebhookHeader.Kind) throws {
    let pair = try Pair()
    let headers = try pair.signer.headers(id: "msg_1", at: Pair.now, body: [1, 2, 3])
    #expect(pair.refusal(headers) == nil)
    #expect(pair.refusal(headers.filter { $0.name != kind.rawValue }) == .headerMissing(kind))
    let doubled =
      headers + headers.filter { $0.name == kind.rawValue }.map { .init($0.name.uppercased(), $0.value) }
    #expect(pair.refusal(doubled) == .headerDoubled(kind))
  }

  @Test func `letters of a header's name may be large`() throws {
    let pair = try Pair()
    let headers = try pair.signer.headers(id: "msg_1", at: Pair.now, body: [1, 2, 3])
    #expect(pair.refusal(headers.map { .init($0.name.uppercased(), $0.value) }) == nil)
  }

  @Test func `each bit of a body, an id and a timestamp is signed`() throws {
    let pair = try Pair()
    let body = Array("a body".utf8)
    let headers = try pair.signer.headers(id: "msg_1", at: Pair.now, body: body)
    #expect(pair.refusal(headers, body: body) == nil)
    for bit in 0..<body.count * 8 {
      var other = body
      other[bit / 8] ^= 1 << (bit % 8)
      #expect(pair.refusal(headers, body: other) == .signatureWrong)
    }
    #expect(pair.refusal(headers, body: []) == .signatureWrong)
    let otherID = headers.map { $0.name == "webhook-id" ? WebhookHeader($0.name, "msg_2") : $0 }
    #expect(pair.refusal(otherID, body: body) == .signatureWrong)
    let otherTime = headers.map { $0.name == "webhook-timestamp" ? WebhookHeader($0.name, "1614265331") : $0 }
    #expect(pair.refusal(otherTime, body: body) == .signatureWrong)
  }

  @Test("the tolerance holds in both directions, to the second", arguments: [-301, -300, 300, 301])
  func tolerance(seconds: Int) throws {
    let pair = try Pair()
    let headers = try pair.signer.headers(id: "msg_1", at: Pair.now, body: [1, 2, 3])
    let refusal = pair.refusal(headers, at: Pair.now.addingTimeInterval(Double(seconds)))
    switch seconds {
    case -301: #expect(refusal == .tooNew(seconds: 301))
    case 301: #expect(refusal == .tooOld(seconds: 301))
    default: #expect(refusal == nil)
    }
  }

  @Test func `no tolerance and more than an hour must be meant`() throws {
    for length in [Duration.zero, .seconds(-1), .seconds(3_601)] {
      let fault = #expect(throws: WebhookToleranceFault.self) { try WebhookTolerance(length) }
      #expect(fault?.length == length)
    }
    _ = try WebhookTolerance(.seconds(3_600))
    let pair = try Pair(tolerance: .unusual(.seconds(86_400)))
    let headers = try pair.signer.headers(id: "msg_1", at: Pair.now, body: [1, 2, 3])
    #expect(pair.refusal(headers, at: Pair.now.addingTimeInterval(86_400)) == nil)
  }

  @Test func `a body that is too large is refused before all else`() throws {
    let pair = try Pair(largestBody: 2)
    #expect(pair.refusal([]) == .bodyTooLarge(bytes: 3, limit: 2))
    #expect(WebhookRefusal.bodyTooLarge(bytes: 3, limit: 2).status == 413)
    #expect(WebhookRefusal.signatureWrong.status == 401)
    #expect(WebhookRefusal.idWithDot.status == 400)
  }

  @Test("what would be refused is not signed", arguments: ["", "a.b", "a b", "ä"])
  func unsigned(id: String) throws {
    let pair = try Pair()
    #expect(throws: WebhookRefusal.self) { try pair.signer.headers(id: id, at: Pair.now, body: []) }
    #expect(throws: WebhookRefusal.timestampSigned) {
      try pair.signer.headers(id: "msg_1", at: Date(timeIntervalSince1970: -5), body: [])
    }
  }
}
