import Foundation
public import OfferBridgeKit

/// What every `CustomerStore` must do.
public enum CustomerStoreContract {
  /// All checks.
  public static let checks: [ContractCheck<CustomerStoreUnderTest>] = [
    .init("customer.unknownAnswersNil") { subject, steps in
      for id in subject.known {
        try steps.expect("'\(id)'", try await subject.isThere(id), is: true)
      }
      try steps.expect("'\(subject.unknown)'", try await subject.isThere(subject.unknown), is: false)
    },
    .init("customers.batchEqualsSingles") { subject, steps in
      let ids = subject.known + [subject.unknown] + subject.known
      for batch in [ids, [subject.unknown], []] {
        try steps.expect("what differs for \(batch)", try await subject.differing(batch), is: [])
      }
    },
    .init("history.windowEdges") { subject, steps in
      for action in subject.actions {
        let moment = action.occurredAt
        let window = HistoryWindow(after: Date(milliseconds: moment.milliseconds - 1), through: moment)
        let found = try await subject.history(
          action.customer,
          [HistoryNeed(action: action.name, window: window)]
        )
        try steps.expect("'\(action.id)', at the included end", found.contains(action), seen: found.map(\.id))
      }
    },
    .init("history.meetsEveryNeed") { subject, steps in
      for customer in Set(subject.actions.map(\.customer)).sorted() {
        let theirs = subject.actions.filter { $0.customer == customer }
        let window = HistoryWindow(after: .distantPast, through: .distantFuture)
        let needs = Set(theirs.map(\.name)).sorted().map { HistoryNeed(action: $0, window: window) }
        let found = try await subject.history(customer, needs)
        let missing = theirs.filter { !found.contains($0) }.map(\.id)
        try steps.expect("what is missing of '\(customer)'", missing, is: [])
        let others = found.filter { $0.customer != customer }.map(\.id)
        try steps.expect("what is of others", others, is: [])
      }
    },
    .init("history.unknownIsEmpty") { subject, steps in
      let window = HistoryWindow(after: .distantPast, through: .distantFuture)
      let needs = subject.actions.map { HistoryNeed(action: $0.name, window: window) }
      try steps.expect("of nobody", try await subject.history(subject.unknown, needs), is: [])
    },
  ]
}

/// A host's customer store, and what it is known to hold.
public struct CustomerStoreUnderTest: Sendable {
  let known: [CustomerID]
  let unknown: CustomerID
  let actions: [CustomerAction]
  let isThere: @Sendable (CustomerID) async throws -> Bool
  let differing: @Sendable ([CustomerID]) async throws -> [CustomerID]
  let history: @Sendable (CustomerID, [HistoryNeed]) async throws -> [CustomerAction]

  /// A store and its contents.
  ///
  /// - Parameters:
  ///   - store: The store.
  ///   - known: Customers that it holds.
  ///   - unknown: One that it does not.
  ///   - actions: Past actions that it holds, of several customers and names.
  public init<Store: CustomerStore>(
    _ store: Store,
    known: [CustomerID],
    unknown: CustomerID,
    actions: [CustomerAction]
  ) where Store.Customer: Equatable {
    self.known = known
    self.unknown = unknown
    self.actions = actions
    isThere = { try await store.customer($0) != nil }
    differing = { ids in
      let batch = try await store.customers(ids)
      var differing = batch.keys.filter { !ids.contains($0) }
      for id in ids where try await store.customer(id) != batch[id] { differing.append(id) }
      return differing
    }
    history = { try await store.history(of: $0, needs: $1).actions }
  }
}

/// What every `OfferCatalog` must do.
public enum OfferCatalogContract {
  /// All checks.
  public static let checks: [ContractCheck<OfferCatalogUnderTest>] = [
    .init("offer.unknownAnswersNil") { subject, steps in
      for id in subject.known {
        try steps.expect("'\(id)'", try await subject.catalog.offer(id)?.id, is: id)
      }
      try steps.expect("'\(subject.unknown)'", try await subject.catalog.offer(subject.unknown), is: nil)
    },
    .init("offers.batchEqualsSingles") { subject, steps in
      let all = subject.known + [subject.unknown] + subject.known
      for ids in [all, [subject.unknown], []] {
        var singles: [OfferID: Offer] = [:]
        for id in ids { singles[id] = try await subject.catalog.offer(id) }
        try steps.expect("the offers of \(ids)", try await subject.catalog.offers(ids), is: singles)
      }
    },
  ]
}

/// A host's catalog, and what it is known to hold.
public struct OfferCatalogUnderTest: Sendable {
  let catalog: any OfferCatalog
  let known: [OfferID]
  let unknown: OfferID

  /// A catalog and its contents.
  ///
  /// - Parameters:
  ///   - catalog: The catalog.
  ///   - known: Offers that it holds.
  ///   - unknown: One that it does not.
  public init(_ catalog: any OfferCatalog, known: [OfferID], unknown: OfferID) {
    self.catalog = catalog
    self.known = known
    self.unknown = unknown
  }
}
