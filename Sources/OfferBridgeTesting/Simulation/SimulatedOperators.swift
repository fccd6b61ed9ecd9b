import Foundation
import OfferBridgeKit

/// What people do at the desk in a simulation, and a worker that the host has written itself.
struct SimulatedOperators {
  let world: SimulatedWorld

  /// Now and then something is closed, redriven or looked at, until the faults are.
  func work() async {
    while !world.isCalm {
      await world.executor.sleep(for: world.chance.within(5_000...120_000, .operators))
      guard let door = world.door() else { continue }
      do {
        switch world.chance.below(6, .operators) {
        case 0, 1: try await close(door.bridge)
        case 2, 3: try await redrive(door.bridge)
        case 4: try await deliverByHand(door)
        default: try await look(door.bridge)
        }
      } catch {
        // The desk tries again, some other time.
      }
    }
  }

  private func close(_ bridge: OfferBridge<SimulatedShopper>) async throws {
    let issued = world.witness.issued
    guard !issued.isEmpty else { return }
    let chance = world.chance
    let unknown = chance.percent(5, .operators)
    let id =
      unknown
      ? DerivedKey.derive("simulation", "no such offer") : issued[chance.below(issued.count, .operators)]
    let answer = try await bridge.close(
      id,
      as: chance.percent(50, .operators) ? .revoked : .expired,
      reason: "simulated",
      limitUses: chance.percent(50, .operators) ? .givenBack : .kept,
      recall: chance.percent(70, .operators) ? SimulatedShop.recall : nil
    )
    if case .closed = answer, chance.percent(20, .operators) {
      _ = try await bridge.close(
        id,
        as: .revoked,
        reason: "again",
        limitUses: .givenBack,
        recall: SimulatedShop.recall
      )
    }
  }

  private func redrive(_ bridge: OfferBridge<SimulatedShopper>) async throws {
    let chance = world.chance
    let inVain = world.witness.endedInVain
    let ended = chance.percent(70, .operators) && !inVain.isEmpty ? inVain : world.witness.messages
    guard !ended.isEmpty else { return }
    let unknown = chance.percent(3, .operators)
    let key =
      unknown
      ? DerivedKey.derive("simulation", "no such message") : ended[chance.below(ended.count, .operators)]
    let mode: MessageRedrive.Mode = chance.percent(50, .operators) ? .sameKey : .newGeneration
    let answer = try await bridge.redrive(key, mode: mode, reason: "simulated")
    if case .redriven = answer, chance.percent(30, .operators) {
      _ = try await bridge.redrive(key, mode: mode, reason: "again")
    }
  }

  /// A worker of the host's own: it prolongs its lease while it works.
  private func deliverByHand(_ door: SimulatedProcess.Door) async throws {
    let wallet = world.wallets[world.chance.below(world.wallets.count, .operators)]
    let provider = SimulatedProvider(world: world, life: door.life, wallet: wallet)
    let query = ClaimQuery(tenant: "main", provider: wallet.name, limit: 2, lease: .seconds(20))
    for claim in try await door.ledger.claim(query).claims {
      await world.executor.sleep(for: world.chance.within(0...40_000, .operators))
      // Longer than the lease, or shorter.
      let length = Duration.milliseconds(world.chance.within(5_000...60_000, .operators))
      let prolonged = try await door.ledger.extend([claim.lease], by: length, tenant: "main")
      guard case .extended(let lease) = prolonged[0] else { continue }
      let delivery = MessageDelivery(message: claim.message, attempt: claim.attempt, deadline: lease.until)
      guard case .accepted(let reference)? = try? await provider.deliver(delivery) else { continue }
      let accepted = Settlement(lease: lease, outcome: .accepted(reference))
      _ = try await door.ledger.settle([accepted], tenant: "main")
      if world.chance.percent(30, .operators) {
        _ = try await door.ledger.extend([lease], by: .seconds(60), tenant: "main")
        _ = try await door.ledger.settle([accepted], tenant: "main")
      }
    }
  }

  /// Sees where things stand.
  private func look(_ bridge: OfferBridge<SimulatedShopper>) async throws {
    let number = world.chance.below(
      SimulatedCustomers.count(journeys: world.simulation.journeys),
      .operators
    )
    for issued in try await bridge.issuedOffers(of: SimulatedCustomers.id(number)) {
      world.book.saw("offer.\(issued.status(at: world.clock.now).rawValue)")
      for replica in issued.replicas { world.book.saw(replica.state.name) }
    }
    for record in try await bridge.messages(of: SimulatedCustomers.id(number)) {
      world.book.saw("message.\(record.state.name.rawValue)")
    }
  }
}
