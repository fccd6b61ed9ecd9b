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

/// What every `MessageProvider` must do, in front of an external system that accepts.
public enum MessageProviderContract {
  /// All checks.
  public static let checks: [ContractCheck<MessageProviderUnderTest>] = [
    .init("deliver.sameKeyTwiceHasOneEffect") { subject, steps in
      let provider = try await subject.make()
      let delivery = subject.delivery("a", attempt: 1)
      let first = try await provider.deliver(delivery)
      let second = try await provider.deliver(subject.delivery("a", attempt: 2))
      try steps.expect("the answer to a repeat", second, is: first)
      try steps.expect("effects of one key", try await subject.effects(provider), is: 1)
      _ = try await provider.deliver(subject.delivery("b", attempt: 1))
      try steps.expect("effects of two keys", try await subject.effects(provider), is: 2)
    },
    .init("deliver.endsWhenCancelled") { subject, steps in
      let provider = try await subject.make()
      await withTaskGroup(of: Void.self) { group in
        // An answer or an error: both are an end.
        group.addTask { _ = try? await provider.deliver(subject.delivery("a", attempt: 1)) }
        group.cancelAll()
      }
      let effects = try await subject.effects(provider)
      try steps.expect("one effect at most", effects <= 1, seen: effects)
      _ = try await provider.deliver(subject.delivery("a", attempt: 2))
      try steps.expect("effects after another attempt", try await subject.effects(provider), is: 1)
    },
    .init("timeout.isSomeTime") { subject, steps in
      let timeout = try await subject.make().timeout
      try steps.expect("a time-out above zero", timeout > .zero, seen: timeout)
    },
    .init("window.isLongerThanAnAttempt") { subject, steps in
      let provider = try await subject.make()
      guard let window = provider.idempotencyWindow else { throw NotClaimed() }
      try steps.expect("a window longer than the time-out", window > provider.timeout, seen: window)
    },
    .init("deliver.lostAcknowledgementIsUnknown") { subject, steps in
      guard let losing = subject.losing else { throw NotClaimed() }
      let provider = try await losing()
      // The system has it, and nobody knows: to say that it was accepted, refused or not taken would be a guess.
      do {
        let answer = try await provider.deliver(subject.delivery("a", attempt: 1))
        throw steps.violation(expected: "an attempt without an answer throws", seen: "\(answer)")
      } catch let violation as ContractViolation {
        throw violation
      } catch {
        steps.note("attempt 1: threw \(type(of: error))")
      }
      try steps.expect("effects after the lost answer", try await subject.effects(provider), is: 1)
      let answer = try await provider.deliver(subject.delivery("a", attempt: 2))
      guard case .accepted = answer else {
        throw steps.violation(expected: "the repeat is accepted", seen: "\(answer)")
      }
      try steps.expect("effects after the repeat", try await subject.effects(provider), is: 1)
    },
    .init("lookUp.agreesWithDelivery") { subject, steps in
      let provider = try await subject.make()
      let delivery = subject.delivery("a", attempt: 1)
      let before = try await provider.lookUp(delivery.message.key)
      if before == .notSupported { throw NotClaimed() }
      try steps.expect("before it was sent", before, is: .notFound)
      guard case .accepted(let reference) = try await provider.deliver(delivery) else {
        throw steps.violation(expected: "the message is accepted", seen: "another answer")
      }
      let after = try await provider.lookUp(delivery.message.key)
      try steps.expect("after it was accepted", after, is: .found(reference: reference))
      let other = try await provider.lookUp(subject.delivery("b", attempt: 1).message.key)
      try steps.expect("under another key", other, is: .notFound)
    },
  ]
}

/// A host's provider, and how to see what it did.
public struct MessageProviderUnderTest: Sendable {
  let make: @Sendable () async throws -> any MessageProvider
  let losing: (@Sendable () async throws -> any MessageProvider)?
  let effects: @Sendable (any MessageProvider) async throws -> Int

  /// A provider and its effects.
  ///
  /// - Parameters:
  ///   - make: Makes a provider in front of an external system that has nothing yet, and accepts everything.
  ///   - losing: Makes one in front of a system that takes the first message and loses its answer, and answers from then
  ///     on; `nil` where that cannot be arranged, and its check answers `notClaimed`.
  ///   - effects: How many replicas the external system has now.
  public init(
    make: @escaping @Sendable () async throws -> any MessageProvider,
    losing: (@Sendable () async throws -> any MessageProvider)? = nil,
    effects: @escaping @Sendable (any MessageProvider) async throws -> Int
  ) {
    self.make = make
    self.losing = losing
    self.effects = effects
  }

  func delivery(_ name: String, attempt: Int) -> MessageDelivery {
    let message = OfferMessage(
      key: .derive("contract message", name),
      provider: "wallet",
      customer: "ada",
      campaign: "to-wallet",
      variant: name,
      issuedOffer: .derive("contract issued", name),
      replica: "TEN",
      payload: Array("{\"of\":\"\(name)\"}".utf8),
      createdAt: Date(timeIntervalSince1970: 1_767_225_600),
      cause: .issuance(.derive("contract issued", name))
    )
    return MessageDelivery(message: message, attempt: attempt, deadline: .distantFuture)
  }
}
