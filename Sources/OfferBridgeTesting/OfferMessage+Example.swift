public import Foundation
public import OfferBridgeKit

extension OfferMessage {
  /// A message in a line, for a unit test of a provider; no bridge is needed.
  ///
  /// ```swift
  /// let answer = try await wallet.deliver(.example(.example("card", to: "ben")))
  /// ```
  ///
  /// Two with the same name are one message, under one key.
  ///
  /// - Parameters:
  ///   - name: What its key and its issued offer's id are derived from; "message" by default.
  ///   - customer: Whom it is about; "ada" by default.
  ///   - payload: What it says; a small JSON object by default.
  ///   - provider: Through whom it is delivered; "wallet" by default.
  ///   - replica: The offer's name there; "TEN" by default.
  ///   - purpose: What it asks of the external system; to issue, by default.
  ///   - createdAt: When it was decided; 1 January 2026, midnight UTC, by default.
  /// - Returns: A message of the first generation, sent by a campaign "to-wallet" in its variant "card".
  public static func example(
    _ name: String = "message",
    to customer: CustomerID = "ada",
    payload: String = #"{"offer":"TEN"}"#,
    provider: ProviderID = "wallet",
    replica: ReplicaName? = "TEN",
    purpose: Purpose = .issue,
    createdAt: Date = Date(timeIntervalSince1970: 1_767_225_600)
  ) -> OfferMessage {
    OfferMessage(
      key: .derive("example message", name),
      provider: provider,
      customer: customer,
      campaign: "to-wallet",
      variant: "card",
      issuedOffer: .derive("example issued offer", name),
      replica: replica,
      payload: Array(payload.utf8),
      createdAt: createdAt,
      cause: .issuance(.derive("example issued offer", name)),
      purpose: purpose
    )
  }
}

extension MessageDelivery {
  /// An attempt in a line, whose lease does not end.
  ///
  /// - Parameters:
  ///   - message: The message; ``OfferMessage/example(_:to:payload:provider:replica:purpose:createdAt:)`` by default.
  ///   - attempt: Which attempt it is; the first by default.
  /// - Returns: The attempt.
  public static func example(_ message: OfferMessage = .example(), attempt: Int = 1) -> MessageDelivery {
    MessageDelivery(message: message, attempt: attempt, deadline: .distantFuture)
  }
}
