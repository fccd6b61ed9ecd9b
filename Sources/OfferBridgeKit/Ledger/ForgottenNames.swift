/// What stands in the place of a forgotten customer's names, for who writes a ``ForgettingLedger``.
///
/// Each is drawn by chance, so that nobody finds one by trying all there are.
/// One value serves one forgetting: a trigger and a reference get the same name
/// wherever they stood, so that what belongs together still does.
///
/// ```swift
/// var names = ForgottenNames(of: ["ada", "ada-phone"]) { salt() }
/// row.offer = names.forgotten(row.offer)
/// row.offer.customer                          // forgotten …, the same in every row
/// ```
public struct ForgottenNames {
  /// The customer's ids: one, or those of whom one was made.
  public let customers: Set<CustomerID>
  /// What stands in the place of each of them.
  public let tombstone: CustomerID
  private(set) var triggers: [TriggerID: TriggerID] = [:]
  private(set) var references: [ReferenceKey: ReplicaReference] = [:]
  let chance: () -> DerivedKey

  /// Names for one forgetting.
  ///
  /// - Parameters:
  ///   - customers: The customer's ids.
  ///   - chance: 256 bits by chance at each call.
  public init(of customers: Set<CustomerID>, chance: @escaping () -> DerivedKey) {
    self.customers = customers
    self.chance = chance
    tombstone = CustomerID("forgotten \(chance())")
  }

  /// What stands in the place of a trigger's id: the same one for the same trigger.
  ///
  /// - Parameter id: The trigger's id.
  /// - Returns: One of the same kind.
  public mutating func trigger(_ id: TriggerID) -> TriggerID {
    if let known = triggers[id] { return known }
    let made = TriggerID(id.kind, "forgotten \(chance())")
    triggers[id] = made
    return made
  }

  /// What stands in the place of a replica's reference: the same one for the same, so that what was matched by it is.
  ///
  /// - Parameters:
  ///   - reference: The external system's name for the replica.
  ///   - provider: The external system.
  /// - Returns: A name that it does not know.
  public mutating func reference(
    _ reference: ReplicaReference,
    at provider: ProviderID
  ) -> ReplicaReference {
    self.reference(ReferenceKey(provider: provider, reference: reference))
  }

  mutating func reference(_ key: ReferenceKey) -> ReplicaReference {
    if let known = references[key] { return known }
    let made = ReplicaReference("forgotten \(chance())")
    references[key] = made
    return made
  }

  // MARK: - Values

  /// An issued offer of theirs without what is personal; its id, its code and all that is counted stay.
  ///
  /// - Parameter offer: The issued offer.
  /// - Returns: The same, of nobody.
  public mutating func forgotten(_ offer: IssuedOffer) -> IssuedOffer {
    var copy = offer.forgotten(as: tombstone, trigger: trigger(offer.trigger))
    for index in 0..<offer.replicaCount {
      copy[replicaState: index] = offer[replicaState: index]
        .forgotten(at: offer.replicaPlace(index).provider, &self)
    }
    return copy
  }

  /// A message of theirs, which says nothing any more: an empty JSON object, under its key.
  ///
  /// - Parameter message: The message.
  /// - Returns: The same, to nobody.
  public mutating func forgotten(_ message: OfferMessage) -> OfferMessage {
    message.forgotten(as: tombstone) { trigger($0) }
  }

  /// A redrive of a message of theirs without its reasons.
  ///
  /// - Parameter redrive: The redrive.
  /// - Returns: The same with empty texts.
  public func forgotten(_ redrive: RedriveRecord) -> RedriveRecord { redrive.forgotten }

  /// A report about them without their names; its id, its lines and its amount stay.
  ///
  /// - Parameter event: The report.
  /// - Returns: What is left of it, or `nil` where it has no name of a person: a reversal.
  public mutating func forgotten(_ event: ExternalEvent) -> ExternalEvent? {
    event.forgotten(&self).map { event.saying($0) }
  }

  /// A report of another customer's offer with another name for who redeemed, where that was one of theirs.
  ///
  /// - Parameters:
  ///   - event: The report.
  ///   - other: The name that is told in its place, or `nil` to leave it out.
  /// - Returns: What is left of it, or `nil` where somebody else redeemed or nobody was told.
  public func withoutRedeemer(_ event: ExternalEvent, but other: CustomerID?) -> ExternalEvent? {
    event.withoutRedeemer(customers, but: other).map { event.saying($0) }
  }
}
