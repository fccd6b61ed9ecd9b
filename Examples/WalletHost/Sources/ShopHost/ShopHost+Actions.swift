import Foundation
import GRDB
import HTTPTypes
import Hummingbird
import Logging
import OfferBridgeKit

// What the app reports.
extension ShopHost {
  private struct Reported: Decodable {
    let name: String
    let id: String
    let customer: String
    /// When it happened, as whoever reports it has it: an action that is told again must say the same.
    let at: Date
    let attributes: [String: String]?
  }

  private struct Decided: Encodable {
    struct Decision: Encodable {
      let campaign: String
      let outcome: String
      let issuedOffer: String?
      let isReplay: Bool
    }

    let decisions: [Decision]
  }

  func acted(_ request: Request) async throws -> Response {
    let reported = try await Body.decoded(Reported.self, request)
    guard reported.id != Self.deskQuestionID else {
      return Answer.refused(.unprocessableContent, "the desk asks under that id; give the action another")
    }
    let action = CustomerAction(
      reported.name,
      id: reported.id,
      by: CustomerID(rawValue: reported.customer),
      at: reported.at,
      Attributes((reported.attributes ?? [:]).mapValues { .text($0) })
    )
    return try await answering {
      guard let decisions = try await decided(action) else {
        return Answer.refused(.notFound, "no such customer")
      }
      signal.wake()
      return Answer.json(
        .ok,
        Decided(
          decisions: decisions.map {
            .init(
              campaign: $0.campaign.rawValue,
              outcome: "\($0)",
              issuedOffer: $0.issuedOffer?.id.description,
              isReplay: $0.isReplay
            )
          }
        )
      )
    }
  }

  /// Decides on an action, then keeps it: one whose decision fails is kept when it is reported again.
  ///
  /// - Returns: What was decided, or `nil` where its customer is not there, or was forgotten meanwhile.
  private func decided(_ action: CustomerAction) async throws -> Decisions? {
    guard let number = try await store.beginDecision(for: action.customer, at: Date()) else { return nil }
    do {
      let decisions = try await bridge.respond(to: action)
      return try await store.record(action, ending: number) ? decisions : nil
    } catch {
      // What a ledger was given that failed, it may write yet: such a decision is under way until it cannot any more.
      if (error as? OfferBridgeError)?.code != .ledgerFailed { await store.endDecision(number) }
      throw error
    }
  }

  func saved(_ request: Request, _ customer: CustomerID) async throws -> Response {
    let shopper = try await Body.decoded(Shopper.self, request)
    guard (1...256).contains(customer.rawValue.utf8.count) else {
      return Answer.refused(.unprocessableContent, "a customer's id has 1 to 256 bytes")
    }
    guard shopper.firstName.unicodeScalars.count <= 200 else {
      return Answer.refused(.unprocessableContent, "a first name has 200 characters at most")
    }
    return try await answering {
      guard try await store.save(shopper, as: customer) else {
        return Answer.refused(.conflict, "the customer is being forgotten; ask for that again first")
      }
      return Answer.json(.ok, shopper)
    }
  }

  /// Answers what the bridge and the shop's own file throw by whose fault it is.
  func answering(_ body: () async throws -> Response) async throws -> Response {
    do {
      return try await body()
    } catch let error as OfferBridgeError {
      logger.notice("refused", metadata: ["error": "\(error)"])
      switch error.code {
      case .customerUnknown: return Answer.refused(.notFound, "\(error)")
      case .identifierInvalid, .momentInvalid, .amountInvalid, .linesInvalid, .sourceMissing, .reasonInvalid,
        .hostEventUndeclared, .campaignNotScheduled:
        return Answer.refused(.unprocessableContent, "\(error)")
      default: return Answer.refused(.serviceUnavailable, "\(error)")
      }
    } catch let error as DatabaseError {
      logger.error("the shop's file failed", metadata: ["code": "\(error.resultCode)"])
      return Answer.refused(.serviceUnavailable, "The shop's file failed. Ask again.")
    }
  }
}
