// A discrepancy for other programs: flat, so that a spreadsheet and a log search both read it.

extension StatementDiscrepancy {
  /// The columns of ``csvRow``, as a first line; without a line end.
  public static var csvHeader: String { columns.joined(separator: ",") }

  /// The discrepancy as one row of RFC 4180; without a line end.
  ///
  /// A cell that begins with `=`, `+`, `-`, `@`, a tab or a line break has an
  /// apostrophe before it, so that no spreadsheet takes it for a formula.
  /// Numbers are left as they are.
  public var csvRow: String {
    fields.map { field in
      switch field {
      case .text(let text): text.csvCell
      case .number(let number): String(number)
      case nil: ""
      }
    }
    .joined(separator: ",")
  }

  fileprivate enum Field {
    case text(String)
    case number(Int64)
  }

  fileprivate static let columns = [
    "kind", "id", "line", "there_of", "there_time", "there_amount", "there_currency", "here_of", "here_time",
    "here_amount", "here_currency", "here_match", "repair", "advice",
  ]

  fileprivate var fields: [Field?] {
    [
      .text(kind.rawValue), .text(id), line.map { .number(Int64($0)) },
      there.map { .text($0.ofInWords) }, there.map { .text($0.time.description) },
      there?.amount.map { .number($0.minorUnits) }, there?.amount.map { .text($0.currency) },
      here.map { .text($0.event.ofInWords) }, here.map { .text($0.event.time.description) },
      here?.event.amount.map { .number($0.minorUnits) }, here?.event.amount.map { .text($0.currency) },
      here.map { .text($0.match.description) }, .text(repair.name), .text(repair.description),
    ]
  }
}

extension StatementFinding {
  /// The finding as one JSON object on one line, its keys in a fixed order; without a line end.
  ///
  /// A discrepancy has the columns of ``StatementDiscrepancy/csvHeader``, those
  /// without a value left out. The totals have the kind `totals`, each count
  /// under its name, and `nothingMatched` with the reason where nothing did.
  public var jsonLine: String {
    var json = CanonicalJSON()
    json.beginObject()
    switch self {
    case .discrepancy(let found):
      for (name, field) in zip(StatementDiscrepancy.columns, found.fields) {
        switch field {
        case .text(let text): json.member(name, .text(text))
        case .number(let number): json.member(name, .integer(number))
        case nil: break
        }
      }
    case .totals(let totals):
      json.member("kind", .text("totals"))
      json.member("source", .text(totals.source.rawValue))
      for (name, count) in totals.named { json.member(name, .integer(Int64(count))) }
      if let mismatch = totals.nothingMatched { json.member("nothingMatched", .text(mismatch.description)) }
    }
    json.endObject()
    return String(decoding: json.bytes, as: UTF8.self)
  }
}

extension StatementTotals {
  /// Every count under its name.
  fileprivate var named: [(String, Int)] {
    [
      ("lines", lines), ("received", received), ("agreed", agreed), ("differing", differing),
      ("repeated", repeated), ("linesNotDue", linesNotDue), ("receivedNotDue", receivedNotDue),
      ("notCompared", notCompared), ("parked", parked), ("discrepant", discrepant),
    ] + StatementDiscrepancy.Kind.allCases.map { ($0.rawValue, count(of: $0)) }
  }
}

extension String {
  /// The text as a cell: quoted where RFC 4180 asks for it, and never a formula.
  fileprivate var csvCell: String {
    let isFormula = unicodeScalars.first.map { "=+-@\t\r\n".unicodeScalars.contains($0) } ?? false
    let text = isFormula ? "'" + self : self
    guard text.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}
