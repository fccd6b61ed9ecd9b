import Foundation

@main
enum Main {
  static func main() async {
    let isTerminal = isatty(STDERR_FILENO) == 1
    let status = await run(
      arguments: Array(CommandLine.arguments.dropFirst()),
      stdout: { try FileHandle.standardOutput.write(contentsOf: Data($0.utf8)) },
      stderr: { try? FileHandle.standardError.write(contentsOf: Data($0.utf8)) },
      showsProgress: isTerminal
    )
    exit(status)
  }

  /// Does what the arguments ask for.
  ///
  /// Nothing is written to `stdout` before all of it is known, so that a fault
  /// on the way leaves it empty.
  ///
  /// - Returns: The exit status.
  static func run(
    arguments: [String],
    stdout: (String) throws -> Void,
    stderr: (String) -> Void,
    showsProgress: Bool = false
  ) async -> Int32 {
    do {
      let options = try ReplayOptions(arguments)
      guard !options.isHelp else {
        try stdout(ReplayOptions.usage)
        return 0
      }
      let folder = options.folder.map { URL(fileURLWithPath: $0, isDirectory: true) }
      let year = try folder.map { try RetailYear(directory: $0) } ?? .bundled()
      let statement = try options.statement.map { try RetailYear.statement(at: URL(fileURLWithPath: $0)) }
      let replay = YearReplay(year: year, zone: options.zone, reports: options.reports)
      func progress(_ done: Int) {
        if showsProgress { stderr("\r\(done * 100 / year.baskets.count) % of the baskets") }
      }
      // Back to the start of the line, and clear it.
      func clear() { if showsProgress { stderr("\r\u{1B}[K") } }
      if let statement {
        let report = try await replay.compare(with: statement, progress: progress)
        clear()
        let summary = StatementSummary(report)
        // The JSON has no place for the reason.
        if options.isJSON, let reason = summary.reason { stderr("CompleteJourney: \(reason)\n") }
        try stdout(options.isJSON ? summary.json() : "\(report)\n")
        return 0
      }
      let source = folder?.path ?? "The Complete Journey, a year of a real grocery retailer"
      var decisions = options.decisions.map { _ in YearDecisions() }
      if options.isDryRun {
        let dryYear = try await replay.dryRun(into: &decisions, progress: progress)
        clear()
        try decisions?.write(to: options.decisions)
        try stdout(options.isJSON ? dryYear.json() : dryYear.report(of: source))
        return dryYear.isLedgerEmpty ? 0 : 3
      }
      let summary = try await replay.run(into: &decisions, progress: progress)
      clear()
      try decisions?.write(to: options.decisions)
      try stdout(options.isJSON ? summary.json() : summary.report(of: source, replay))
      return summary.imbalances.isEmpty ? 0 : 3
    } catch let error as UsageError {
      stderr("CompleteJourney: \(error)\n")
      return 2
    } catch {
      stderr("CompleteJourney: \(error)\n")
      return 1
    }
  }
}
