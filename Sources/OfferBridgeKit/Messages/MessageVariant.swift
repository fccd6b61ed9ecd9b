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
  package let repeatedNames: [String]

  /// A variant.
  ///
  /// - Parameters:
  ///   - name: The variant's name.
  ///   - dataPoints: What it says. A name that is given twice is a fault when the bridge is made.
  public init(_ name: String, @DataPointBuilder<Customer> _ dataPoints: () -> [DataPoint<Customer>]) {
    self.name = name
    self.dataPoints = dataPoints().sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    repeatedNames = zip(self.dataPoints, self.dataPoints.dropFirst()).filter { $0.name == $1.name }.map(
      \.0.name
    )
  }

  /// The payload's bytes, or the first required data point that has no value.
  package func payload(in context: MessageContext<Customer>) throws(MissingDataPoint) -> [UInt8] {
    var json = CanonicalJSON()
    json.beginObject()
    for point in dataPoints {
      guard let value = point.read(context), value.isRepresentable else {
        if point.isRequired { throw MissingDataPoint(name: point.name) }
        continue
      }
      json.member(point.name, value)
    }
    json.endObject()
    return json.bytes
  }
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

  // Inlinable, so that the host's compiler sees the value's type: asking for it at run time cost some 500
  // instructions a data point.
  /// A data point.
  ///
  /// - Parameters:
  ///   - name: The key in the payload.
  ///   - required: Whether nothing is sent without a value; the decision then names the data point. True by default.
  ///   - value: The value, or `nil`. A number that is not finite counts as none.
  @inlinable
  public init(
    _ name: String,
    required: Bool = true,
    _ value: @escaping @Sendable (MessageContext<Customer>) -> (some AttributeConvertible)?
  ) {
    self.name = name
    isRequired = required
    read = { value($0)?.attributeValue }
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
    case .list(let lines): lines.allSatisfy { $0.allSatisfy(\.value.isRepresentable) }
    default: true
    }
  }
}
