import OfferBridgeKit

/// What a journey costs: one action of each customer, up to the settled message.
///
/// Every round begins with an empty ledger; actions and profiles are made
/// before the clock starts. Growing tables is part of the cost, on both sides.
struct JourneyRows {
  let plan: BenchmarkPlan
  private let hand = "hand-written loop over dictionaries"

  func rows() async throws -> [BenchmarkRow] {
    var rows = try await journey("journey", size: 1000, rounds: plan.rounds)
    for (size, rounds) in plan.sizes {
      let label = size >= 1_000_000 ? "\(size / 1_000_000)M" : "\(size / 1000)k"
      rows += try await journey("journey.\(label)", size: size, rounds: rounds)
    }
    // Sixteen actions between two deliveries: the messages go out as tasks of one group.
    rows += try await journey("journey.batch16", size: 1600, rounds: plan.rounds, deliveredEvery: 16)
    rows += try await respond("respond", Shop(size: 1000), repeats: false)
    rows += try await respond("respond.notMet", Shop(size: 1000, areLoyal: false), repeats: false)
    rows += try await respond("respond.replay", Shop(size: 1000), repeats: true)
    return rows
  }

  private func journey(
    _ name: String,
    size: Int,
    rounds: Int,
    deliveredEvery batch: Int = 1
  ) async throws -> [BenchmarkRow] {
    guard plan.includes(name) else { return [] }
    let shop = Shop(size: size)
    let row = try await SideBySide(name: name, against: hand, rounds: rounds, count: size).row {
      let wallet = Wallet()
      let bridge = try await Shop.bridge(shop.customers, wallet)
      let length = try await timed {
        for (index, action) in shop.actions.enumerated() {
          _ = try await bridge.respond(to: action)
          if (index + 1).isMultiple(of: batch) { try await bridge.deliverDueMessages() }
        }
      }
      guard wallet.received == size else { throw NotTheSameWork() }
      // Counting everything anew takes as long as a large round.
      if size < 100_000 {
        let audit = try await bridge.audit()
        guard audit.messagesAccepted == size, audit.isBalanced else { throw NotTheSameWork() }
      }
      return length
    } theirs: {
      let wallet = Wallet()
      var loop = HandWrittenLoop(customers: shop.customers, provider: wallet)
      let length = try await timed {
        for (index, action) in shop.actions.enumerated() {
          _ = loop.respond(to: action)
          if (index + 1).isMultiple(of: batch) { try await loop.deliverDueMessages() }
        }
      }
      guard loop.issued.count == size, wallet.received == size else { throw NotTheSameWork() }
      return length
    }
    return [row]
  }

  /// Deciding alone: a new action, one whose rule is not met, or one that was decided before.
  private func respond(_ name: String, _ shop: Shop, repeats: Bool) async throws -> [BenchmarkRow] {
    guard plan.includes(name) else { return [] }
    let count = shop.actions.count
    let row = try await SideBySide(name: name, against: hand, rounds: plan.rounds, count: count).row {
      let bridge = try await Shop.bridge(shop.customers, Wallet())
      if repeats { for action in shop.actions { _ = try await bridge.respond(to: action) } }
      return try await timed {
        for action in shop.actions { _ = try await bridge.respond(to: action) }
      }
    } theirs: {
      var loop = HandWrittenLoop(customers: shop.customers, provider: Wallet())
      if repeats { for action in shop.actions { _ = loop.respond(to: action) } }
      return await timed {
        for action in shop.actions { _ = loop.respond(to: action) }
      }
    }
    return [row]
  }
}

/// A side did not do what it was timed for.
struct NotTheSameWork: Error {}
