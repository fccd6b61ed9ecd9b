import DurableLedger
public import OfferBridgeKit

extension PostgresOfferLedger: RehearsingLedger {
  /// Answers a plan as a commit would, in a transaction that is undone: the tenant's other steps wait for it meanwhile.
  public func rehearse(_ plan: JourneyPlan) async throws -> CommitAnswer {
    try await database.steps(.commit, [plan.tenant: StepNames(of: [plan])], rehearsedAt: plan.plannedAt) {
      steps in
      guard let step = steps[plan.tenant] else { throw CancellationError() }
      return try step.commit(plan)
    }
  }
}
