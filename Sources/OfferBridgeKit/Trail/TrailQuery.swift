/// Which entries of a trail are wanted.
public enum TrailScope: Sendable, Hashable {
  /// All of them.
  case all
  /// Those about one issued offer: its own, its replicas', its messages', and what was reported of it.
  case issuedOffer(IssuedOffer.ID)
  /// Those about one customer, as long as they are not forgotten.
  case customer(CustomerID)
}

/// A question to the ledger for a part of its trail.
public struct TrailQuery: Sendable, Hashable {
  /// The tenant.
  public let tenant: TenantID
  /// Which entries are wanted.
  public let scope: TrailScope
  /// Only those after that number; 0 for the first page.
  public let after: Int
  /// How many at most; at least 1.
  public let limit: Int

  /// A query.
  ///
  /// - Parameters:
  ///   - tenant: The tenant.
  ///   - scope: Which entries are wanted; all by default.
  ///   - after: The number up to which they are known; 0 by default.
  ///   - limit: How many at most; 256 by default.
  public init(tenant: TenantID, scope: TrailScope = .all, after: Int = 0, limit: Int = 256) {
    self.tenant = tenant
    self.scope = scope
    self.after = max(0, after)
    self.limit = max(1, limit)
  }
}

/// A part of a trail.
public struct TrailPage: Sendable, Hashable {
  /// The entries, in the order of their numbers; a ledger that has looked long enough may give fewer than were asked
  /// for, or none.
  public let entries: [TrailEntry]
  /// The number to go on after, or `nil` when this was the last page.
  public let next: Int?

  /// A page.
  ///
  /// - Parameters:
  ///   - entries: The entries.
  ///   - next: The number to go on after.
  public init(entries: [TrailEntry], next: Int?) {
    self.entries = entries
    self.next = next
  }
}
