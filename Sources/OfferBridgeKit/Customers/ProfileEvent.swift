public import Foundation

/// Something that happened on a customer's profile and that the host itself reports: a birthday, a new tier.
///
/// ```swift
/// try await bridge.respond(to: ProfileEvent("birthday", id: "b-2026-ada", on: "ada", at: midnight))
/// ```
///
/// Campaigns hear it as they hear the events that issuances raise. Its name
/// must be among the bridge's `hostEvents`, so that a misspelt name is found
/// when the bridge is made.
public struct ProfileEvent: Sendable, Hashable, Codable {
  /// What happened, in the host's words: "birthday".
  public let name: String
  /// The host's name for this one occurrence.
  public let id: String
  /// On whose profile.
  public let customer: CustomerID
  /// When it happened, in whole milliseconds.
  public let occurredAt: Date
  /// What else is known of it.
  public let attributes: Attributes

  /// A host event.
  ///
  /// - Parameters:
  ///   - name: What happened.
  ///   - id: The host's name for this occurrence, the same on every delivery.
  ///   - customer: On whose profile.
  ///   - occurredAt: When; kept in whole milliseconds.
  ///   - attributes: What else is known; none by default.
  public init(
    _ name: String,
    id: String,
    on customer: CustomerID,
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
