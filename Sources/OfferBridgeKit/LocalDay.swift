import Foundation

/// A day on the wall calendar, such as 2026-11-22, without a time zone.
///
/// "Once a day" means the customer's day. A limit or a budget that counts by the
/// day asks which local day a moment falls on, and this is the answer. The only
/// file of the library that looks into a time zone.
///
/// ```swift
/// let noon = Date(timeIntervalSince1970: 1_795_348_800)  // 2026-11-22T12:00:00Z
/// let kiritimati = TimeZone(identifier: "Pacific/Kiritimati") ?? .gmt
/// LocalDay(of: noon, in: kiritimati).description  // "2026-11-23"
/// ```
///
/// Days of the proleptic Gregorian calendar, years 1 to 9999; no day lies
/// outside, and what would is moved to the first or the last. Ordered by time.
/// The text is always ten characters, `YYYY-MM-DD`.
public struct LocalDay: Sendable, Hashable, Comparable, LosslessStringConvertible {
  /// Days since 1970-01-01, negative before.
  let number: Int32

  private static let first = -719_162
  private static let last = 2_932_896
  private static let secondsPerDay = 86_400

  /// Further from UTC than any zone has been, and as far as `TimeZone` goes.
  private static let furthestOffset = 18 * 3600

  /// Creates the day with this number, or the first or last day when there is none.
  init(clamping number: Int) {
    self.number = Int32(truncatingIfNeeded: min(max(number, Self.first), Self.last))
  }

  /// Creates a day from its parts, or `nil` when the calendar has no such day.
  ///
  /// - Parameters:
  ///   - year: 1 to 9999.
  ///   - month: 1 to 12.
  ///   - day: 1 to the length of the month.
  public init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
    self.init(clamping: Self.number(year: year, month: month, day: day))
    // The 31st of a shorter month is counted into the next one.
    guard self.day == day else { return nil }
  }

  /// Reads a day from exactly ten characters, `YYYY-MM-DD`.
  ///
  /// Any other text gives `nil`: `2026-2-3` and `2026-02-30` too.
  ///
  /// - Parameter description: What ``description`` printed.
  public init?(_ description: String) {
    var text = description
    let parts = text.withUTF8 { bytes -> (year: Int, month: Int, day: Int)? in
      let dash = UInt8(ascii: "-")
      guard bytes.count == 10, bytes[4] == dash, bytes[7] == dash else { return nil }
      func number(_ range: Range<Int>) -> Int? {
        var result = 0
        for index in range {
          let digit = Int(bytes[index]) - Int(UInt8(ascii: "0"))
          guard (0...9).contains(digit) else { return nil }
          result = result * 10 + digit
        }
        return result
      }
      guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10) else { return nil }
      return (year, month, day)
    }
    guard let parts else { return nil }
    self.init(year: parts.year, month: parts.month, day: parts.day)
  }

  /// Creates the day a wall calendar in a zone shows at a moment.
  ///
  /// - Parameters:
  ///   - moment: Any date. Before year 1 it counts as the first day, after year
  ///     9999 as the last; a date that is not a number counts as the first.
  ///   - zone: Where the calendar hangs. Its rules at that moment decide, summer
  ///     time and history included.
  public init(of moment: Date, in zone: TimeZone) {
    // A day past either end is kept, so that the zone still has its say there.
    let earliest = Double((Self.first - 1) * Self.secondsPerDay)
    let latest = Double((Self.last + 2) * Self.secondsPerDay)
    let seconds = moment.timeIntervalSince1970
    guard seconds > earliest else {
      self.init(clamping: Self.first)
      return
    }
    guard seconds < latest else {
      self.init(clamping: Self.last)
      return
    }
    let local = Int(seconds.rounded(.down)) + zone.secondsFromGMT(for: moment)
    self.init(clamping: Self.quotient(local, Self.secondsPerDay))
  }

  /// The year, 1 to 9999.
  public var year: Int { civil.year }

  /// The month, 1 to 12.
  public var month: Int { civil.month }

  /// The day of the month, 1 to 31.
  public var day: Int { civil.day }

  /// The day as `YYYY-MM-DD`.
  public var description: String {
    let (year, month, day) = civil
    return String(unsafeUninitializedCapacity: 10) { text in
      Self.write(year, into: text, at: 0..<4)
      text[4] = UInt8(ascii: "-")
      Self.write(month, into: text, at: 5..<7)
      text[7] = UInt8(ascii: "-")
      Self.write(day, into: text, at: 8..<10)
      return 10
    }
  }

  /// Orders days by time.
  public static func < (a: LocalDay, b: LocalDay) -> Bool {
    a.number < b.number
  }

  /// Returns the day so many days later, or earlier for a negative count.
  ///
  /// Stops at the ends: no day comes before 0001-01-01 or after 9999-12-31.
  public func adding(days count: Int) -> LocalDay {
    // No two days are further apart than this, so the sum below cannot overflow.
    let span = Self.last - Self.first
    return LocalDay(clamping: Int(number) + min(max(count, -span), span))
  }

  /// Returns how many days later another day is: 1 for the next day, negative for an earlier one.
  public func days(until other: LocalDay) -> Int {
    Int(other.number) - Int(number)
  }
}

