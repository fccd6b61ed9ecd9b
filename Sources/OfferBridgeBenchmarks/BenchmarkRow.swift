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
    try container.encode(value.rounded(to: 1), forKey: .value)
    try container.encode(unit, forKey: .unit)
    try container.encode(comparison?.against, forKey: .against)
    try container.encode(ratio?.rounded(to: 3), forKey: .ratio)
  }
}

extension Double {
  func rounded(to decimals: Int) -> Double {
    let factor = (0..<decimals).reduce(1.0) { product, _ in product * 10 }
    return (self * factor).rounded() / factor
  }
}
