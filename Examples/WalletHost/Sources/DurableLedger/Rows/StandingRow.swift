package import OfferBridgeKit

/// What a tenant has once: repeats that were counted and not kept, and the end of the trail.
package struct StandingRow: Equatable {
  package var duplicates = 0
  package var conflicts = 0
  package var anchor: TrailAnchor

  package init(duplicates: Int, conflicts: Int, anchor: TrailAnchor) {
    self.duplicates = duplicates
    self.conflicts = conflicts
    self.anchor = anchor
  }
}
