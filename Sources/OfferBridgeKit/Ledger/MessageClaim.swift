public import Foundation

/// What a worker asks for.
public struct ClaimQuery: Sendable, Hashable, Codable {
  /// The tenant.
  public let tenant: TenantID
  /// The provider whose messages are wanted.
  public let provider: ProviderID
  /// How many at most.
  public let limit: Int
  /// How long they are held.
  public let lease: Duration
  /// Only what was due then, or whose lease had run out then; `nil` for the ledger's own now.
  ///
  /// One in the ledger's future counts as its now.
  public let dueBy: Date?

  /// A query.
  ///
  /// - Parameters:
  ///   - tenant: The tenant.
  ///   - provider: The provider whose messages are wanted.
  ///   - limit: How many at most.
  ///   - lease: How long they are held.
  ///   - dueBy: Only what was due then; the ledger's own now by default.
  public init(tenant: TenantID, provider: ProviderID, limit: Int, lease: Duration, dueBy: Date? = nil) {
    self.tenant = tenant
    self.provider = provider
    self.limit = limit
    self.lease = lease
    self.dueBy = dueBy
  }
}

/// The right to attempt a message for a while.
public struct Lease: Sendable, Hashable, Codable {
  /// The message.
  public let message: DerivedKey
  /// One higher at each claim, from 1 on: a worker whose fence is old changes nothing.
  ///
  /// Nothing else changes it.
  public let fence: UInt64
  /// The ledger's time at which the message may be handed to another.
  public let until: Date

  /// A lease.
  ///
  /// - Parameters:
  ///   - message: The message.
  ///   - fence: One higher at each claim.
  ///   - until: When it ends.
  public init(message: DerivedKey, fence: UInt64, until: Date) {
    self.message = message
    self.fence = fence
    self.until = until
  }
}

/// A message that was handed out.
public struct Claim: Sendable, Hashable {
  /// The message.
  public let message: OfferMessage
  /// The right to attempt it.
  public let lease: Lease
  /// Which attempt this is, from 1, since it was committed or redriven under its key.
  public let attempt: Int
  /// The ledger's time of the first attempt under this key that may have reached the external system.
  ///
  /// That of this claim when none before may have: each ended with a definite "not now", or there was none. A redrive
  /// under the same key keeps it. A provider's ``MessageProvider/idempotencyWindow`` is counted from here.
  public let firstAttemptedAt: Date
  /// The ledger's time at which it was committed, or last redriven under its key.
  ///
  /// The age that ``MessageRetry/deadline`` limits is counted from here.
  public let openSince: Date

  /// A claim.
  ///
  /// - Parameters:
  ///   - message: The message.
  ///   - lease: The right to attempt it.
  ///   - attempt: Which attempt this is, from 1.
  ///   - firstAttemptedAt: When the first attempt was claimed that may have reached the external system; never later
  ///     than this claim.
  ///   - openSince: When it was committed, or last redriven under its key.
  public init(message: OfferMessage, lease: Lease, attempt: Int, firstAttemptedAt: Date, openSince: Date) {
    self.message = message
    self.lease = lease
    self.attempt = attempt
    self.firstAttemptedAt = firstAttemptedAt
    self.openSince = openSince
  }
}

/// What a worker gets.
public struct ClaimAnswer: Sendable, Hashable {
  /// The ledger's time of the answer.
  public let now: Date
  /// The messages, oldest first; empty when none is due.
  public let claims: [Claim]
  /// When to come back for this provider: the earliest next due moment or lease end, those of `claims` included;
  /// `nil` when all is settled.
  ///
  /// It lies in the past where more is due than was asked for. What waits behind another of its customer is not
  /// looked at.
  public let nextDue: Date?

  /// An answer.
  ///
  /// - Parameters:
  ///   - now: The ledger's time.
  ///   - claims: The messages.
  ///   - nextDue: When to come back.
  public init(now: Date, claims: [Claim], nextDue: Date?) {
    self.now = now
    self.claims = claims
    self.nextDue = nextDue
  }
}
