import Foundation
import OfferBridgeKit

extension LedgerTerms {
  /// 256 bits by chance, for one entry of the trail.
  func salt() -> DerivedKey {
    var bytes = Data(capacity: 32)
    for _ in 0..<4 { withUnsafeBytes(of: chance().bigEndian) { bytes.append(contentsOf: $0) } }
    return DerivedKey(digest: bytes)
  }
}

extension DerivedKey {
  /// The key of those 32 bytes, read by its text: unpadded base64url.
  fileprivate init(digest bytes: Data) {
    let text = bytes.base64EncodedString()
      .replacing("+", with: "-")
      .replacing("/", with: "_")
      .prefix { $0 != "=" }
    guard let key = DerivedKey(String(text)) else { preconditionFailure("32 bytes are 43 characters") }
    self = key
  }
}
