/// What went wrong, which thing it is about, and what to do next.
///
/// Only surprises are errors. A rule that is not met, a limit that is reached,
/// a provider that refuses, a redemption of an unknown offer are answers.
public struct OfferBridgeError: Error, Sendable, CustomStringConvertible {
  /// What went wrong.
  public enum Code: Sendable, Hashable {
    /// The bridge was given parts that do not fit together; every fault is listed.
    case configurationInvalid([ConfigurationFault])
    /// An id is empty or longer than 256 UTF-8 bytes.
    case identifierInvalid(kind: String, value: String)
    /// A moment is not a number, or lies outside the years 1 to 9999.
    case momentInvalid(of: String)
    /// The amount of a redemption or reversal is below zero.
    case amountInvalid(Money)
    /// The lines of a redemption or reversal are too many, or one weighs less than nothing, or two have one name.
    case linesInvalid(of: String)
    /// An action or event names a customer whom the store does not have.
    case customerUnknown(CustomerID)
    /// A host event was not declared when the bridge was made.
    case hostEventUndeclared(String)
    /// No campaign of that name begins by the clock.
    case campaignNotScheduled(CampaignID)
    /// A notice does not say which provider it comes from, and the bridge has not exactly one.
    case sourceMissing
    /// The reason of an operator's command is empty or longer than 1,024 UTF-8 bytes.
    case reasonInvalid
    /// A required data point of a recall has no value.
    case dataPointMissing(String, variant: String)
    /// A saved ledger has a version that this library does not know.
    case savedLedgerUnknown(version: Int)
    /// The parts of a saved ledger do not fit together; the first that does not.
    case savedLedgerDamaged(String)
    /// The customer store threw.
    case customerStoreFailed(CustomerID)
    /// The offer catalog threw.
    case catalogFailed
    /// The bridge has no pool of unique codes under that name.
    case codePoolUnknown(CodePoolID)
    /// A pool of unique codes threw.
    case codePoolFailed(CodePoolID)
    /// The bridge has nowhere to keep reservations.
    case reservationsMissing
    /// A reservation's length is not above zero.
    case reservationLengthInvalid(TransactionID)
    /// What keeps the reservations threw.
    case reservationsFailed(TransactionID)
    /// The ledger cannot forget a customer.
    case forgettingUnsupported
    /// The ledger cannot merge two customers.
    case mergingUnsupported
    /// The ledger threw.
    case ledgerFailed
    /// The decision was overtaken by others again and again.
    case ledgerBusy(customer: CustomerID)
  }

  /// What went wrong.
  public let code: Code
  /// What the host's own store threw, where one did.
  public let underlyingError: (any Error)?

  package init(_ code: Code, underlying: (any Error)? = nil) {
    self.code = code
    underlyingError = underlying
  }

  package static func configurationInvalid(_ faults: [ConfigurationFault]) -> Self {
    Self(.configurationInvalid(faults))
  }

  /// The thing and the next step, in a sentence or two.
  ///
  /// What the host's store threw is not in it, for it may hold what must not be logged: see ``underlyingError``.
  public var description: String {
    switch code {
    case .configurationInvalid(let faults):
      faults.count == 1
        ? "The bridge cannot be made: \(faults[0])"
        : "The bridge cannot be made for \(faults.count) reasons:\n"
          + faults.map { "- \($0)" }.joined(separator: "\n")
    case .identifierInvalid(let kind, let value):
      value.isEmpty
        ? "The \(kind) id is empty. Give the \(kind) an id of 1 to 256 UTF-8 bytes."
        : "The \(kind) id '\(value.prefix(40))…' has \(value.utf8.count) UTF-8 bytes. Give it one of at most 256."
    case .momentInvalid(let thing):
      "The moment of \(thing) lies outside the years 1 to 9999. Give it a real date."
    case .amountInvalid(let money):
      "The amount \(money) is below zero. Report what was redeemed as 0 or more, and give it back with a Reversal."
    case .linesInvalid(let id):
      "The lines of '\(id)' cannot be used. Report at most \(RedemptionLine.most), each name once, with weights of 0 or more."
    case .customerUnknown(let id):
      "No customer '\(id)' in the customer store. Save the profile before reporting its actions."
    case .hostEventUndeclared(let name):
      "The event '\(name)' is not among the bridge's host events. "
        + "Add it to hostEvents, or mend its name; declared names are checked against what campaigns hear."
    case .campaignNotScheduled(let campaign):
      "The bridge has no campaign '\(campaign)' that begins by the clock. Mend its name, or give it the trigger .schedule."
    case .sourceMissing:
      "The notice does not say which provider it comes from, and the bridge has not exactly one. Pass from:."
    case .reasonInvalid:
      "The reason is empty or longer than 1,024 UTF-8 bytes. Say in a sentence why; it is kept."
    case .dataPointMissing(let name, let variant):
      "The data point '\(name)' of '\(variant)' has no value, so nothing was closed. Mend the profile, or recall with "
        + "a variant that does without it."
    case .savedLedgerUnknown(let version):
      "The saved ledger has version \(version), which this library does not know. Restore it with the library that "
        + "wrote it, or a later one."
    case .savedLedgerDamaged(let what):
      "The saved ledger is damaged: \(what). Nothing was restored; take an earlier copy."
    case .customerStoreFailed(let id):
      "The customer store failed for '\(id)'. Nothing was written; report the action again."
    case .catalogFailed:
      "The offer catalog failed. Nothing was written; report the action again."
    case .codePoolUnknown(let pool):
      "The bridge has no code pool '\(pool)'. Mend its name, or give the bridge that pool."
    case .codePoolFailed(let pool):
      "The code pool '\(pool)' failed. Call again: a code that was taken is taken again for the same issued offer."
    case .reservationsMissing:
      "The bridge keeps no reservations. Give it reservations:, such as InMemoryOfferReservations()."
    case .reservationLengthInvalid(let transaction):
      "The reservation for '\(transaction)' would be over at once. Give it a length above zero."
    case .reservationsFailed(let transaction):
      "The reservations of '\(transaction)' could not be asked. Call again: a transaction has what it asked for last."
    case .forgettingUnsupported:
      "The ledger cannot forget a customer. Give the bridge a ForgettingLedger, such as InMemoryOfferLedger."
    case .mergingUnsupported:
      "The ledger cannot merge customers. Give the bridge a ForgettingLedger, such as InMemoryOfferLedger."
    case .ledgerFailed:
      "The ledger failed. Call again: what was written is found, and nothing is written twice."
    case .ledgerBusy(let id):
      "Decisions for '\(id)' were overtaken too often. Nothing is lost; report the action again."
    }
  }
}

extension Identifier {
  /// Throws when the id could not be kept by every ledger.
  package func validated() throws(OfferBridgeError) {
    try validate(Self.kind, rawValue)
  }
}

package func validate(_ kind: String, _ id: String) throws(OfferBridgeError) {
  guard (1...256).contains(id.utf8.count) else {
    throw OfferBridgeError(.identifierInvalid(kind: kind, value: id))
  }
}
