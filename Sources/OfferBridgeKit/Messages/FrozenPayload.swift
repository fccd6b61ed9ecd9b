import Foundation

/// The bytes of a message.
///
/// They encode themselves as their text, and what is no text as `{"base64": …}`: a list of numbers is four times as long.
struct FrozenPayload: Sendable, Hashable, Codable {
  let bytes: [UInt8]

  private enum CodingKeys: CodingKey {
    case base64
  }

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  init(from decoder: any Decoder) throws {
    if let text = try? decoder.singleValueContainer().decode(String.self) {
      bytes = Array(text.utf8)
      return
    }
    let container = try decoder.container(keyedBy: CodingKeys.self)
    guard let data = Data(base64Encoded: try container.decode(String.self, forKey: .base64)) else {
      throw DecodingError.dataCorruptedError(
        forKey: .base64,
        in: container,
        debugDescription: "A message's bytes are no base64."
      )
    }
    bytes = Array(data)
  }

  func encode(to encoder: any Encoder) throws {
    if let text = String(validating: bytes, as: UTF8.self) {
      var container = encoder.singleValueContainer()
      try container.encode(text)
    } else {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(Data(bytes).base64EncodedString(), forKey: .base64)
    }
  }
}
