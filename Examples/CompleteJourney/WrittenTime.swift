import Foundation
import OfferBridgeKit

/// Reads days and moments from their bytes, strictly and without a formatter.
///
/// A date formatter needs about a hundred times as long, and takes spellings
/// that another reader of the same file would not.
enum WrittenTime {
  /// The numbers of a day written as 2017-03-03; `nil` for another spelling.
  ///
  /// Whether the calendar has the day is not asked here.
  static func day(_ text: ArraySlice<UInt8>) -> (year: Int, month: Int, day: Int)? {
    guard text.count == 10, let year = number(text, 0, 4), let month = number(text, 5, 2),
      let day = number(text, 8, 2), isAt(text, 4, "-"), isAt(text, 7, "-")
    else { return nil }
    return (year, month, day)
  }

  /// A moment written as 2017-01-01T11:53:26Z, with 1 to 9 digits of a second's fraction or none.
  ///
  /// `nil` for another spelling, another zone than `Z`, a day the calendar does
  /// not have, and a time outside 00:00:00 to 23:59:59.
  static func moment(_ text: ArraySlice<UInt8>) -> Date? {
    guard text.count >= 20, text.last == UInt8(ascii: "Z"), isAt(text, 10, "T"),
      let (year, month, day) = day(text.prefix(10)), isInCalendar(year, month, day),
      let hour = number(text, 11, 2), isAt(text, 13, ":"), let minute = number(text, 14, 2),
      isAt(text, 16, ":"), let second = number(text, 17, 2), hour < 24, minute < 60, second < 60,
      let fraction = fraction(text.dropFirst(19).dropLast())
    else { return nil }
    let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
    return Date(timeIntervalSince1970: Double(seconds) + fraction)
  }

  /// The value of `.25`, and 0 for nothing.
  private static func fraction(_ text: ArraySlice<UInt8>) -> Double? {
    guard let point = text.first else { return 0 }
    guard point == UInt8(ascii: "."), (2...10).contains(text.count),
      let digits = number(text, 1, text.count - 1)
    else { return nil }
    // A power of ten up to 10⁹ is exact in a Double, so only this division rounds.
    return Double(digits) / (2...text.count).reduce(1) { power, _ in power * 10 }
  }

  private static func number(_ text: ArraySlice<UInt8>, _ offset: Int, _ count: Int) -> Int? {
    var number = 0
    for index in text.startIndex + offset..<text.startIndex + offset + count {
      guard let digit = text[index].digit else { return nil }
      number = number * 10 + digit
    }
    return number
  }

  private static func isAt(_ text: ArraySlice<UInt8>, _ offset: Int, _ mark: Unicode.Scalar) -> Bool {
    text[text.startIndex + offset] == UInt8(ascii: mark)
  }

  private static func isInCalendar(_ year: Int, _ month: Int, _ day: Int) -> Bool {
    LocalDay(year: year, month: month, day: day) != nil
  }

  /// The days from 1970-01-01 to a day of the Gregorian calendar.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    // Years counted from March: the leap day comes last, and month lengths follow one line.
    let (marchYear, marchMonth) = month > 2 ? (year, month - 3) : (year - 1, month + 9)
    let leapDays = marchYear / 4 - marchYear / 100 + marchYear / 400
    return marchYear * 365 + leapDays + (153 * marchMonth + 2) / 5 + day - 719_469
  }
}

extension UInt8 {
  /// The value of an ASCII digit.
  var digit: Int? {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) ? Int(self - UInt8(ascii: "0")) : nil
  }
}
