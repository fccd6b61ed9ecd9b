/// What happens on the way of messages to their providers, as it happens: an element of ``OfferBridge/deliveries``.
///
/// It tells ids and reasons, never a payload. It is told after the ledger has
/// written what it tells; an attempt whose worker dies in between is told by
/// nobody, and the ledger knows.
public enum DeliveryEvent: Sendable, Hashable {
  /// A message was taken from the ledger; its attempt is counted, unless it is released before it was handed over.
  case claimed(DeliveryAttempt)
  /// It is handed to the provider.
  case attempted(DeliveryAttempt)
  /// The external system has it.
  case accepted(DeliveryAttempt, reference: ReplicaReference?)
  /// The external system refused it for good.
  case rejected(DeliveryAttempt, reason: String)
  /// It waits for another attempt.
  case waitingAgain(DeliveryAttempt, for: Duration, reason: String)
  /// It was given back: the loop was drained or cancelled, or it came too late to begin. Where its provider had it, it
  /// may have arrived, and the attempt counts.
  case released(DeliveryAttempt, wasHanded: Bool)
  /// It is not tried any more.
  case buried(DeliveryAttempt, reason: String)
  /// Another worker had claimed it before the attempt ended; what this one came to was not written.
  case lostLease(DeliveryAttempt)
  /// The provider failed too often, and is left alone.
  case laneOpened(ProviderID, for: Duration)
  /// The provider is tried with a few messages.
  case laneHalfOpened(ProviderID)
  /// The provider is back.
  case laneClosed(ProviderID)
  /// The ledger failed a lane's call, which is repeated after so long; `nil` when it is not, and what came of an attempt
  /// is left to its lease.
  case ledgerFailed(ProviderID, again: Duration?)
  /// A drain was asked for, and the loop has ended.
  case drained
}

/// Which attempt of which message, and what it goes back to.
public struct DeliveryAttempt: Sendable, Hashable {
  /// The message's key.
  public let message: DerivedKey
  /// Through whom it is delivered.
  public let provider: ProviderID
  /// The campaign or observer that sends it.
  public let campaign: CampaignID
  /// The issued offer that it is about, or `nil`.
  public let issuedOffer: IssuedOffer.ID?
  /// Which attempt it is, from 1.
  public let attempt: Int
  /// The action or host event that it goes back to, or `nil` where that is not known.
  public let trigger: TriggerID?
  /// Whose bridge it is.
  public let tenant: TenantID

  init(_ message: OfferMessage, attempt: Int, tenant: TenantID) {
    self.message = message.key
    provider = message.provider
    campaign = message.campaign
    issuedOffer = message.issuedOffer
    self.attempt = attempt
    trigger = message.trigger
    self.tenant = tenant
  }

  /// What ties together all that goes back to one trigger: see ``TriggerID/correlation(in:)``.
  public var correlation: DerivedKey? { trigger?.correlation(in: tenant) }
}

extension TriggerID {
  /// The id that ties together all that goes back to this trigger, from its report to the last redemption.
  ///
  /// ```swift
  /// TriggerID(.action, "a-1").correlation(in: "main").description.prefix(22)   // a trace id of 128 bits and more
  /// ```
  ///
  /// Derived from tenant, kind and id: the same in every process, without being kept anywhere.
  ///
  /// - Parameter tenant: Whose trigger it is.
  /// - Returns: 43 characters that do not tell the id.
  public func correlation(in tenant: TenantID) -> DerivedKey {
    var derivation = KeyDerivation("correlation")
    derivation.add(tenant.rawValue)
    derivation.add(kind.rawValue)
    derivation.add(id)
    return derivation.key()
  }
}
