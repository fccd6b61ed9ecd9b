import Foundation
import OfferBridgeKit
import OfferBridgeTesting

extension BrokenLedger {
  static let ends: [BrokenLedger] = [
    .init("nothing is ever expiring", caughtBy: "page.expiringAndToBeRecalled") { bent, _ in
      bent.page = { inner, query in
        if case .expiring = query.listing { return LedgerPage(entries: [], next: nil) }
        return try await inner.page(query)
      }
    },
    .init(
      "what ends is to be recalled whether its offer asks or not",
      caughtBy: "page.expiringAndToBeRecalled"
    ) {
      bent,
      _ in
      bent.page = { inner, query in
        guard case .toBeRecalled(let moment) = query.listing else { return try await inner.page(query) }
        // What is near its end at the last moment before is over now.
        let before = Date(milliseconds: moment.milliseconds - 1)
        return try await inner.page(
          PageQuery(
            tenant: query.tenant,
            listing: .expiring(at: before),
            after: query.after,
            limit: query.limit
          )
        )
      }
    },
  ]
}
