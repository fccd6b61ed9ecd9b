/// An amount in whole minor units of one currency: cents, øre, yen.
///
/// The library never converts between currencies: an amount comes from the
/// external system, and is compared, summed and split as it is.
///
/// ```swift
/// let tenEuros = Money(minorUnits: 1000, currency: "EUR")
/// ```
public struct Money: Sendable, Hashable, Codable, CustomStringConvertible {
  /// How many minor units; what a redemption carries is 0 or more.
  public let minorUnits: Int64
  /// The currency's code, compared as it is written; ISO 4217 is usual.
  public let currency: String

  /// An amount.
  ///
  /// - Parameters:
  ///   - minorUnits: How many of the currency's smallest unit.
  ///   - currency: The currency's code, as ISO 4217 writes it.
  public init(minorUnits: Int64, currency: String) {
    self.minorUnits = minorUnits
    self.currency = currency
  }

  /// The units and the currency: `1000 EUR minor units`.
  public var description: String { "\(minorUnits) \(currency) minor units" }
}
