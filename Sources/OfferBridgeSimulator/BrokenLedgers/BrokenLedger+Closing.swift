import Foundation
import OfferBridgeKit
import OfferBridgeTesting

// What a closing ends, asks back and counts anew.
extension BrokenLedger {
  private static let check = "reconcile.afterCloseIsReported"

  static let closing: [BrokenLedger] = [
    .init("a closing does not fold anew", caughtBy: check) { bent, _ in
      let said = Aside<[ExternalEventID: RedemptionMatch]>([:])
      bent.reconcile = { inner, call in
        let answers = try await inner.reconcile(call.0, tenant: call.1)
        said.with { said in for (event, answer) in zip(call.0, answers) { said[event.id] = answer } }
        return answers
      }
      bent.match = { inner, call in said.with { $0[call.0] } }
    },
    .init("what is closed is tried again", caughtBy: check) { bent, _ in
      bent.tellMessages { message, _ in
        message.state == .withdrawn && message.lastFailure == "busy"
          ? message.with(state: .waiting(due: message.message.createdAt)) : message
      }
    },
    .init("what is withdrawn is accepted by a late proof", caughtBy: check) { bent, _ in
      bent.tellMessages { message, record in
        message.state == .withdrawn && record.issuedOffer.replicas[0].isAccepted
          ? message.with(state: .accepted(nil)) : message
      }
    },
    .init("everything is asked back", caughtBy: check) { bent, _ in
      let recalls = Aside<[IssuedOffer.ID: OfferMessage]>([:])
      bent.close = { inner, call in
        recalls.with { recalls in
          for recall in call.0.recalls { recalls[call.0.issuedOffer] = recall }
        }
        return try await inner.close(call.0, tenant: call.1)
      }
      bent.tell { record in
        guard let recall = recalls.with({ $0[record.issuedOffer.id] }),
          !record.messages.contains(where: { $0.message.key == recall.key })
        else { return record }
        let more = MessageRecord(
          message: recall,
          state: .waiting(due: recall.createdAt),
          attempts: 0,
          lastFailure: nil,
          redrives: [],
          nextGeneration: nil
        )
        return record.with(messages: record.messages + [more])
      }
    },
    .init("what a worker holds is not asked back", caughtBy: check) { bent, _ in
      askBack(&bent) { record in !record.messages.contains { $0.state.name == .leased } }
    },
    .init("a repeat of a closing asks nothing back", caughtBy: check) { bent, _ in
      askBack(&bent) { record in record.issuedOffer.closure == nil }
    },
    .init("a recall that is accepted is an acceptance", caughtBy: check) { bent, _ in
      bent.tellReplicas { state, _ in state == .recalled ? .accepted(nil) : state }
    },
    .init("the reference of a recall is learnt", caughtBy: check) { bent, _ in
      let learnt = references(&bent)
      bent.reconcile = { inner, call in
        let answers = try await inner.reconcile(call.0, tenant: call.1)
        return zip(call.0, answers).map { event, answer in
          guard case .redemption(.replica(let reference), _, _) = event.content else { return answer }
          return learnt.with { $0[reference] }.map { .applied(to: $0) } ?? answer
        }
      }
    },
  ]

  /// Asks nothing back but where that holds before the closing.
  private static func askBack(
    _ bent: inout BentLedger,
    where isAsked: @escaping @Sendable (IssuedOfferRecord) -> Bool
  ) {
    bent.close = { inner, call in
      let record = try await inner.record(of: call.0.issuedOffer, tenant: call.1)
      let closing = OfferClosing(
        call.0.issuedOffer,
        as: call.0.kind,
        reason: call.0.reason,
        limitUses: call.0.limitUses,
        recalls: record.map(isAsked) ?? false ? call.0.recalls : []
      )
      return try await inner.close(closing, tenant: call.1)
    }
  }
}
