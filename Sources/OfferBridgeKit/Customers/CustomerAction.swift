public import Foundation

/// Something that a customer did, as the host reports it: opened the app, paid, came into a shop.
///
/// ```swift
/// let appOpened = CustomerAction("app_opened", id: "a-1", by: "ada", at: now, ["channel": "ios"])
/// ```
///
/// The id is what makes a repeat harmless: an action that was decided once
/// stays decided under its id, however often it is delivered. Take one that
/// survives a retry, such as the row or the message that it came from. The
/// same id with other content is a conflict, and nothing is written.
public struct CustomerAction: Sendable, Hashable, Codable {
  /// What was done, in the host's words: "app_opened".
  public let name: String
  /// The host's name for this one occurrence.
  public let id: String
  /// Who did it.
  public let customer: CustomerID
  /// When it was done, in whole milliseconds; a fact for rules, never the clock of a limit or a schedule.
  public let occurredAt: Date
  /// What else is known of it.
  public let attributes: Attributes

  /// An action.
  ///
  /// - Parameters:
  ///   - name: What was done.
  ///   - id: The host's name for this occurrence, the same on every delivery.
  ///   - customer: Who did it.
  ///   - occurredAt: When; kept in whole milliseconds.
  ///   - attributes: What else is known; none by default.
  public init(
    _ name: String,
    id: String,
    by customer: CustomerID,
    at occurredAt: Date,
    _ attributes: Attributes = .none
  ) {
    self.name = name
    self.id = id
    self.customer = customer
    self.occurredAt = occurredAt.inWholeMilliseconds
    self.attributes = attributes
  }
}