extension LocalDay: Codable {
  /// Reads a day from a single string.
  ///
  /// - Throws: `DecodingError.dataCorrupted` when the string is not a day, and
  ///   what the decoder throws when there is no string.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let day = LocalDay(text) else {
      throw DecodingError.dataCorruptedError(
        in: container,
        debugDescription: "'\(text)' is not a day. Write an existing day as YYYY-MM-DD, years 0001 to 9999."
      )
    }
    self = day
  }

  /// Writes the day as a single string, its ``description``.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

// MARK: - The day in a zone

extension LocalDay {
  /// Returns the first moment at which a wall calendar in a zone shows this day, or a later one.
  ///
  /// Usually local midnight. Where the clock skips midnight, as in
  /// America/Sao_Paulo on 2018-11-04, it is the moment of the skip, 01:00 on the
  /// wall. Where the zone skips the whole day, as Pacific/Apia did 2011-12-30, it
  /// is the start of the day after.
  ///
  /// - Parameter zone: Where the calendar hangs.
  /// - Returns: A moment in whole seconds.
  public func start(in zone: TimeZone) -> Date {
    Self.start(of: Int(number), in: zone)
  }

  /// Returns this day in a zone: from its start up to, not including, the next day's start.
  ///
  /// 23, 24 or 25 hours as a rule, and empty for a day the zone skips. The days
  /// of a zone follow each other without gap or overlap.
  ///
  /// A clock set back across midnight, as in America/St_Johns on 2010-11-07 from
  /// 00:01 to 23:01, shows the day before once more. Those minutes belong to the
  /// interval of the new day, while ``init(of:in:)`` says what the wall shows.
  ///
  /// - Parameter zone: Where the calendar hangs.
  /// - Returns: A half-open range of moments in whole seconds.
  public func interval(in zone: TimeZone) -> Range<Date> {
    Self.start(of: Int(number), in: zone)..<Self.start(of: Int(number) + 1, in: zone)
  }

  /// The zone's offset is constant around most midnights, and changes once around the others.
  private static func start(of number: Int, in zone: TimeZone) -> Date {
    let midnight = number * secondsPerDay
    var before = midnight - furthestOffset
    var after = midnight + furthestOffset
    let offset = Self.offset(at: before, in: zone)
    let newOffset = Self.offset(at: after, in: zone)
    let start = midnight - offset
    guard offset != newOffset else { return Date(timeIntervalSince1970: Double(start)) }

    // Halves the window until `after` is the first second with the new offset.
    while after - before > 1 {
      let middle = before + (after - before) / 2
      if Self.offset(at: middle, in: zone) == offset {
        before = middle
      } else {
        after = middle
      }
    }
    // Midnight comes before the change, after it, or is skipped by it.
    let seconds = start < after ? start : max(after, midnight - newOffset)
    return Date(timeIntervalSince1970: Double(seconds))
  }

  private static func offset(at seconds: Int, in zone: TimeZone) -> Int {
    zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
  }
}

// MARK: - Calendar arithmetic

// Years are counted from March here, so that the day a leap year adds is its last.
// 146,097 days are 400 years, after which the calendar repeats.
//
// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
extension LocalDay {
  /// Days from 0000-03-01, where such a year begins, to 1970-01-01.
  private static let epoch = 719_468

  private var civil: (year: Int, month: Int, day: Int) {
    let sinceMarch = Int(number) + Self.epoch
    let (era, dayOfEra) = sinceMarch.quotientAndRemainder(dividingBy: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
  }

  /// Days since 1970-01-01, for years 1 to 9999; a day past the end of its month is counted into the next.
  static func number(year: Int, month: Int, day: Int) -> Int {
    let year = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = year.quotientAndRemainder(dividingBy: 400)
    let monthFromMarch = month > 2 ? month - 3 : month + 9
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - epoch
  }

  /// Divides and rounds down, below zero too.
  static func quotient(_ dividend: Int, _ divisor: Int) -> Int {
    let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }

  /// Writes a number with leading zeros, one digit to each place.
  static func write(_ value: Int, into text: UnsafeMutableBufferPointer<UInt8>, at range: Range<Int>) {
    var rest = value
    for index in range.reversed() {
      text[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    }
  }
}

extension Date {
  /// The hour on a zone's wall clock at this moment, 0 to 23.
  package func hour(in zone: TimeZone) -> Int { secondOfDay(in: zone) / 3600 }

  /// The seconds since midnight that a zone's wall clock shows at this moment, 0 to 86,399.
  func secondOfDay(in zone: TimeZone) -> Int {
    let local = milliseconds.flooredQuotient(by: 1000) + Int64(zone.secondsFromGMT(for: self))
    return Int(local - local.flooredQuotient(by: 86_400) * 86_400)
  }
}

extension TimeZone {
  /// A zone for every quarter of an hour from Greenwich at which a wall clock may stand, from UTC−12 to UTC+14.
  static let everyQuarterOfAnHour = (-48...56).compactMap { TimeZone(secondsFromGMT: $0 * 900) }
}
