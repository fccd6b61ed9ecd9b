import Foundation

extension Benchmarks {
  /// The rows in columns, for a person; the smallest round beside the median.
  static func table(_ rows: [BenchmarkRow], _ plan: BenchmarkPlan) -> String {
    var cells = [["row", "median", "minimum", "unit", "against", "ratio"]]
    for row in rows {
      cells.append([
        row.name,
        fixed(row.value, 1),
        row.minimum.map { fixed($0, 1) } ?? "",
        row.unit,
        row.comparison.map { "\(fixed($0.value, 1))  \($0.against)" } ?? "",
        row.ratio.map { fixed($0, 3) } ?? "",
      ])
    }
    let widths = cells[0].indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
    let lines = cells.map { line in
      zip(line, widths).enumerated()
        .map { column, cell in [1, 2, 5].contains(column) ? atRight(cell) : atLeft(cell) }
        .joined(separator: "  ")
    }
    return ([machine, rounds(plan), ""] + lines).joined(separator: "\n")
  }

  private static var machine: String {
    let process = ProcessInfo.processInfo
    let memory = process.physicalMemory / 1 << 30
    let system = process.operatingSystemVersionString
    return "\(system), \(process.activeProcessorCount) cores\(model), \(memory) GiB"
  }

  private static var model: String {
    let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n") ?? []
    guard let line = lines.first(where: { $0.hasPrefix("model name") }),
      let name = line.split(separator: ":").last
    else { return "" }
    return " of" + name
  }

  private static func rounds(_ plan: BenchmarkPlan) -> String {
    let sizes = plan.sizes.map { "\($0.rounds) of \($0.size) journeys" }.joined(separator: ", ")
    return "Rounds: \(plan.rounds) of 1000, \(plan.redemptionRounds) of 10000 redemptions, \(sizes)."
  }

  private static func atRight(_ cell: (text: String, width: Int)) -> String {
    String(repeating: " ", count: cell.width - cell.text.count) + cell.text
  }

  private static func atLeft(_ cell: (text: String, width: Int)) -> String {
    cell.text + String(repeating: " ", count: cell.width - cell.text.count)
  }

  private static func fixed(_ number: Double, _ decimals: Int) -> String {
    String(format: "%.\(decimals)f", number)
  }
}
