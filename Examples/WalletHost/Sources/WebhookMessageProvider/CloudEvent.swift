import Foundation
import OfferBridgeKit

/// The envelope of one message: members in the order of their names, so that it is written in one way only.
struct CloudEvent {
  let bytes: [UInt8]

  init(_ message: OfferMessage, source: String, type: String) {
    var members = [
      ("datacontenttype", message.contentType), ("id", message.key.description), ("source", source),
      ("specversion", "1.0"),
    ]
    if let issued = message.issuedOffer { members.append(("subject", issued.description)) }
    members += [
      ("time", message.createdAt.formatted(Self.time)), ("type", "\(type).\(message.purpose.rawValue)"),
    ]
    var bytes = Array("{\"data\":".utf8) + message.payload
    for (name, value) in members { bytes += Array(",\"\(name)\":".utf8) + Self.text(value) }
    self.bytes = bytes + [UInt8(ascii: "}")]
  }

  private static let time = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

  private static func text(_ text: String) -> [UInt8] {
    var bytes = [UInt8(ascii: "\"")]
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
      case 0..<0x20: bytes += Array("\\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8)
      default: bytes.append(byte)
      }
    }
    return bytes + [UInt8(ascii: "\"")]
  }
}
