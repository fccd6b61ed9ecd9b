import Foundation
import OfferBridgeKit

/// What the customers of a simulation do: they act, their cards come, they redeem, and some bring it back.
struct SimulatedCustomers {
  let world: SimulatedWorld

  /// How many there are for so many journeys: each begins some three of them.
  static func count(journeys: Int) -> Int { max(2, journeys / 3) }

  static func id(_ number: Int) -> CustomerID { CustomerID("c\(number)") }

  /// Another id of the same customer, as that of a device, until they are merged.
  static func phone(_ number: Int) -> CustomerID { CustomerID("c\(number)-phone") }

  static func profile(_ number: Int) -> SimulatedShopper {
    SimulatedShopper(
      tier: number % 4,
      wantsMail: number % 3 != 0,
      address: number % 7 == 0 ? nil : "\(number) Lane"
    )
  }

  /// One journey, from its action to the last thing that comes back.
  func journey(_ number: Int) async {
    let chance = world.chance
    await world.executor.sleep(for: chance.within(0...SimulatedWorld.safeLength * 3 / 4, .customers))
    let customer = chance.below(Self.count(journeys: world.simulation.journeys), .customers)
    let (mine, other) =
      chance.percent(25, .customers)
      ? (Self.phone(customer), Self.id(customer)) : (Self.id(customer), Self.phone(customer))
    let action = CustomerAction(
      chance.percent(60, .customers) ? "opened" : "bought",
      id: "a\(number)",
      by: mine,
      at: world.deviceTime(),
      chance.percent(90, .customers) ? ["channel": chance.percent(90, .customers) ? "phone" : "desk"] : .none
    )
    if chance.percent(3, .customers) {
      // Two devices that name their actions alike: one of them is a conflict.
      let twin = CustomerAction(action.name, id: action.id, by: action.customer, at: action.occurredAt + 1)
      async let theirs = act(twin, before: nil)
      _ = await (act(action, before: nil), theirs)
      return
    }
    var decided = await act(action, before: nil)
    if chance.percent(10, .customers) {
      // A change of mind, and the same action again: what was decided stays.
      await world.executor.sleep(for: chance.within(0...1_200_000, .customers))
      var profile = Self.profile(customer)
      profile.wantsMail = chance.percent(50, .customers)
      world.customers.save(profile, as: mine)
      let before = decided
      async let closed: Void = close(before ?? [])
      // Under its other id it is the same once they are merged, and a conflict until then.
      let again =
        chance.percent(30, .customers)
        ? CustomerAction(action.name, id: action.id, by: other, at: action.occurredAt, action.attributes)
        : action
      decided = await act(again, before: before)
      await closed
    }
    await world.executor.sleep(for: chance.within(1_000...3_600_000, .customers))
    await redeem(mine, number)
  }

  /// The desk takes back what was issued, about when the customer acts again.
  private func close(_ issued: [IssuedOffer.ID]) async {
    for id in issued where world.chance.percent(30, .customers) {
      await world.executor.sleep(for: world.chance.within(0...60, .customers))
      // Where the ledger fails, the offer stays.
      _ = try? await world.door()?.bridge.close(id, as: .revoked, reason: "simulated", limitUses: .kept)
    }
  }

  /// Reports an action until somebody answers, and compares what was issued with what was answered before.
  private func act(_ action: CustomerAction, before: [IssuedOffer.ID]?) async -> [IssuedOffer.ID]? {
    while !world.isOver {
      if let door = world.door() {
        do {
          let decisions = try await door.bridge.respond(to: action)
          if !world.chance.strikes(.missedWake) { door.signal.wake() }
          see(decisions)
          if decisions.contains(where: { $0.outcome == .conflict }) { return before }
          let issued = decisions.issuedOffers.map(\.id)
          // Of whoever was forgotten meanwhile nothing is known any more.
          for id in before ?? [] where !issued.contains(id) && !world.witness.isForgotten(id) {
            world.violate(
              "I2",
              "action \(action.id) was answered without issued offer \(id), which it had before"
            )
          }
          return issued
        } catch {
          see(error)
        }
      }
      await world.executor.sleep(for: world.chance.within(500...30_000, .customers))
    }
    return nil
  }

  private func see(_ decisions: Decisions) {
    for decision in decisions.considered {
      world.book.saw(decision.outcome.name)
      switch decision.outcome {
      case .notMet, .notEvaluable, .heldOut:
        if decision.explanation.description.isEmpty {
          world.violate("I13", "\(decision.campaign) decided \(decision.outcome) without a reason")
        }
      default: break
      }
    }
  }

  private func see(_ error: any Error) {
    if "\(error)".contains(SimulatedShop.secret) {
      world.violate("I15", "an error tells what no data point names")
    }
  }

  // MARK: - Redeeming

  private func redeem(_ customer: CustomerID, _ journey: Int) async {
    var reports: [SimulatedReport] = []
    for wallet in world.wallets {
      for (index, card) in wallet.cards(of: customer).enumerated()
      where world.chance.percent(60, .customers) {
        reports += SimulatedRedemption(world: world, wallet: wallet, card: card).reports(
          "\(journey)-\(index)"
        )
      }
      if world.chance.strikes(.unknownOffer) {
        let never = DerivedKey.derive("simulation", "never \(journey)")
        reports.append(
          .redemption(
            Redemption(id: "u\(journey)", from: wallet.name, of: .issuedOffer(never), at: world.deviceTime())
          )
        )
      }
      if world.chance.strikes(.foreignReplica) {
        let reference: RedemptionReference = .customer(customer, replica: "ANOTHER")
        reports.append(
          .redemption(Redemption(id: "f\(journey)", from: wallet.name, of: reference, at: world.deviceTime()))
        )
      }
    }
    await SimulatedInbox(world: world).report(reports)
  }
}
