/// Keeps a share of the customers out, always the same ones, so that the effect of a campaign can be measured.
///
/// ```swift
/// Holdout(percent: 10, salt: "spring")
/// ```
///
/// A customer's bucket, from 0 up to 100, is a digest of the salt and the
/// customer's id; those below `percent` are held out. Campaigns that share a
/// salt hold out the same customers. A group of several campaigns that is named in
/// their decisions, and that some are exempt from, is a ``ControlGroup``.
///
/// It is asked last: a customer who fails another clause is not met, and only
/// one who met all the rest is decided as held out. It may stand only where
/// the whole rule is a conjunction; under ``AnyOf``, ``Not``, ``NoneOf`` or
/// ``AtLeast`` it is a fault when the bridge is made.
public struct Holdout<Customer: Sendable>: CampaignRule {
  let percent: Double
  let salt: String

  /// A holdout.
  ///
  /// - Parameters:
  ///   - percent: The share that is held out, 0 to 100, in steps of a hundredth.
  ///   - salt: The experiment's name.
  public init(percent: Double, salt: String) {
    self.percent = percent
    self.salt = salt
  }

  /// The holdout as a rule.
  public var rule: Rule<Customer> { Rule(.holdout(percent: percent, salt: salt)) }
  /// The holdout as a rule.
  public var body: Rule<Customer> { rule }
}

/// Where a customer falls in an experiment: a hundredth of a percent, 0 to 9,999.
package struct HoldoutBucket: Sendable, Hashable {
  package let hundredths: Int

  package init(salt: String, customer: CustomerID) {
    self.init(bits: CustomerDraw(salt: salt).bits(of: customer))
  }

  package init(bits: UInt64) { hundredths = Int(bits.multipliedFullWidth(by: 10_000).high) }

  package func isHeldOut(percent: Double) -> Bool { Double(hundredths) < percent * 100 }

  /// Such as "42.17".
  package var description: String {
    let cents = hundredths % 100
    return "\(hundredths / 100).\(cents < 10 ? "0" : "")\(cents)"
  }
}
