/// The ids of one customer whom a merge made of several: the one that stayed, and those that were merged into it.
///
/// A ledger answers it with a snapshot where ids were merged. What was written
/// under one of them keeps it, and is the one customer's all the same.
public struct CustomerIdentity: Sendable, Hashable, Codable {
  /// The id that the customer goes by.
  public let survivor: CustomerID
  /// The ids that were merged into it, in the order of their bytes; those that were merged into one of these, too.
  public let formerIDs: [CustomerID]

  /// An identity.
  ///
  /// - Parameters:
  ///   - survivor: The id that the customer goes by.
  ///   - formerIDs: The ids that were merged into it, in any order.
  public init(survivor: CustomerID, formerIDs: some Sequence<CustomerID>) {
    self.survivor = survivor
    self.formerIDs = formerIDs.sorted()
  }

  /// Whether the id is one of the customer's.
  ///
  /// - Parameter id: An id.
  /// - Returns: Whether it is the survivor's or was merged into it.
  public func has(_ id: CustomerID) -> Bool { id == survivor || formerIDs.contains(id) }

  /// All of the customer's ids, the survivor's first.
  var all: [CustomerID] { [survivor] + formerIDs }
}
