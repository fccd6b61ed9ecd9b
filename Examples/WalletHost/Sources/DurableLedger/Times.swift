extension Duration {
  /// The whole milliseconds in this length, rounded towards the past, or the end of the range that it would pass.
  var wholeMilliseconds: Int64 {
    let (quotient, remainder) = attoseconds.quotientAndRemainder(dividingBy: 1_000_000_000_000_000)
    return Int64(clamping: remainder < 0 ? quotient - 1 : quotient)
  }
}

extension Int64 {
  /// The sum, or the end of the range that it would pass.
  func addingClamped(_ other: Int64) -> Int64 {
    let (sum, isOver) = addingReportingOverflow(other)
    return isOver ? (other > 0 ? .max : .min) : sum
  }
}
