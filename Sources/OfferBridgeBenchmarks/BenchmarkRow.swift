import Foundation

/// One measured figure, and what it was measured against in the same rounds.
struct BenchmarkRow: Encodable {
  let name: String
  let value: Double
  let unit: String
  let comparison: Comparison?
  /// The least of the rounds, for the table alone.
  let minimum: Double?

  /// The other side of the same rounds.
  struct Comparison {
    let against: String
    let value: Double
  }

  /// Ours by theirs, of the medians of the same rounds.
  var ratio: Double? { comparison.map { value / $0.value } }

  private enum CodingKeys: CodingKey {
    case name, value, unit, against, ratio
  }

  // `null` is written, so that every row has the same keys.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(value.rounded(toSignificantDigits: 5), forKey: .value)
    try container.encode(unit, forKey: .unit)
    try container.encode(comparison?.against, forKey: .against)
    try container.encode(ratio?.rounded(toSignificantDigits: 4), forKey: .ratio)
  }
}

extension Double {
  /// Rounded, and never to nothing: however small a figure is, its first digits stay.
  func rounded(toSignificantDigits digits: Int) -> Double {
    guard self != 0, isFinite else { return self }
    let factor = pow(10, Double(digits - 1) - log10(abs(self)).rounded(.down))
    return (self * factor).rounded() / factor
  }
}
