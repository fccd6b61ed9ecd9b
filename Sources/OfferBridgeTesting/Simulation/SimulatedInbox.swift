import OfferBridgeKit

/// What an external system has to say.
enum SimulatedReport: Sendable {
  case redemption(Redemption)
  case reversal(Reversal)
  case notice(OfferNotice)
}

/// The way back: what external systems report, until somebody takes it; in any order, and any number of times.
struct SimulatedInbox {
  let world: SimulatedWorld

  /// Reports all of it, and returns when everything was taken.
  func report(_ reports: [SimulatedReport]) async {
    let chance = world.chance
    await withTaskGroup(of: Void.self) { group in
      if chance.strikes(.bursts) {
        let redemptions = reports.compactMap {
          if case .redemption(let redemption) = $0 { redemption } else { nil }
        }
        group.addTask { await insist { _ = try await $0.reconcile(redemptions) } }
      }
      for (place, report) in reports.enumerated() {
        let copies = chance.strikes(.duplicates) ? chance.within(2...5, .inbound) : 1
        for copy in 0..<copies {
          let delay =
            chance.strikes(.reorders)
            ? chance.within(0...1_800_000, .inbound)
            : Int64(place) * 2_000 + copy * 10_000
          group.addTask {
            await world.executor.sleep(for: delay)
            switch report {
            case .redemption(let redemption): await insist { _ = try await $0.reconcile(redemption) }
            case .reversal(let reversal): await insist { _ = try await $0.reconcile(reversal) }
            case .notice(let notice): await insist { _ = try await $0.reconcile(notice) }
            }
          }
        }
      }
    }
  }

  /// Asks one process after the other, until one has answered.
  private func insist(_ body: (OfferBridge<SimulatedShopper>) async throws -> Void) async {
    while !world.isOver {
      if let door = world.door(), (try? await body(door.bridge)) != nil { return }
      await world.executor.sleep(for: world.chance.within(500...60_000, .inbound))
    }
  }
}
