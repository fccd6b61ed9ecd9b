import Foundation
import OfferBridgeKit

/// The kinds of field a retailer's tables hold.
///
/// Each reading names its column, and answers a value or throws a ``CSVError``
/// with the file, the line and that column.
extension CSVRow {
  /// An id of 1 to 256 UTF-8 bytes, taken as it is: no trimming, all characters allowed.
  func id(_ column: String) throws(CSVError) -> String {
    let id = text(field(column))
    guard !id.isEmpty else { throw error(column, .emptyID) }
    guard id.utf8.count <= 256 else { throw error(column, .longID(bytes: id.utf8.count)) }
    return id
  }

  /// Whether nothing stands in the field.
  func isEmpty(_ column: String) -> Bool {
    field(column).isEmpty
  }

  /// A whole number: digits, with a minus sign in front or not.
  func wholeNumber(_ column: String) throws(CSVError) -> Int {
    let digits = bytes[field(column)]
    let isNegative = digits.first == UInt8(ascii: "-")
    let magnitude = isNegative ? digits.dropFirst() : digits
    guard !magnitude.isEmpty else { throw error(column, .notWholeNumber) }
    var (number, isTooLarge) = (0, false)
    for byte in magnitude {
      guard let digit = byte.digit else { throw error(column, .notWholeNumber) }
      let (shifted, over) = number.multipliedReportingOverflow(by: 10)
      // Counting downwards for negative numbers reaches Int.min, which has no positive twin.
      let (sum, overAgain) = shifted.addingReportingOverflow(isNegative ? -digit : digit)
      isTooLarge = isTooLarge || over || overAgain
      number = sum
    }
    guard !isTooLarge else { throw error(column, .numberTooLarge) }
    return number
  }

  /// An amount in whole cents, 0 or more.
  func cents(_ column: String) throws(CSVError) -> Int {
    let cents = try wholeNumber(column)
    guard cents >= 0 else { throw error(column, .negativeAmount) }
    return cents
  }

  /// A day written as 2017-03-03 that the calendar has.
  func day(_ column: String) throws(CSVError) -> LocalDay {
    guard let (year, month, day) = WrittenTime.day(bytes[field(column)]),
      let localDay = LocalDay(year: year, month: month, day: day)
    else { throw error(column, .notADay) }
    return localDay
  }

  /// A moment in UTC written as 2017-01-01T11:53:26Z, with a fraction of a second or not.
  func moment(_ column: String) throws(CSVError) -> Date {
    guard let moment = WrittenTime.moment(bytes[field(column)]) else { throw error(column, .notAMoment) }
    return moment
  }
}
