package import OfferBridgeKit

/// What a tenant has once: repeats that were counted and not kept, the end of the trail, and how many
/// names there are.
package struct StandingRow: Equatable {
  package var duplicates = 0
  package var conflicts = 0
  package var anchor: TrailAnchor
  /// How many ids are not their customer's own: merged, or in the place of who was forgotten.
  ///
  /// As long as there are none, no step looks for any.
  package var names: Int

  package init(duplicates: Int, conflicts: Int, anchor: TrailAnchor, names: Int = 0) {
    self.duplicates = duplicates
    self.conflicts = conflicts
    self.anchor = anchor
    self.names = names
  }
}
