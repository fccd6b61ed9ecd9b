public import Foundation

/// What a message says: named data points over the customer, what was heard and the offer.
///
/// ```swift
/// let walletCard = MessageVariant<Shopper>("card") {
///   DataPoint("firstName") { $0.customer.firstName }
///   DataPoint("offer") { $0.replica }
///   DataPoint("validUntil", required: false) { $0.issuedOffer?.expiresAt }
/// }
/// ```
///
/// Only what is listed can leave. The payload is encoded once, when the
/// decision is made, and sent with the same bytes on every attempt: a JSON
/// object with its keys in order.
public struct MessageVariant<Customer: Sendable>: Sendable {
  /// The variant's name, recorded on the message.
  public let name: String
  // In the order of their names, which is the order of the payload's keys.
  package let dataPoints: [DataPoint<Customer>]
  /// For whom of those that its campaign is for; `nil` for all of them.
  var audience: Rule<Customer>?

  /// A variant.
  ///
  /// - Parameters:
  ///   - name: The variant's name.
  ///   - dataPoints: What it says. A name that is given twice is a fault when the bridge is made.
  public init(_ name: String, @DataPointBuilder<Customer> _ dataPoints: () -> [DataPoint<Customer>]) {
    self.name = name
    self.dataPoints = dataPoints().sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// The payload, or the first required data point that has no value.
  package func payload(in context: MessageContext<Customer>) throws(MissingDataPoint) -> MessagePayload {
    var languages: [String: String] = [:]
    var json = CanonicalJSON()
    json.beginObject()
    for point in dataPoints {
      if let text = point.localised?(context) {
        json.member(point.name, .text(text.text))
        languages[point.name] = text.language
        continue
      }
      guard let value = point.read(context), value.isRepresentable else {
        if point.isRequired { throw MissingDataPoint(name: point.name) }
        continue
      }
      json.member(point.name, value)
    }
    json.endObject()
    return MessagePayload(bytes: json.bytes, languages: languages)
  }

  /// The texts that it says in one of several languages, by data point.
  func localisedTexts(in context: MessageContext<Customer>) -> [(dataPoint: String, text: LocalisedText)] {
    dataPoints.compactMap { point in point.localised.map { (point.name, $0(context)) } }
  }
}

/// What a message says, encoded, with the language of each text that is said in one of several.
package struct MessagePayload: Sendable, Hashable {
  package let bytes: [UInt8]
  package let languages: [String: String]
}

package struct MissingDataPoint: Error {
  package let name: String
}

/// One named value of a message.
public struct DataPoint<Customer: Sendable>: Sendable {
  /// The key in the payload.
  public let name: String
  /// Whether the message is withheld when there is no value.
  public let isRequired: Bool
  @usableFromInline let read: @Sendable (MessageContext<Customer>) -> AttributeValue?
  @usableFromInline let localised: (@Sendable (MessageContext<Customer>) -> LocalisedText)?
  @usableFromInline let text: Localised?

  // Inlinable, so that the host's compiler sees the value's type: asking for it at run time cost some 500
  // instructions a data point.
  /// A data point.
  ///
  /// - Parameters:
  ///   - name: The key in the payload.
  ///   - required: Whether nothing is sent without a value; the decision then names the data point. True by default.
  ///   - value: The value, or `nil`. A number that is not finite, and a moment outside the years 1 to 9999,
  ///     count as none.
  @inlinable
  public init(
    _ name: String,
    required: Bool = true,
    _ value: @escaping @Sendable (MessageContext<Customer>) -> (some AttributeConvertible)?
  ) {
    self.name = name
    isRequired = required
    read = { value($0)?.attributeValue }
    localised = nil
    text = nil
  }

  /// A data point that says a text in the customer's language, or the nearest that there is.
  ///
  /// ```swift
  /// DataPoint("title", tenOff, in: { $0.customer.language })
  /// ```
  ///
  /// It always has a value. The language that was chosen is kept with the
  /// message, and ``CampaignDecision/messageExplanation`` says why.
  ///
  /// - Parameters:
  ///   - name: The key in the payload.
  ///   - text: The text in its languages.
  ///   - language: The customer's language: "pt-BR"; `nil`, and one that there is no text in, are given the default.
  public init(
    _ name: String,
    _ text: Localised,
    in language: @escaping @Sendable (MessageContext<Customer>) -> String?
  ) {
    self.name = name
    isRequired = true
    read = { _ in nil }
    localised = { text.text(for: language($0)) }
    self.text = text
  }
}

/// Gathers the data points of a variant.
@resultBuilder
public enum DataPointBuilder<Customer: Sendable> {
  /// A data point on its own line.
  public static func buildExpression(_ point: DataPoint<Customer>) -> [DataPoint<Customer>] { [point] }
  /// The lines of one block.
  public static func buildBlock(_ points: [DataPoint<Customer>]...) -> [DataPoint<Customer>] {
    points.flatMap(\.self)
  }
  /// An `if` without `else`.
  public static func buildOptional(_ points: [DataPoint<Customer>]?) -> [DataPoint<Customer>] { points ?? [] }
  /// The branch of an `if`.
  public static func buildEither(first points: [DataPoint<Customer>]) -> [DataPoint<Customer>] { points }
  /// The branch of an `else`.
  public static func buildEither(second points: [DataPoint<Customer>]) -> [DataPoint<Customer>] { points }
  /// The rounds of a `for`.
  public static func buildArray(_ rounds: [[DataPoint<Customer>]]) -> [DataPoint<Customer>] {
    rounds.flatMap(\.self)
  }
}

/// What a data point may look at.
public struct MessageContext<Customer: Sendable>: Sendable {
  let rule: RuleContext<Customer>
  /// The provider that will be sent to.
  public let provider: ProviderID

  package init(rule: RuleContext<Customer>, provider: ProviderID) {
    self.rule = rule
    self.provider = provider
  }

  /// The customer's profile.
  public var customer: Customer { rule.customer }
  /// Who the customer is.
  public var customerID: CustomerID { rule.customerID }
  /// What was heard.
  public var event: HeardEvent { rule.event }
  /// What the journey began with.
  public var origin: HeardEvent { rule.origin }
  /// The issued offer that the message is about, or `nil` when it is about none.
  public var issuedOffer: IssuedOffer? { rule.issuedOffer }
  /// Which offer the message is about, or `nil` when it is about none.
  public var offer: OfferID? { issuedOffer?.offer }
  /// What the issued offer is worth, or `nil` where that is unknown.
  public var faceValue: Money? { issuedOffer?.faceValue }
  /// The first moment at which the issued offer is over, or `nil` when it does not end.
  public var expiresAt: Date? { issuedOffer?.expiresAt }
  /// The issued offer's unique code, or `nil` when it has none.
  public var code: OfferCode? { issuedOffer?.code }
  /// The offer's name at the provider, or `nil` when the message is about none.
  public var replica: ReplicaName? { issuedOffer?.replica(at: provider)?.name }
  /// The ledger's time of the decision.
  public var now: Date { rule.now }
}

extension AttributeValue {
  /// Whether JSON has a form for it.
  fileprivate var isRepresentable: Bool {
    switch self {
    case .number(let number): number.isFinite
    case .moment(let moment): moment.isUsable
    case .list(let lines): lines.allSatisfy { $0.allSatisfy(\.value.isRepresentable) }
    default: true
    }
  }
}
