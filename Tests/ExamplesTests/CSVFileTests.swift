import Foundation
import Testing

@testable import CompleteJourney

/// The lines and fields of a CSV file, and the whole text of each complaint.
struct CSVFileTests {
  static let header = "basket_id,household_id,checked_out_at,amount_cents\n"
  static let digitsOnly = "Write digits only, with a minus sign in front if it is negative."
  static let onePerColumn = "Write one field per column, and quote a field that holds a comma."
  static let quoteWhole = "Quote the whole field and double the quotes within it."
  static let closeIt = "Close it; a field cannot hold a line break."

  @Test(arguments: [
    ("LF", "a,b\n1,x\n2,y\n"),
    ("CRLF", "a,b\r\n1,x\r\n2,y\r\n"),
    ("a byte-order mark", "\u{FEFF}a,b\n1,x\n2,y\n"),
    ("no last line end", "a,b\n1,x\n2,y"),
    ("CRLF and no last line end", "a,b\r\n1,x\r\n2,y\r"),
    ("blank lines at the end", "a,b\n1,x\n2,y\n\n\r\n\n"),
    ("quotes", "\"a\",b\n\"1\",\"x\"\n2,\"y\"\n"),
  ])
  func `the same rows come from every way to end lines`(way: String, text: String) throws {
    #expect(try rows(text, ["a", "b"]) == [["1", "x"], ["2", "y"]], "\(way)")
  }

