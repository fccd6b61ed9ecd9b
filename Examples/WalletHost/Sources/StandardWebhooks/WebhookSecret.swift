internal import Crypto
public import Foundation

/// A secret that the two ends of a webhook share.
///
/// Neither its description nor a dump of it tells it: only its name is shown.
///
/// Source: Standard Webhooks 1.0, "Signature scheme".
public struct WebhookSecret: Sendable {
  /// What it is called in reports, such as "2026-11".
  public let name: String
  /// The first moment at which it is used, or `nil` for always.
  public let validFrom: Date?
  /// The first moment at which it is used no more, or `nil` for never.
  public let validUntil: Date?
  let key: SymmetricKey

  /// Reads a secret as it is written: `whsec_`, and 24 to 64 bytes in Base64.
  ///
  /// - Parameters:
  ///   - text: The secret; the prefix may be left out.
  ///   - name: What it is called in reports; it is shown.
  ///   - validFrom: The first moment at which it is used.
  ///   - validUntil: The first moment at which it is used no more.
  /// - Throws: What is wrong with it, without any of it.
  public init(
    _ text: String,
    named name: String,
    from validFrom: Date? = nil,
    until validUntil: Date? = nil
  ) throws(WebhookSecretFault) {
    let written = text.hasPrefix("whsec_") ? text.dropFirst(6) : text[...]
    guard let bytes = Base64.bytes(of: written.utf8) else { throw .notBase64(name: name) }
    guard (24...64).contains(bytes.count) else { throw .length(bytes.count, name: name) }
    if let validFrom, let validUntil, validFrom >= validUntil { throw .neverValid(name: name) }
    self.name = name
    self.validFrom = validFrom
    self.validUntil = validUntil
    key = SymmetricKey(data: bytes)
  }

  /// Whether it is used at that moment.
  ///
  /// - Parameter moment: The moment.
  /// - Returns: Whether it is not too early nor too late for it.
  public func isValid(at moment: Date) -> Bool {
    validFrom.map { $0 <= moment } ?? true && validUntil.map { moment < $0 } ?? true
  }
}

extension WebhookSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Its name, and nothing of the secret.
  public var description: String { "secret '\(name)'" }
  /// Its name, and nothing of the secret.
  public var debugDescription: String { description }
  /// Its name, and nothing of the secret.
  public var customMirror: Mirror { Mirror(self, children: ["name": name]) }
}

/// Why a text is no secret.
public enum WebhookSecretFault: Error, Hashable, CustomStringConvertible {
  /// It is not written in Base64.
  case notBase64(name: String)
  /// It has too few bytes to be safe, or more than the standard has.
  case length(Int, name: String)
  /// It ends before it begins.
  case neverValid(name: String)
  /// No secret was given, or more than can be tried.
  case count(Int)

  /// What is wrong, and what to do.
  public var description: String {
    switch self {
    case .notBase64(let name):
      "secret '\(name)' is not Base64. Write whsec_ and the Base64 of 24 to 64 bytes."
    case .length(let count, let name): "secret '\(name)' has \(count) bytes. Make it 24 to 64 bytes long."
    case .neverValid(let name): "secret '\(name)' ends before it begins. Let it be valid for some time."
    case .count(let count): "\(count) secrets were given. Give 1 to \(WebhookSecrets.most)."
    }
  }
}

/// The secrets of one sender, of which several may be valid while one replaces another.
public struct WebhookSecrets: Sendable {
  /// How many there may be: each is tried at every request.
  public static let most = 4

  /// Newest first.
  private let secrets: [WebhookSecret]

  /// Some secrets.
  ///
  /// - Parameter secrets: 1 to 4 of them, in any order.
  /// - Throws: ``WebhookSecretFault/count(_:)``.
  public init(_ secrets: [WebhookSecret]) throws(WebhookSecretFault) {
    guard (1...Self.most).contains(secrets.count) else { throw .count(secrets.count) }
    let newestFirst = secrets.enumerated().sorted {
      let (a, b) = ($0.element.validFrom ?? .distantPast, $1.element.validFrom ?? .distantPast)
      return a != b ? a > b : $0.offset < $1.offset
    }
    self.secrets = newestFirst.map(\.element)
  }

  /// Reads secrets as a setting has them: with commas between them, the newest first.
  ///
  /// - Parameters:
  ///   - texts: 1 to 4 secrets as ``WebhookSecret/init(_:named:from:until:)`` reads them, with or without spaces.
  ///   - name: What they are called in reports, each with its number in the list: "messages 1" is the newest.
  /// - Throws: What is wrong with one of them, or with their number.
  public init(listed texts: String, named name: String) throws(WebhookSecretFault) {
    var secrets: [WebhookSecret] = []
    for text in texts.split(separator: ",", omittingEmptySubsequences: false) {
      secrets.append(try WebhookSecret(text.filter { $0 != " " }, named: "\(name) \(secrets.count + 1)"))
    }
    try self.init(secrets)
  }

  /// Those that are valid at a moment, the newest first.
  ///
  /// - Parameter moment: The moment.
  /// - Returns: None, when all are too early or too late for it.
  public func valid(at moment: Date) -> [WebhookSecret] { secrets.filter { $0.isValid(at: moment) } }
}
