import Foundation
import OfferBridgeKit

/// When the wallet reports each redemption, and how often.
///
/// What a year comes to does not depend on it; the switches are there so that
/// everybody can see that. Where lines with one id contradict each other, the
/// one reported first stands: without a seed, the first in the file.
struct RedemptionReports {
  enum Order: String, CaseIterable {
    /// All of them before the first basket, when no offer has been issued yet.
    case first
    /// Each when its day is over, as a till would.
    case between
    /// All of them after the last basket.
    case last
  }

  var order = Order.between
  /// Reports them in an order of chance, which is the same for the same seed.
  var seed: UInt64?
  /// How often each is reported.
  var times = 1

  /// One line of the file, and the moment of the replay at which the wallet reports it.
  struct Report {
    let redemption: Redemption
    let moment: Date
  }

  /// Every report, in the order in which they are made.
  func reports(of redemptions: [CouponRedemption], in zone: TimeZone) -> [Report] {
    var lines = Array(repeatElement(redemptions, count: times).joined())
    var moments = moments(of: lines, in: zone)
    if let seed {
      var chance = SplitMix64(seed: seed)
      lines.shuffle(using: &chance)
      moments.sort()
    }
    // A sort keeps equal moments in place only by their numbers.
    return zip(lines, moments).enumerated()
      .sorted { ($0.element.1, $0.offset) < ($1.element.1, $1.offset) }
      .map { Report(redemption: $0.element.0.redemption(in: zone), moment: $0.element.1) }
  }

  private func moments(of lines: [CouponRedemption], in zone: TimeZone) -> [Date] {
    switch order {
    case .first: return Array(repeating: .distantPast, count: lines.count)
    case .last: return Array(repeating: .distantFuture, count: lines.count)
    case .between:
      // The second line with an id is never reported before the first, even if it is of an earlier day.
      var earliest: [String: Date] = [:]
      return lines.map { line in
        let moment = max(line.day.interval(in: zone).upperBound, earliest[line.id] ?? .distantPast)
        earliest[line.id] = moment
        return moment
      }
    }
  }
}

extension CouponRedemption {
  /// The line as the bridge takes it: the wallet knows the household and the coupon, not our offer's id.
  func redemption(in zone: TimeZone) -> Redemption {
    Redemption(
      id: id,
      from: .wallet,
      of: .customer(CustomerID(household), replica: ReplicaName(campaign)),
      // A day stays a day. Made a moment, midnight say, it would come before the basket it belongs to.
      on: day,
      in: zone
    )
  }
}

/// Chance that can be repeated: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
