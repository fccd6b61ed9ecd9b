/// One of the things that a redemption's amount was spread over: a line of a basket, and what it weighs there.
///
/// ```swift
/// let lines = [RedemptionLine("tea", weight: 300), RedemptionLine("milk", weight: 100)]
/// Money(minorUnits: 201, currency: "EUR").split(over: lines).map(\.minorUnits)  // [151, 50]
/// ```
public struct RedemptionLine: Sendable, Hashable, Codable {
  /// Its name, which no other line of the redemption has.
  public let name: String
  /// What it weighs among the lines, in minor units: its price as a rule.
  public let weight: Int64

  /// How many lines a redemption, or a reversal, may name.
  public static let most = 1_000

  /// A line.
  ///
  /// - Parameters:
  ///   - name: Its name, 1 to 256 UTF-8 bytes.
  ///   - weight: What it weighs, 0 or more.
  public init(_ name: String, weight: Int64) {
    self.name = name
    self.weight = weight
  }

  /// Whether both weigh the same, and their names are the same bytes.
  public static func == (lhs: Self, rhs: Self) -> Bool {
    lhs.weight == rhs.weight && lhs.name.utf8.elementsEqualFast(rhs.name.utf8)
  }

  /// Feeds the name's bytes and the weight.
  public func hash(into hasher: inout Hasher) {
    var text = name
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    hasher.combine(weight)
  }
}

extension Money {
  /// Splits the amount over lines by their weights, to the last minor unit.
  ///
  /// By largest remainder: each line gets the whole units of its share, and what is left over goes, a unit each, to
  /// the lines whose shares were cut most; of equals to the earlier one. Lines that weigh nothing at all count as
  /// equals.
  ///
  /// - Parameter lines: What it is split over; a weight below zero counts as 0.
  /// - Returns: A part for each line, in their order. They sum to the amount, unless there is no line.
  public func split(over lines: [RedemptionLine]) -> [Money] {
    guard !lines.isEmpty else { return [] }
    let weighs = lines.contains { $0.weight > 0 }
    let weights = lines.map { weighs ? Int128(max($0.weight, 0)) : 1 }
    let total = weights.reduce(0, +)
    // In 128 bits: an amount and a weight have 63 each.
    let all = Int128(minorUnits).magnitude
    let shares = weights.map { (Int128(all) * $0).quotientAndRemainder(dividingBy: total) }
    var parts = shares.map(\.quotient)
    let leftOver = Int(Int128(all) - parts.reduce(0, +))
    let byRemainder = lines.indices.sorted {
      shares[$0].remainder != shares[$1].remainder
        ? shares[$0].remainder > shares[$1].remainder : $0 < $1
    }
    for line in byRemainder.prefix(leftOver) { parts[line] += 1 }
    return parts.map { Money(minorUnits: Int64(clamping: minorUnits < 0 ? -$0 : $0), currency: currency) }
  }
}

/// What few redemptions tell: who redeemed, in which transaction, and what the amount was spread over.
///
/// `nil` stands for none of them, so that what tells no more takes no more room.
public struct RedemptionDetails: Sendable, Hashable, Codable {
  /// Who redeemed, or `nil` where that is not told.
  public var customer: CustomerID? { told.value.customer }
  /// What the amount was spread over; none where that is not told.
  public var lines: [RedemptionLine] { told.value.lines }
  /// In which transaction, or `nil` where that is not told.
  public var transaction: TransactionID? { told.value.transaction }

  private let told: Shared<Told>

  private struct Told: Sendable, Hashable, Codable {
    let customer: CustomerID?
    let lines: [RedemptionLine]
    let transaction: TransactionID?
  }

  /// What is told beside reference and amount, or `nil` when nothing is.
  ///
  /// - Parameters:
  ///   - customer: Who redeemed.
  ///   - lines: What the amount was spread over.
  ///   - transaction: In which transaction; not told by default.
  public init?(customer: CustomerID?, lines: [RedemptionLine], transaction: TransactionID? = nil) {
    guard customer != nil || !lines.isEmpty || transaction != nil else { return nil }
    told = Shared(Told(customer: customer, lines: lines, transaction: transaction))
  }
}
