import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import OfferBridgeKit
import StandardWebhooks

// What the support desk asks, as JSON; the desk's page asks the same.
extension ShopHost {
  private struct Seen: Encodable {
    struct Offer: Encodable {
      let id: String
      let offer: String
      let issuedAt: Date
      let redeemed: Int
      let replicas: [String: String]
    }

    let customer: String
    let offers: [Offer]
    let trail: [String]
    let why: [String: String]
  }

  func customer(_ id: CustomerID, _ request: Request) async throws -> Response {
    try await answering {
      let offers = try await bridge.issuedOffers(of: id)
      return Answer.json(
        .ok,
        Seen(
          customer: id.rawValue,
          offers: offers.map { offer in
            .init(
              id: offer.id.description,
              offer: offer.offer.rawValue,
              issuedAt: offer.issuedAt,
              redeemed: offer.redeemed.count,
              replicas: Dictionary(
                offer.replicas.map { ($0.provider.rawValue, "\($0.state)") },
                uniquingKeysWith: { first, _ in first }
              )
            )
          },
          trail: try await bridge.journey(of: id).description.split(separator: "\n").map(String.init),
          why: try await why(id, DeskQuestion(request)).reduce(into: [:]) { $0[$1.campaign] = $1.tree }
        )
      )
    }
  }

  /// What the action is called that the desk asks about: no real one is, for its decision would be told instead.
  static let deskQuestionID = "desk-question"

  /// Why each campaign that hears an action would do what it would, now; nothing is written.
  func why(_ customer: CustomerID, _ question: DeskQuestion) async throws -> [(
    campaign: String, tree: String
  )] {
    let action = CustomerAction(
      question.action,
      id: Self.deskQuestionID,
      by: customer,
      at: Date(),
      Attributes(question.channel.isEmpty ? [:] : ["channel": .text(question.channel)])
    )
    return try await rehearsals.dryRun(of: action).decisions.considered.map {
      ($0.campaign.rawValue, "\($0)\n\($0.explanation)")
    }
  }

  // MARK: - Dead letters

  private struct DeadLetter: Encodable {
    let key: String
    let customer: String
    let provider: String
    let state: String
    let attempts: Int
    let lastFailure: String?
  }

  func deadLetters() async throws -> Response {
    try await answering {
      let records =
        try await bridge.page(.messagesIn(.buried)).messages + bridge.page(.messagesIn(.rejected)).messages
      return Answer.json(
        .ok,
        records.map { record in
          DeadLetter(
            key: record.message.key.description,
            customer: record.message.customer.rawValue,
            provider: record.message.provider.rawValue,
            state: record.state.name.rawValue,
            attempts: record.attempts,
            lastFailure: record.lastFailure
          )
        }
      )
    }
  }

  private struct Redriving: Decodable {
    let reason: String
    /// Whether under a new key, so that the wallet takes it for another message.
    let isNew: Bool?
  }

  func redriven(_ text: String, _ request: Request) async throws -> Response {
    guard let key = DerivedKey(text) else { return Answer.refused(.notFound, "no such message") }
    let wish = try await Body.decoded(Redriving.self, request)
    return try await answering {
      let mode: MessageRedrive.Mode = wish.isNew == true ? .newGeneration : .sameKey
      let answer = try await bridge.redrive(key, mode: mode, reason: wish.reason)
      signal.wake()
      switch answer {
      case .redriven: return Answer.json(.ok, ["answer": "\(answer)"])
      case .unknownMessage: return Answer.refused(.notFound, "no such message")
      default: return Answer.refused(.conflict, "\(answer)")
      }
    }
  }

  // MARK: - Statements

  private struct Compared: Encodable {
    let lines: Int
    let agreed: Int
    let discrepancies: [String: Int]
    let nothingMatched: Bool
    let report: String
  }

  /// Compares a statement, a line of JSON for each redemption, while it comes in.
  func compared(_ request: Request) async throws -> Response {
    try await answering { try await comparison(request) }
  }

  private func comparison(_ request: Request) async throws -> Response {
    var report = StatementReport()
    do {
      for try await finding in bridge.reconcile(
        statement: StatementUpload(body: request.body),
        from: "wallet"
      ) {
        report.add(finding)
      }
    } catch let fault as StatementUpload.Fault {
      return Answer.refused(.unprocessableContent, "\(fault)")
    }
    let totals = report.totals
    return Answer.json(
      .ok,
      Compared(
        lines: totals?.lines ?? 0,
        agreed: totals?.agreed ?? 0,
        discrepancies: (totals?.found ?? [:]).reduce(into: [:]) { $0[$1.key.rawValue] = $1.value },
        nothingMatched: totals?.nothingMatched != nil,
        report: report.description
      )
    )
  }
}

/// What the desk asks about a customer.
struct DeskQuestion: Sendable {
  let action: String
  let channel: String

  init(_ request: Request) {
    action = request.uri.queryParameters["action"].map(String.init) ?? "app_opened"
    channel = request.uri.queryParameters["channel"].map(String.init) ?? ""
  }
}
