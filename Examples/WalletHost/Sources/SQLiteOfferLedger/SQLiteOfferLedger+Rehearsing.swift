import DurableLedger
import GRDB
public import OfferBridgeKit

extension SQLiteOfferLedger: RehearsingLedger {
  /// Answers a plan as a commit would, in a transaction that is undone: other steps wait for it meanwhile.
  public func rehearse(_ plan: JourneyPlan) async throws -> CommitAnswer {
    try await transaction(ending: .rollback) { [terms] db, _ in
      let rows = SQLiteRows(db, of: plan.tenant, terms.memory)
      let step = LedgerStep(.commit, of: plan.tenant, on: rows, at: plan.plannedAt.milliseconds, terms)
      let answer = try step.commit(plan)
      try step.finish()
      return answer
    }
  }
}
