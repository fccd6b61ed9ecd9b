import Foundation

/// One line of a CSV file, split into its fields.
///
/// The readings, one per kind of field, are in `CSVFields.swift`.
struct CSVRow {
  let file: String
  let columns: [String]
  let bytes: [UInt8]
  /// Counted from 1; the header is line 1.
  private(set) var line = 0
  /// Where each field stands in `bytes`, without the quotes around it.
  private(set) var fields: [Range<Int>] = []

  init(file: String, columns: [String], bytes: [UInt8]) {
    self.file = file
    self.columns = columns
    self.bytes = bytes
  }

  /// Splits a line, given without its line end, and checks the number of its fields.
  mutating func split(_ range: Range<Int>, line: Int) throws(CSVError) {
    self.line = line
    fields.removeAll(keepingCapacity: true)
    var start = range.lowerBound
    while true {
      let field = try fieldRange(in: start..<range.upperBound)
      fields.append(field)
      let isQuoted = field.lowerBound > start
      let end = isQuoted ? field.upperBound + 1 : field.upperBound
      guard end < range.upperBound else { break }
      start = end + 1
    }
    guard fields.count == columns.count else {
      let problem = CSVError.Problem.wrongFieldCount(fields.count, expected: columns.count)
      throw CSVError(file: file, line: line, problem: problem)
    }
  }

  /// Checks each field's bytes; called only in a file with a malformed byte somewhere.
  func requireUTF8() throws(CSVError) {
    for (column, field) in zip(columns, fields)
    where String(validating: bytes[field], as: UTF8.self) == nil {
      throw error(column, .notUTF8)
    }
  }

  /// The error that this row's field calls for.
  func error(_ column: String, _ problem: CSVError.Problem) -> CSVError {
    CSVError(file: file, line: line, column: column, seen: text(field(column)), problem: problem)
  }

  /// The text of a field, doubled quotes made single; malformed bytes become U+FFFD.
  func text(_ field: Range<Int>) -> String {
    let text = String(decoding: bytes[field], as: UTF8.self)
    // Only a quoted field holds quotes, and each stands twice.
    return bytes[field].contains(.quote) ? text.replacing("\"\"", with: "\"") : text
  }

  /// Where the field of this column stands.
  func field(_ column: String) -> Range<Int> {
    guard let index = columns.firstIndex(of: column) else {
      preconditionFailure("\(file) was opened without the column \(column).")
    }
    return fields[index]
  }

  /// The field at the start of what is left of the line, without the quotes around it.
  private func fieldRange(in rest: Range<Int>) throws(CSVError) -> Range<Int> {
    var end = rest.lowerBound
    guard end < rest.upperBound, bytes[end] == .quote else {
      while end < rest.upperBound, bytes[end] != .comma {
        guard bytes[end] != .quote else { throw quoteError(.strayQuote) }
        end += 1
      }
      return rest.lowerBound..<end
    }
    end += 1
    while end < rest.upperBound {
      if bytes[end] != .quote {
        end += 1
      } else if end + 1 < rest.upperBound, bytes[end + 1] == .quote {
        end += 2
      } else {
        let isLast = end + 1 == rest.upperBound
        guard isLast || bytes[end + 1] == .comma else { throw quoteError(.strayQuote) }
        return rest.lowerBound + 1..<end
      }
    }
    throw quoteError(.openQuote)
  }

  private func quoteError(_ problem: CSVError.Problem) -> CSVError {
    let column = fields.count < columns.count ? columns[fields.count] : nil
    return CSVError(file: file, line: line, column: column, problem: problem)
  }
}
