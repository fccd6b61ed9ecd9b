import Crypto
import Foundation

/// What somebody shows to be let in; only its digest is kept, and compared in constant time.
public struct AccessToken: Sendable, CustomStringConvertible, CustomReflectable {
  private let digest: SHA256.Digest

  /// A token.
  ///
  /// - Parameter text: 16 characters or more; `nil` for fewer.
  public init?(_ text: String) {
    guard text.utf8.count >= 16 else { return nil }
    digest = SHA256.hash(data: Data(text.utf8))
  }

  func isShown(by text: String) -> Bool { SHA256.hash(data: Data(text.utf8)) == digest }

  /// Nothing of it.
  public var description: String { "a token" }
  /// Nothing of it.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
