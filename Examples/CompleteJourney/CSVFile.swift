import Foundation

/// A CSV file read whole, with a checked header line, whose rows are visited one by one.
///
/// Lines end in LF or CRLF; a byte-order mark, a missing last line end and blank
/// lines at the end are all fine. Fields may be quoted as in RFC 4180, except
/// that a field cannot hold a line break. A header without rows is fine.
///
/// ```swift
/// let file = try CSVFile(at: url, columns: ["basket_id", "amount_cents"])
/// try file.forEachRow { row throws(CSVError) in
///   total += try row.cents("amount_cents")
/// }
/// ```
struct CSVFile {
  /// The last part of the file's path, as errors name it.
  let name: String
  /// The column names, in the order of the header line.
  let columns: [String]
  let bytes: [UInt8]
  /// Whether every byte belongs to well-formed UTF-8; the rows find out which field does not.
  let isUTF8: Bool
  private let body: Int

  /// Reads the file and checks that its first line lists `columns`, in this order.
  init(at url: URL, columns: [String]) throws(CSVError) {
    let (name, folder) = (url.lastPathComponent, url.deletingLastPathComponent().path)
    let content: Data
    do {
      content = try Data(contentsOf: url)
    } catch CocoaError.fileReadNoSuchFile {
      throw CSVError(file: name, problem: .missingFile(folder: folder))
    } catch {
      throw CSVError(file: name, problem: .unreadableFile(folder: folder))
    }
    try self.init(name: name, bytes: [UInt8](content), columns: columns)
  }

  /// Takes the bytes of a file and checks that its first line lists `columns`, in this order.
  init(name: String, bytes: [UInt8], columns: [String]) throws(CSVError) {
    self.name = name
    self.columns = columns
    self.bytes = bytes
    self.isUTF8 = String(validating: bytes, as: UTF8.self) != nil
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var header = CSVRow(file: name, columns: columns, bytes: bytes)
    body = Self.lineEnd(in: bytes, from: start)
    // A header that cannot be split is no header either, so the cause does not matter.
    try? header.split(start..<Self.trimmedEnd(in: bytes, start..<body), line: 1)
    guard header.fields.map({ header.text($0) }) == columns else {
      let seen = String(decoding: bytes[start..<Self.trimmedEnd(in: bytes, start..<body)], as: UTF8.self)
      throw CSVError(file: name, line: 1, seen: seen, problem: .notHeader(expected: columns))
    }
  }

  /// Calls `visit` with each row in the order of the file, and stops at the first error.
  ///
  /// The row is only valid within the call: its field ranges are reused.
  func forEachRow(_ visit: (CSVRow) throws(CSVError) -> Void) throws(CSVError) {
    var row = CSVRow(file: name, columns: columns, bytes: bytes)
    var (start, line) = (body, 1)
    // Blank lines are fine at the end only, so that a row lost in the middle is noticed.
    let last = bytes.lastIndex { $0 != .lineFeed && $0 != .carriageReturn } ?? -1
    while start < last {
      start += 1
      line += 1
      let end = Self.lineEnd(in: bytes, from: start)
      try row.split(start..<Self.trimmedEnd(in: bytes, start..<end), line: line)
      if !isUTF8 { try row.requireUTF8() }
      try visit(row)
      start = end
    }
  }

  /// The offset of the next line feed, or of the end of the file.
  private static func lineEnd(in bytes: [UInt8], from start: Int) -> Int {
    var end = start
    while end < bytes.count, bytes[end] != .lineFeed { end += 1 }
    return end
  }

  /// The end of the line without the carriage return that a CRLF leaves.
  private static func trimmedEnd(in bytes: [UInt8], _ line: Range<Int>) -> Int {
    !line.isEmpty && bytes[line.upperBound - 1] == .carriageReturn ? line.upperBound - 1 : line.upperBound
  }
}

extension UInt8 {
  static let lineFeed = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let comma = UInt8(ascii: ",")
  static let quote = UInt8(ascii: "\"")
}
