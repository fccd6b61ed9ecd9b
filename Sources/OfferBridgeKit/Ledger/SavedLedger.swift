/// Everything that an in-memory ledger holds, as a value that an app can keep across a restart.
///
/// ```swift
/// try JSONEncoder().encode(ledger.saved()).write(to: file, options: .atomic)
/// let saved = try JSONDecoder().decode(SavedLedger.self, from: Data(contentsOf: file))
/// let ledger = try InMemoryOfferLedger(restoring: saved)
/// ```
///
/// The same contents make the same value, and with sorted keys the same bytes.
/// Leave the encoder's dates as they are: another strategy may round them, and
/// an event that comes again would then be taken for another. It holds
/// customers' ids and every message's bytes.
///
/// It is as old as it was when it was made. What was issued since is not
/// issued in it, and an action that is reported again issues it again, under
/// the same keys. For more than that, write an ``OfferLedger`` over a database.
public struct SavedLedger: Sendable, Hashable, Codable {
  /// The only form so far; one that is written by a later library is refused.
  static let version = 1

  /// In the order of their names.
  let tenants: [Tenant]

  struct Tenant: Sendable, Hashable, Codable {
    let id: TenantID
    let state: SavedState
  }

  private enum CodingKeys: CodingKey {
    case version, tenants
  }

  init(_ states: TenantStates) {
    tenants = states.all.sorted { $0.id < $1.id }.map { Tenant(id: $0.id, state: SavedState($0.state)) }
  }

  /// Reads what was written.
  ///
  /// - Parameter decoder: The decoder.
  /// - Throws: ``OfferBridgeError`` with code `savedLedgerUnknown` when it has a version that this library does not
  ///   know; what the decoder throws when it is not a saved ledger at all.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let version = try container.decode(Int.self, forKey: .version)
    guard version == Self.version else { throw OfferBridgeError(.savedLedgerUnknown(version: version)) }
    tenants = try container.decode([Tenant].self, forKey: .tenants)
  }

  /// Writes its version, and the tenants in the order of their names.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(Self.version, forKey: .version)
    try container.encode(tenants, forKey: .tenants)
  }
}
