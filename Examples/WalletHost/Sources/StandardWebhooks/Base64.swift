import Foundation

/// Base64 as it is written by the standard, and in no other way.
enum Base64 {
  // Foundation reads bits that a last digit has too many of; two texts for one value would be two signatures.
  /// The bytes, or `nil` unless they are written just as they would be.
  static func bytes(of text: some Sequence<UInt8>) -> [UInt8]? {
    let written = Data(text)
    guard let bytes = Data(base64Encoded: written), bytes.base64EncodedData() == written else { return nil }
    return [UInt8](bytes)
  }

  static func text(of bytes: some Sequence<UInt8>) -> String { Data(bytes).base64EncodedString() }
}
