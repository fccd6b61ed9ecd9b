/// A compared statement as a person reads it, and as other programs do.
///
/// ```swift
/// var report = StatementReport()
/// for try await finding in bridge.reconcile(statement: records) { report.add(finding) }
/// print(report)              // aligned text; report.markdown for a ticket
/// try report.csv.write(to: url, atomically: true, encoding: .utf8)
/// ```
///
/// It keeps every discrepancy. Where there may be more than memory holds,
/// write ``StatementFinding/jsonLine`` or ``StatementDiscrepancy/csvRow`` of
/// each as it comes.
public struct StatementReport: Sendable, Hashable {
  /// What was found, in its order.
  public private(set) var discrepancies: [StatementDiscrepancy] = []
  /// The totals, or `nil` as long as the statement has not ended.
  public private(set) var totals: StatementTotals?

  /// A report without findings.
  public init() {}

  /// Adds the next finding.
  ///
  /// - Parameter finding: A discrepancy, or the totals.
  public mutating func add(_ finding: StatementFinding) {
    switch finding {
    case .discrepancy(let discrepancy): discrepancies.append(discrepancy)
    case .totals(let totals): self.totals = totals
    }
  }

  /// A line of JSON for each discrepancy, and one for the totals, each with a line end.
  public var jsonLines: String {
    discrepancies.map { StatementFinding.discrepancy($0).jsonLine + "\n" }.joined()
      + (totals.map { StatementFinding.totals($0).jsonLine + "\n" } ?? "")
  }

  /// The discrepancies as RFC 4180 has it: a header, a row for each, CRLF after each.
  ///
  /// The totals are not among them. See ``StatementDiscrepancy/csvRow``.
  public var csv: String {
    ([StatementDiscrepancy.csvHeader] + discrepancies.map(\.csvRow)).map { $0 + "\r\n" }.joined()
  }

  /// The totals and a table of the discrepancies, as Markdown; where nothing matched, the reason instead of the table.
  public var markdown: String {
    guard let totals else { return "The statement has not ended.\n" }
    var lines = ["# \(totals.title)", ""]
    if let mismatch = totals.nothingMatched { lines += ["**\(mismatch.description.inMarkdown)**", ""] }
    lines += ["| | |", "|---|---:|"] + totals.counts.map { "| \($0.name) | \($0.count) |" }
    if totals.nothingMatched == nil, !discrepancies.isEmpty {
      lines += ["", "| what | id | line | there | here | repair |", "|---|---|---:|---|---|---|"]
      lines += discrepancies.map { found in
        "| " + found.cells.map(\.inMarkdown).joined(separator: " | ") + " |"
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension StatementReport: CustomStringConvertible {
  /// The totals and the discrepancies in columns; where nothing matched, the reason instead of the discrepancies.
  public var description: String {
    guard let totals else { return "The statement has not ended." }
    var lines = [totals.title, ""]
    if let mismatch = totals.nothingMatched { lines += [mismatch.description, ""] }
    lines += aligned(totals.counts.map { [$0.name, String($0.count)] }, atRight: [1])
    if totals.nothingMatched == nil, !discrepancies.isEmpty {
      let rows = [["what", "id", "line", "there", "here", "repair"]] + discrepancies.map(\.cells)
      lines += [""] + aligned(rows.map { $0.map(\.onOneLine) }, atRight: [2])
    }
    return lines.joined(separator: "\n")
  }

  private func aligned(_ rows: [[String]], atRight: Set<Int>) -> [String] {
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.indices.map { column in
        let space = String(repeating: " ", count: widths[column] - row[column].count)
        // The last column needs no space behind it.
        return atRight.contains(column)
          ? space + row[column] : row[column] + (column == row.count - 1 ? "" : space)
      }
      return "  " + cells.joined(separator: "  ")
    }
  }
}

extension StatementTotals {
  var title: String { "Statement of \(source): \(lines) lines, \(received) received" }

  /// What is counted, in the order in which it is read; kinds that were not found are left out.
  var counts: [(name: String, count: Int)] {
    [("agreed", agreed), ("differing", differing), ("repeated lines", repeated)]
      + StatementDiscrepancy.Kind.allCases.map { ($0.words, count(of: $0)) }.filter { $0.1 > 0 }
      + [
        ("lines not due yet", linesNotDue), ("received, not due yet", receivedNotDue),
        ("received, not compared", notCompared), ("parked here", parked), ("discrepant here", discrepant),
      ].filter { $0.1 > 0 }
  }
}

extension StatementDiscrepancy {
  fileprivate var cells: [String] {
    [
      kind.words, id, line.map(String.init) ?? "", there?.words ?? "", here?.event.words ?? "",
      repair.description,
    ]
  }
}

extension String {
  /// With what Markdown would read as its own made plain.
  fileprivate var inMarkdown: String {
    var text = ""
    for character in onOneLine {
      if "\\|`*_<>[]#&".contains(character) { text.append("\\") }
      text.append(character)
    }
    return text
  }
}
