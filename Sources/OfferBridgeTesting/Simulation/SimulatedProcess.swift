import OfferBridgeKit

/// One of a host's processes, from start to crash to start: it decides, delivers and reconciles.
struct SimulatedProcess {
  let world: SimulatedWorld

  /// The door at which a process is asked.
  struct Door: Sendable {
    let bridge: OfferBridge<SimulatedShopper>
    let ledger: SimulatedLedger
    let life: SimulatedLife
    let signal: DeliverySignal
  }

  /// Lives again and again, until the run is over.
  func live() async {
    while !world.isOver {
      do {
        try await liveOnce()
      } catch {
        return world.violate("configuration", "the bridge could not be made: \(error)")
      }
      await world.executor.sleep(for: world.chance.within(100...60_000, .processes))
    }
  }

  private func liveOnce() async throws {
    let life = world.bear()
    let ledger = SimulatedLedger(world: world, life: life)
    var settings = BridgeSettings(retry: world.system.retry, lease: .seconds(30))
    if world.chance.strikes(.shortLease) {
      (settings.lease, settings.leaseMargin) = (.milliseconds(10_100), .milliseconds(100))
    }
    if world.chance.strikes(.smallBatches) { settings.lane.atOnce = 1 }
    let bridge = try await OfferBridge(
      customers: world.customers,
      catalog: SimulatedShop.catalog,
      campaigns: SimulatedShop.campaigns(journeys: world.simulation.journeys),
      observers: SimulatedShop.observers,
      providers: world.wallets.reduce(into: [:]) { providers, wallet in
        providers[wallet.name] = world.system.provider(
          SimulatedProvider(world: world, life: life, wallet: wallet)
        )
      },
      ledger: ledger,
      settings: settings
    )
    let door = Door(bridge: bridge, ledger: ledger, life: life, signal: DeliverySignal())
    world.open(door)
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await deliver(door, on: door.signal) }
      if world.chance.strikes(.clone) {
        group.addTask { await deliver(door, on: DeliverySignal()) }
      }
      group.addTask { await lookAround(door) }
      await life.whenOver()
      world.close(door)
      group.cancelAll()
    }
  }

  /// Delivers for as long as it lives; a ledger that fails is asked again.
  private func deliver(_ door: Door, on signal: DeliverySignal) async {
    let pace = world.chance.strikes(.skew) ? world.chance.within(50...200, .clocks) : 100
    let clock = SimulatedClock(executor: world.executor, pace: pace)
    while door.life.isAlive {
      do {
        try await door.bridge.run(on: clock, signal: signal)
        // Drained.
        return door.life.end()
      } catch {
        await world.executor.sleep(for: 1_000)
      }
    }
  }

  /// Looks every now and then for what other processes have committed, and has its accidents.
  private func lookAround(_ door: Door) async {
    while door.life.isAlive {
      await world.executor.sleep(for: world.chance.within(10_000...60_000, .processes))
      if world.chance.strikes(.pause) {
        door.life.pause(for: world.chance.within(31_000...200_000, .processes))
      }
      if world.chance.strikes(.drain) { await door.signal.drain(within: .milliseconds(500)) }
      door.signal.wake()
    }
  }
}
