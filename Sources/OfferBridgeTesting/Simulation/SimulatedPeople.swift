import Foundation
import OfferBridgeKit

/// Whose ids turn out to be one person's, and who asks to be forgotten, in a simulation.
struct SimulatedPeople {
  let world: SimulatedWorld

  /// Now and then somebody is merged or forgotten, until the faults end; by a ledger that can.
  func work() async {
    while !world.isCalm {
      await world.executor.sleep(for: world.chance.within(30_000...600_000, .people))
      guard world.ledger is any ForgettingLedger else { return }
      switch world.chance.below(10, .people) {
      case 0..<5:
        let number = anybody()
        await merge(SimulatedCustomers.phone(number), into: SimulatedCustomers.id(number))
      case 5..<8: await merge(SimulatedCustomers.id(anybody()), into: SimulatedCustomers.id(anybody()))
      default:
        let number = anybody()
        let isPhone = world.chance.percent(30, .people)
        await forget(isPhone ? SimulatedCustomers.phone(number) : SimulatedCustomers.id(number))
      }
    }
  }

  private func anybody() -> Int {
    world.chance.below(SimulatedCustomers.count(journeys: world.simulation.journeys), .people)
  }

  /// Asks until it is answered, and not put off; now and then once more, or the other way round.
  private func merge(_ customer: CustomerID, into survivor: CustomerID) async {
    await untilDone { bridge in
      if case .busy = try await bridge.merge(customer, into: survivor) { false } else { true }
    }
    guard world.chance.percent(20, .people) else { return }
    await untilDone { bridge in
      _ = try await bridge.merge(survivor, into: customer)
      return true
    }
  }

  /// Asks until it is done; now and then once more.
  private func forget(_ customer: CustomerID) async {
    for _ in 0...world.chance.below(2, .people) {
      await untilDone { bridge in
        if case .busy = try await bridge.forget(customer) { false } else { true }
      }
    }
  }

  private func untilDone(_ body: (OfferBridge<SimulatedShopper>) async throws -> Bool) async {
    for _ in 0..<20 where !world.isOver {
      if let door = world.door(), (try? await body(door.bridge)) == true { return }
      await world.executor.sleep(for: world.chance.within(1_000...20_000, .people))
    }
  }
}
