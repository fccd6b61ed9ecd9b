import OfferBridgeKit

/// The names of what may be answered, for a run that never saw one is blind to it.
enum SimulatedAnswer {
  /// All that a simulation is to see.
  static let all: [String] =
    names("commit", ["committed", "stale", "conflict"])
    + names(
      "node",
      ["written", "replayed", "refused", "parentNotWritten", "outranked", "offerClosed", "writtenOver"]
    )
    + names("claim", ["some", "none"])
    + names("extend", ["extended", "alreadySettled", "lostLease"])
    + names("settle", ["settled", "alreadySettled", "lostLease"])
    + names("outcome", ["accepted", "rejected", "retry", "buried", "released", "releasedUnhanded"])
    + names(
      "redrive",
      ["redriven", "alreadyOpen", "superseded", "refused", "offerClosed", "unknownMessage"]
    )
    + names("close", ["closed", "alreadyClosed", "notOver", "usedUp", "unknownOffer"])
    + names("merge", ["merged", "exceeded", "alreadyMerged", "circle"])
    + names("forget", ["forgotten", "unknownCustomer"])
    + names("ends", ["some", "none", "warned"])
    + names("match", ["applied", "discrepant", "parked", "duplicate", "conflict"])
    + names("discrepant", RedemptionDiscrepancy.allCases.map(\.rawValue))
    + names("parked", ParkedReason.allCases.map(\.rawValue))
    + names("message", MessageState.Name.allCases.map(\.rawValue))
    + names("replica", ["notSent", "pending", "accepted", "rejected", "unknown", "recalled"])
    + names("offer", IssuedOffer.Status.allCases.map(\.rawValue))
    + names(
      "delivery",
      ["accepted", "acceptedWithoutReference", "rejected", "retry", "taken", "unknown", "thrown"]
    )
    + names("lookUp", ["found", "taken", "rejected", "notFound", "retry", "notSupported", "thrown"])
    + names(
      "decision",
      [
        "issued", "queued", "raised", "limitReached", "offerClosed", "heldOut", "missingDataPoint",
        "outranked",
        "conflict", "notMet", "notEvaluable", "notRunning", "parentNotWritten",
      ]
    )

  private static func names(_ call: String, _ answers: [String]) -> [String] {
    answers.map { "\(call).\($0)" }
  }
}

extension CommitAnswer {
  var name: String {
    switch self {
    case .committed: "commit.committed"
    case .stale: "commit.stale"
    case .conflict: "commit.conflict"
    }
  }
}

extension NodeAnswer {
  var name: String {
    switch self {
    case .written: "node.written"
    case .writtenOver: "node.writtenOver"
    case .replayed: "node.replayed"
    case .refused: "node.refused"
    case .parentNotWritten: "node.parentNotWritten"
    case .outranked: "node.outranked"
    case .offerClosed: "node.offerClosed"
    }
  }
}

extension ExtendAnswer {
  var name: String {
    switch self {
    case .extended: "extend.extended"
    case .alreadySettled: "extend.alreadySettled"
    case .lostLease: "extend.lostLease"
    }
  }
}

extension SettleAnswer {
  var name: String {
    switch self {
    case .settled: "settle.settled"
    case .alreadySettled: "settle.alreadySettled"
    case .lostLease: "settle.lostLease"
    }
  }
}

extension Settlement.Outcome {
  var name: String {
    switch self {
    case .accepted: "outcome.accepted"
    case .rejected: "outcome.rejected"
    case .retry: "outcome.retry"
    case .buried: "outcome.buried"
    case .released(let wasHanded): wasHanded ? "outcome.released" : "outcome.releasedUnhanded"
    }
  }
}

extension RedriveAnswer {
  var name: String {
    switch self {
    case .redriven: "redrive.redriven"
    case .alreadyOpen: "redrive.alreadyOpen"
    case .superseded: "redrive.superseded"
    case .refused: "redrive.refused"
    case .offerClosed: "redrive.offerClosed"
    case .unknownMessage: "redrive.unknownMessage"
    }
  }
}

extension CloseAnswer {
  var name: String {
    switch self {
    case .closed: "close.closed"
    case .alreadyClosed: "close.alreadyClosed"
    case .notOver: "close.notOver"
    case .usedUp: "close.usedUp"
    case .unknownOffer: "close.unknownOffer"
    }
  }
}

extension RedemptionMatch {
  var name: String {
    switch self {
    case .applied: "match.applied"
    case .discrepant: "match.discrepant"
    case .parked: "match.parked"
    case .duplicate: "match.duplicate"
    case .conflict: "match.conflict"
    }
  }

  /// The names of its reasons.
  var reasons: [String] {
    switch self {
    case .discrepant(let reasons, _): reasons.map { "discrepant.\($0.rawValue)" }
    case .parked(let reason): ["parked.\(reason.rawValue)"]
    case .applied, .duplicate, .conflict: []
    }
  }
}

extension Replica.State {
  var name: String {
    switch self {
    case .notSent: "replica.notSent"
    case .pending: "replica.pending"
    case .accepted: "replica.accepted"
    case .rejected: "replica.rejected"
    case .unknown: "replica.unknown"
    case .recalled: "replica.recalled"
    }
  }
}

extension CampaignDecision.Outcome {
  var name: String {
    switch self {
    case .issued: "decision.issued"
    case .queued: "decision.queued"
    case .raised: "decision.raised"
    case .limitReached: "decision.limitReached"
    case .limitUnmeasurable: "decision.limitUnmeasurable"
    case .offerClosed: "decision.offerClosed"
    case .heldOut: "decision.heldOut"
    case .offerUnknown: "decision.offerUnknown"
    case .codesExhausted: "decision.codesExhausted"
    case .codePoolUnknown: "decision.codePoolUnknown"
    case .missingDataPoint: "decision.missingDataPoint"
    case .outranked: "decision.outranked"
    case .alreadyPlanned: "decision.alreadyPlanned"
    case .parentNotWritten: "decision.parentNotWritten"
    case .chainTooDeep: "decision.chainTooDeep"
    case .conflict: "decision.conflict"
    case .notMet: "decision.notMet"
    case .notEvaluable: "decision.notEvaluable"
    case .notRunning: "decision.notRunning"
    }
  }
}
