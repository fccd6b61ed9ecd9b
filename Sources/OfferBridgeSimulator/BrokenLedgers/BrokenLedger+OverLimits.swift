import OfferBridgeKit
import OfferBridgeTesting

extension BrokenLedger {
  static let overLimits: [BrokenLedger] = [
    .init("what is honoured beyond a limit is not told", caughtBy: "commit.honoursBeyondTheLimit") {
      bent,
      _ in
      bent.commit = { inner, plans in
        try await inner.commit(plans).map { answer in
          guard case .committed(let nodes) = answer else { return answer }
          return .committed(
            nodes.map { node in
              if case .writtenOver = node { .written } else { node }
            }
          )
        }
      }
    },
    .init("each use beyond a limit is told by itself", caughtBy: "commit.honoursBeyondTheLimit") { bent, _ in
      bent.commit = { inner, plans in
        try await inner.commit(plans).map { answer in
          guard case .committed(let nodes) = answer else { return answer }
          return .committed(
            nodes.map { node in
              guard case .writtenOver(let excesses) = node else { return node }
              return .writtenOver(excesses.map { LimitExcess($0.limit, amount: 1) })
            }
          )
        }
      }
    },
  ]
}
