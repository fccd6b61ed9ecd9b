import Foundation
import OfferBridgeKit

// What is kept is right, and what is told of it is wrong.
extension BentLedger {
  /// Tells something else of an issued offer.
  mutating func tell(_ change: @escaping @Sendable (IssuedOfferRecord) -> IssuedOfferRecord) {
    record = { inner, call in try await inner.record(of: call.0, tenant: call.1).map(change) }
  }

  /// Tells something else of where replicas stand.
  mutating func tellReplicas(
    _ change: @escaping @Sendable (Replica.State, IssuedOfferRecord) -> Replica.State
  ) {
    tell { record in
      var issued = record.issuedOffer
      for index in issued.replicas.indices {
        issued.replicas[index].state = change(issued.replicas[index].state, record)
      }
      return record.with(issuedOffer: issued)
    }
  }

  /// Tells something else of messages.
  mutating func tellMessages(
    _ change: @escaping @Sendable (MessageRecord, IssuedOfferRecord) -> MessageRecord
  ) {
    tell { record in record.with(messages: record.messages.map { change($0, record) }) }
  }

  /// Tells the events of a customer in another order, or fewer.
  mutating func tellEvents(_ change: @escaping @Sendable ([LedgerPage.Entry]) -> [LedgerPage.Entry]) {
    page = { inner, query in
      let page = try await inner.page(query)
      guard case .events = query.listing else { return page }
      return LedgerPage(entries: change(page.entries), next: page.next)
    }
  }

  /// Lists what a source reported in another order, or less of it.
  mutating func tellReported(_ change: @escaping @Sendable ([RedemptionRecord]) -> [RedemptionRecord]) {
    page = { inner, query in
      let page = try await inner.page(query)
      guard case .reported = query.listing else { return page }
      return LedgerPage(entries: change(page.events).map { .event($0) }, next: page.next)
    }
  }
}

extension IssuedOfferRecord {
  func with(
    issuedOffer: IssuedOffer? = nil,
    messages: [MessageRecord]? = nil,
    events: [RedemptionRecord]? = nil
  ) -> IssuedOfferRecord {
    IssuedOfferRecord(
      issuedOffer: issuedOffer ?? self.issuedOffer,
      limitUses: limitUses,
      messages: messages ?? self.messages,
      events: events ?? self.events
    )
  }
}

extension MessageRecord {
  func with(state: MessageState) -> MessageRecord { with(state: state, lastFailure: lastFailure) }

  func with(lastFailure: String?) -> MessageRecord { with(state: state, lastFailure: lastFailure) }

  private func with(state: MessageState, lastFailure: String?) -> MessageRecord {
    MessageRecord(
      message: message,
      state: state,
      attempts: attempts,
      lastFailure: lastFailure,
      redrives: redrives,
      nextGeneration: nextGeneration
    )
  }
}

extension OfferLedger {
  /// Every message of all customers that stands there.
  func messages(in name: MessageState.Name, of tenant: TenantID) async throws -> [MessageRecord] {
    try await page(PageQuery(tenant: tenant, listing: .messagesIn(name), limit: .max)).messages
  }
}
