package import OfferBridgeKit

/// How a payload is sent: as it is, or in an envelope that says what it is.
public enum WebhookFormat: Sendable, Hashable {
  /// The payload's bytes as they are.
  case plain
  /// A CloudEvents 1.0 envelope in its JSON form, around the payload's bytes as they are.
  ///
  /// `source` names the host, such as "/shop/main". `type` is `TYPE.issue` or
  /// `TYPE.recall`, `id` the message's key, `subject` the issued offer, `time`
  /// the moment of the decision: the envelope is the same on every attempt.
  ///
  /// Source: CloudEvents 1.0.2, "JSON event format".
  case cloudEvents(source: String, type: String)

  package func contentType(of message: OfferMessage) -> String {
    switch self {
    case .plain: message.contentType
    case .cloudEvents: "application/cloudevents+json"
    }
  }

  package func body(of message: OfferMessage) -> [UInt8] {
    switch self {
    case .plain: message.payload
    case .cloudEvents(let source, let type): CloudEvent(message, source: source, type: type).bytes
    }
  }
}
