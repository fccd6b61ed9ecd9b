/// How each of the three headers is written.
enum HeaderGrammar {
  static let longestID = 256
  static let longestTimestamp = 12
  static let longestSignature = 4_096
  static let mostSignatures = 16

  /// Finds each of the three once.
  static func find(_ kind: WebhookHeader.Kind, in headers: [WebhookHeader]) throws(WebhookRefusal) -> String {
    let found = headers.filter { $0.name.lowercased() == kind.rawValue }
    guard let first = found.first else { throw .headerMissing(kind) }
    guard found.count == 1 else { throw .headerDoubled(kind) }
    return first.value
  }

  static func check(id: String) throws(WebhookRefusal) {
    try check(id, .id, limit: longestID, mayBeSpaced: false)
    guard !id.utf8.contains(UInt8(ascii: ".")) else { throw .idWithDot }
  }

  static func seconds(of timestamp: String) throws(WebhookRefusal) -> Int64 {
    try check(timestamp, .timestamp, limit: longestTimestamp, mayBeSpaced: false)
    let bytes = Array(timestamp.utf8)
    if bytes[0] == UInt8(ascii: "-") || bytes[0] == UInt8(ascii: "+") { throw .timestampSigned }
    if bytes.contains(UInt8(ascii: ".")) { throw .timestampFraction }
    guard bytes.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let seconds = Int64(timestamp)
    else { throw .timestampNotDigits }
    if bytes[0] == UInt8(ascii: "0") && bytes.count > 1 { throw .timestampLeadingZero }
    return seconds
  }

  /// The codes of version 1; others are passed over, for a sender may have newer ones besides.
  static func codes(of signature: String) throws(WebhookRefusal) -> [[UInt8]] {
    try check(signature, .signature, limit: longestSignature, mayBeSpaced: true)
    let entries = signature.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard entries.count <= mostSignatures else {
      throw .tooManySignatures(entries.count, limit: mostSignatures)
    }
    var codes: [[UInt8]] = []
    for entry in entries {
      guard !entry.isEmpty else { throw .headerSpaced(.signature) }
      guard let comma = entry.firstIndex(of: UInt8(ascii: ",")) else { throw .signatureWithoutComma }
      guard entry[..<comma].elementsEqual("v1".utf8) else { continue }
      guard let code = Base64.bytes(of: entry[entry.index(after: comma)...]) else {
        throw .signatureNotBase64
      }
      guard code.count == 32 else { throw .signatureLength(code.count) }
      codes.append(code)
    }
    guard !codes.isEmpty else { throw .noKnownVersion }
    return codes
  }

  private static func check(
    _ value: String,
    _ kind: WebhookHeader.Kind,
    limit: Int,
    mayBeSpaced: Bool
  ) throws(WebhookRefusal) {
    let bytes = value.utf8
    guard !bytes.isEmpty else { throw .headerEmpty(kind) }
    guard bytes.count <= limit else { throw .headerTooLong(kind, bytes: bytes.count, limit: limit) }
    guard bytes.allSatisfy({ $0 < 0x80 }) else { throw .headerNotASCII(kind) }
    let lowest: UInt8 = mayBeSpaced ? 0x20 : 0x21
    guard bytes.allSatisfy({ $0 >= lowest && $0 != 0x7F }) else { throw .headerSpaced(kind) }
  }
}
