import Foundation
import OfferBridgeKit

/// The host's scheduler in a simulation: it has ends told that are near, and what is over recalled.
struct SimulatedSweeps {
  let world: SimulatedWorld

  /// A sweep every few minutes, each in a process that is there just then, now and then two at once.
  func work() async {
    while !world.isCalm {
      await world.executor.sleep(for: world.chance.within(300_000...1_500_000, .people))
      if world.chance.percent(20, .people) {
        async let other: Void = sweep()
        await sweep()
        await other
      } else {
        await sweep()
      }
    }
  }

  private func sweep() async {
    let limit = Int(world.chance.within(1...40, .people))
    let recalls = world.chance.percent(50, .people)
    var mark: PageMark?
    // A page that fails is asked for again; what is left is the next sweep's.
    for _ in 0..<6 where !world.isOver {
      guard let door = world.door() else { return }
      do {
        let page =
          recalls
          ? try await door.bridge.recallExpired(saying: SimulatedShop.recall, after: mark, limit: limit)
          : try await door.bridge.warnOfExpiring(after: mark, limit: limit)
        mark = page.next
        if mark == nil { return }
      } catch {
        await world.executor.sleep(for: 1_000)
      }
    }
  }
}
