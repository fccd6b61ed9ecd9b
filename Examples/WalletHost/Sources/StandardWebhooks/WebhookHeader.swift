/// One line of a request's head.
public struct WebhookHeader: Sendable, Hashable {
  /// Its name; letters' case does not matter.
  public let name: String
  /// Its value, without the space around it.
  public let value: String

  /// A line.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - value: Its value, as it came.
  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  /// The three that a webhook must have.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Tells one webhook from another.
    case id = "webhook-id"
    /// Says when it was sent: whole seconds since 1970.
    case timestamp = "webhook-timestamp"
    /// Has the signatures.
    case signature = "webhook-signature"
  }
}
