package import OfferBridgeKit

/// What became of an id: whose it is by now, which ids are the same customer's, or that it stands for nobody.
package struct IdentityRow: Equatable {
  /// The id that its customer goes by: itself, where it was not merged.
  package let survivor: CustomerID
  /// The ids that were merged into that one.
  package let formerIDs: [CustomerID]
  /// Whether it is a name that stands in the place of somebody who was forgotten.
  package let isForgotten: Bool

  /// An id of which nothing is known: its customer's only one.
  package init(_ id: CustomerID) {
    self.init(survivor: id, formerIDs: [], isForgotten: false)
  }

  package init(survivor: CustomerID, formerIDs: [CustomerID], isForgotten: Bool) {
    self.survivor = survivor
    self.formerIDs = formerIDs
    self.isForgotten = isForgotten
  }

  /// Puts together what stands in the table of names: the id's own line, and those of its survivor's former ids.
  ///
  /// - Parameters:
  ///   - id: The id.
  ///   - lines: The lines, in any order; of each the id, and its survivor or `nil`.
  package init(of id: CustomerID, lines: [(id: CustomerID, survivor: CustomerID?)]) {
    let own = lines.first { $0.id == id }
    let survivor = own?.survivor ?? id
    self.init(
      survivor: survivor,
      formerIDs: lines.filter { $0.survivor == survivor }.map(\.id),
      isForgotten: own.map { $0.survivor == nil } ?? false
    )
  }

  /// The ids, where there are several.
  var identity: CustomerIdentity? {
    formerIDs.isEmpty ? nil : CustomerIdentity(survivor: survivor, formerIDs: formerIDs)
  }

  /// All of the customer's ids, the survivor's first.
  var all: [CustomerID] { [survivor] + formerIDs }
}