  @Test(arguments: [
    (#""a,b""#, "a,b"),
    (#""say ""hi""""#, #"say "hi""#),
    (#""""""#, #"""#),
    (" padded ", " padded "),
    ("smörgås-日本-🛒", "smörgås-日本-🛒"),
    (String(repeating: "é", count: 128), String(repeating: "é", count: 128)),
  ])
  func `an id is taken as it is written`(field: String, id: String) throws {
    #expect(try rows("a\n\(field)\n", ["a"]) == [[id]])
  }

  @Test(arguments: ["a", "a\n", "a\r\n", "\u{FEFF}a\n\n"])
  func `a header without rows is fine`(text: String) throws {
    #expect(try rows(text, ["a"]).isEmpty)
  }

  @Test(arguments: [
    ("", #""""#),
    ("\n", #""""#),
    ("1,900,2017-01-01T11:53:26Z,50\n", #""1,900,2017-01-01T11:53:26Z,50""#),
    ("basket_id,household_id,amount_cents\n", #""basket_id,household_id,amount_cents""#),
    (
      "basket_id;household_id;checked_out_at;amount_cents\n",
      #""basket_id;household_id;checked_out_at;amount_cents""#
    ),
    ("\"basket_id\n", #""\"basket_id""#),
  ])
  func `a file without its header is told which line to put first`(text: String, seen: String) {
    let expected = "basket_id,household_id,checked_out_at,amount_cents"
    let message = "baskets.csv, line 1: \(seen) is not the header. The first line must be \(expected)."
    #expect(RetailFiles(baskets: text).message() == message)
  }

  @Test func `a line without its amount is named by file, line and field`() {
    let text = Self.header + "1,900,2017-01-01T11:53:26Z,50\n2,900,2017-01-01T12:10:28Z,\n"
    let message = #"baskets.csv, line 3, amount_cents: "" is not a whole number. "# + Self.digitsOnly
    #expect(RetailFiles(baskets: text).message() == message)
  }

  @Test(arguments: [
    (
      "1,9,2017-01-01T11:53:26Z,-5",
      #"amount_cents: "-5" is negative. Amounts are whole cents, 0 or more."#
    ),
    ("1,9,2017-01-01T11:53:26Z,5.00", #"amount_cents: "5.00" is not a whole number. "# + Self.digitsOnly),
    ("1,9,2017-01-01T11:53:26Z,+5", #"amount_cents: "+5" is not a whole number. "# + Self.digitsOnly),
    ("1,9,2017-01-01T11:53:26Z,-", #"amount_cents: "-" is not a whole number. "# + Self.digitsOnly),
    (
      "1,9,2017-01-01T11:53:26Z,9223372036854775808",
      #"amount_cents: "9223372036854775808" does not fit in 64 bits. Write a smaller number."#
    ),
    (
      "1,9,2017-01-01T11:53:26Z,-9223372036854775809",
      #"amount_cents: "-9223372036854775809" does not fit in 64 bits. Write a smaller number."#
    ),
    (",9,2017-01-01T11:53:26Z,5", "basket_id: the id is empty. Give it 1 to 256 bytes."),
    (#"1,"",2017-01-01T11:53:26Z,5"#, "household_id: the id is empty. Give it 1 to 256 bytes."),
    (
      "1,\(String(repeating: "é", count: 129)),2017-01-01T11:53:26Z,5",
      "household_id: \"\(String(repeating: "é", count: 60))\"… has 258 bytes. An id has 256 at most."
    ),
  ])
  func `a field that cannot be read is named with what was seen`(line: String, message: String) {
    #expect(RetailFiles(baskets: Self.header + line).message() == "baskets.csv, line 2, \(message)")
  }

  @Test(arguments: [
    ("1,9,2017-01-01T11:53:26Z", "line 2: 3 fields, not 4. " + Self.onePerColumn),
    ("1,9,2017-01-01T11:53:26Z,5,", "line 2: 5 fields, not 4. " + Self.onePerColumn),
    ("\n1,9,2017-01-01T11:53:26Z,5", "line 2: 1 field, not 4. " + Self.onePerColumn),
    (
      #"1,9"0,2017-01-01T11:53:26Z,5"#,
      "line 2, household_id: a quote stands inside or after the field. " + Self.quoteWhole
    ),
    (
      #"1,"9"0,2017-01-01T11:53:26Z,5"#,
      "line 2, household_id: a quote stands inside or after the field. " + Self.quoteWhole
    ),
    (
      "1,\"9\n0\",2017-01-01T11:53:26Z,5",
      "line 2, household_id: the quote is not closed on its line. " + Self.closeIt
    ),
    (
      #"1,9,2017-01-01T11:53:26Z,"5"#,
      "line 2, amount_cents: the quote is not closed on its line. " + Self.closeIt
    ),
  ])
  func `a line that cannot be split is named`(line: String, message: String) {
    #expect(RetailFiles(baskets: Self.header + line).message() == "baskets.csv, \(message)")
  }

  @Test func `a field that is not UTF-8 is named, and the lines before it are read`() {
    let latin1 = Array("a\nfine\nsm".utf8) + [0xF6] + Array("r\n".utf8)
    var read: [String] = []
    let error = #expect(throws: CSVError.self) {
      let file = try CSVFile(name: "a.csv", bytes: latin1, columns: ["a"])
      try file.forEachRow { row throws(CSVError) in read.append(try row.id("a")) }
    }
    #expect(error?.description == "a.csv, line 3, a: \"sm\u{FFFD}r\" is not UTF-8. Save the file as UTF-8.")
    #expect(read == ["fine"])
  }

  @Test(arguments: [
    ("0", 0), ("007", 7), ("-3", -3), ("9223372036854775807", Int.max), ("-9223372036854775808", Int.min),
  ])
  func `a whole number reaches both ends of 64 bits`(text: String, number: Int) throws {
    let file = try CSVFile(name: "a.csv", bytes: Array("a\n\(text)".utf8), columns: ["a"])
    try file.forEachRow { row throws(CSVError) in #expect(try row.wholeNumber("a") == number) }
  }

  /// Every field of every row, read as an id.
  private func rows(_ text: String, _ columns: [String]) throws -> [[String]] {
    var rows: [[String]] = []
    let file = try CSVFile(name: "a.csv", bytes: Array(text.utf8), columns: columns)
    try file.forEachRow { row throws(CSVError) in
      var ids: [String] = []
      for column in columns { ids.append(try row.id(column)) }
      rows.append(ids)
    }
    return rows
  }
}
