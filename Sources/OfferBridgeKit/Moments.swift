package import Foundation

extension Date {
  /// The same moment in whole milliseconds; one that is no usable date is left as it is, to be refused by the bridge.
  package var inWholeMilliseconds: Date { isUsable ? Date(milliseconds: milliseconds) : self }

  /// Whether the moment lies in the years 1 to 9999.
  package var isUsable: Bool {
    timeIntervalSince1970 >= -62_135_596_800 && timeIntervalSince1970 < 253_402_300_800
  }

  /// The moment in UTC as RFC 3339 writes it, milliseconds only where there are any: `2026-11-22T12:00:00Z`.
  package var rfc3339: String {
    let milliseconds = milliseconds
    let days = Int(milliseconds.flooredQuotient(by: 86_400_000))
    let rest = Int(milliseconds - Int64(days) * 86_400_000)
    let (seconds, fraction) = rest.quotientAndRemainder(dividingBy: 1000)
    let day = LocalDay(clamping: days)
    let clock = "\(two(seconds / 3600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    let decimals = fraction == 0 ? "" : "." + String(String(fraction + 1000).dropFirst())
    return "\(day)T\(clock)\(decimals)Z"
  }
}

private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

extension Int64 {
  /// The quotient rounded toward negative infinity.
  package func flooredQuotient(by divisor: Int64) -> Int64 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }

  /// The difference, or the end of the range that it would pass.
  func subtractingClamped(_ other: Int64) -> Int64 {
    let (difference, overflow) = subtractingReportingOverflow(other)
    return overflow ? (other > 0 ? .min : .max) : difference
  }
}
