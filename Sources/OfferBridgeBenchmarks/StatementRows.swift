import Foundation
import OfferBridgeKit

/// What comparing a statement costs: a redemption of each issued offer, a hundredth of the lines wrong in each of
/// three ways.
///
/// Ours reads the ledger by its pages and holds digests; the dictionary is
/// given all events in an array, and holds them. The ledger is made before the
/// clock starts, and the same for all rounds: nothing in it changes.
struct StatementRows {
  let plan: BenchmarkPlan
  private let join = "a dictionary of all events, joined"

  func rows() async throws -> [BenchmarkRow] {
    guard plan.includes("statement") else { return [] }
    var rows: [BenchmarkRow] = []
    for (size, rounds) in plan.statementSizes {
      let isLargest = size == plan.statementSizes.last?.size
      let label = size >= 1_000_000 ? "\(size / 1_000_000)M" : "\(size / 1000)k"
      rows.append(try await row(isLargest ? "statement" : "statement.\(label)", size: size, rounds: rounds))
    }
    if let least = rows.first, let most = rows.last, let their = least.comparison,
      let theirs = most.comparison
    {
      rows.append(
        BenchmarkRow(
          name: "statement.growth",
          value: most.value / least.value,
          unit: "times",
          comparison: .init(against: join, value: theirs.value / their.value),
          minimum: nil
        )
      )
    }
    return rows
  }

  private func row(_ name: String, size: Int, rounds: Int) async throws -> BenchmarkRow {
    let shop = Shop(size: size)
    let (bridge, events) = try await received(shop)
    let lines = StatementWork.lines(events)
    let side = SideBySide(name: name, against: join, rounds: rounds, count: size)
    return try await side.row {
      var counts = JoinCounts()
      let length = try await timed {
        for try await finding in bridge.reconcile(statement: lines) {
          switch finding {
          case .discrepancy(let found): counts.count(found.kind)
          case .totals(let totals): counts.agreed = totals.agreed
          }
        }
      }
      guard counts == JoinCounts(of: size) else { throw NotTheSameWork() }
      return length
    } theirs: {
      var counts = JoinCounts()
      let length = await timed { counts = DictionaryJoin(events).counts(lines) }
      guard counts == JoinCounts(of: size) else { throw NotTheSameWork() }
      return length
    }
  }

  /// The shop's bridge over a ledger in which each offer was issued, sent and redeemed.
  private func received(_ shop: Shop) async throws -> (OfferBridge<Shopper>, [ExternalEvent]) {
    let work = LedgerWork()
    for action in shop.actions { _ = try await work.ledger.commit(work.plan(action)) }
    try await work.settleAll()
    let events = shop.actions.indices.map { StatementWork.event($0, of: shop.actions[$0]) }
    for event in events { _ = try await work.ledger.reconcile([event], tenant: "main") }
    return (try await Shop.bridge(shop.customers, Wallet()).using(ledger: work.ledger), events)
  }
}

/// The events and lines that both sides are given.
enum StatementWork {
  static func event(_ number: Int, of action: CustomerAction) -> ExternalEvent {
    ExternalEvent(
      id: ExternalEventID(source: "wallet", id: Shop.redemptionID(number)),
      content: .redemption(
        .issuedOffer(LedgerWork.key("issuance", action)),
        amount: Money(minorUnits: 250, currency: "USD")
      ),
      time: .moment(action.occurredAt)
    )
  }

  /// A line for each event, but for a hundredth that is left out, one that has another amount, and as many new ones.
  static func lines(_ events: [ExternalEvent]) -> [StatementRecord] {
    events.enumerated().compactMap { number, event in
      guard case .redemption(let reference, let amount, _) = event.content,
        case .moment(let moment) = event.time
      else { return nil }
      let wrong = Money(minorUnits: 249, currency: "USD")
      let id = number % 100 == 2 ? "new-\(number)" : event.id.id
      return number % 100 == 0
        ? nil
        : StatementRecord(
          Redemption(
            id: id,
            from: "wallet",
            of: reference,
            at: moment,
            amount: number % 100 == 1 ? wrong : amount
          )
        )
    }
  }
}

struct JoinCounts: Equatable {
  var agreed = 0
  var missingHere = 0
  var missingThere = 0
  var amount = 0
  var other = 0

  init() {}

  init(of size: Int) {
    (agreed, missingHere, missingThere, amount) = (size / 100 * 97, size / 100, size / 50, size / 100)
  }

  mutating func count(_ kind: StatementDiscrepancy.Kind) {
    switch kind {
    case .missingHere: missingHere += 1
    case .missingThere: missingThere += 1
    case .amount: amount += 1
    default: other += 1
    }
  }
}

/// What a host would write in ten lines, with both sides in memory.
struct DictionaryJoin {
  private(set) var events: [String: ExternalEvent]

  init(_ events: [ExternalEvent]) {
    var byID: [String: ExternalEvent] = [:]
    for event in events { byID[event.id.id] = event }
    self.events = byID
  }

  func counts(_ lines: [StatementRecord]) -> JoinCounts {
    var counts = JoinCounts()
    var rest = Set(events.keys)
    for line in lines {
      guard case .redemption(let redemption) = line.content, let event = events[redemption.id],
        case .redemption(let reference, let amount, _) = event.content
      else {
        counts.missingHere += 1
        continue
      }
      rest.remove(redemption.id)
      if redemption.amount != amount {
        counts.amount += 1
      } else if redemption.reference != reference || redemption.time != event.time {
        counts.other += 1
      } else {
        counts.agreed += 1
      }
    }
    counts.missingThere = rest.count
    return counts
  }
}
