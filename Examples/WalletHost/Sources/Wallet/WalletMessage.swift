import Foundation
import StandardWebhooks

/// What a host asks for: the envelope's type says whether to issue or to recall, its subject for which issued offer.
struct WalletMessage: Decodable, Sendable {
  enum Kind: Sendable { case issue, recall }

  let kind: Kind
  let issued: String
  let member: String
  let offer: String
  let title: String

  private enum Members: String, CodingKey { case type, subject, data }
  private struct Card: Decodable {
    let member: String
    let offer: String
    let title: String?
  }

  init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: Members.self)
    let type = try members.decode(String.self, forKey: .type)
    switch type.split(separator: ".").last {
    case "issue": kind = .issue
    case "recall": kind = .recall
    default:
      throw DecodingError.dataCorruptedError(
        forKey: .type,
        in: members,
        debugDescription: "neither issue nor recall"
      )
    }
    issued = try members.decode(String.self, forKey: .subject)
    let card = try members.decode(Card.self, forKey: .data)
    member = card.member
    offer = card.offer
    title = card.title ?? card.offer
  }
}

/// What the wallet reports, and what a line of its statement is.
struct WalletNotice: Codable, Sendable, Hashable {
  enum Kind: String, Codable, Sendable { case redemption, reversal }
  struct Amount: Codable, Sendable, Hashable {
    let minorUnits: Int64
    let currency: String
  }

  let id: String
  let kind: Kind
  let card: String?
  let member: String?
  let amount: Amount?
  /// The redemption that is undone.
  let of: String?
  /// Milliseconds since 1970.
  let at: Int64
}

/// What a customer sees.
struct WalletCard: Codable, Sendable, Hashable {
  let card: String
  let offer: String
  let title: String
  let isLive: Bool
}

/// How much there is of what.
struct WalletCounts: Codable, Sendable, Hashable {
  let cards: Int
  /// How many cards there are besides one for each issued offer.
  let doubledCards: Int
  let messages: Int
  let redemptions: Int
  let reversals: Int
  /// What the host has not taken yet.
  let unreported: Int
}
