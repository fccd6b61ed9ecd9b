import Foundation

/// What sharing a flush brings on this disk: `swift run -c release WalletHostBenchmarks [--quick] [FOLDER]`.
@main struct WalletHostBenchmarks {
  static func main() async throws {
    var arguments = CommandLine.arguments.dropFirst()
    let isQuick = arguments.first == "--quick"
    if isQuick { arguments.removeFirst() }
    let parent = arguments.first.map { URL(filePath: $0) } ?? FileManager.default.temporaryDirectory
    let folder = parent.appending(path: "WalletHostBenchmarks-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }

    let plans = try await PlanPress.plans(isQuick ? 512 : 4096)
    let callers = [
      Callers(count: 1, isCoalesced: false), Callers(count: 1, isCoalesced: true),
      Callers(count: 64, isCoalesced: false), Callers(count: 64, isCoalesced: true),
    ]
    var flushes: [Double] = []
    var rates = callers.map { _ in [Double]() }
    // One after the other in each round, for the disk is another one from minute to minute.
    for _ in 0..<(isQuick ? 1 : 5) {
      flushes.append(try FlushRate(folder: folder).measure(isQuick ? 128 : 1024))
      for (place, each) in callers.enumerated() {
        let share = each.count == 1 ? plans.count / 8 : plans.count
        rates[place].append(try await each.measure(Array(plans.prefix(share)), in: folder))
      }
    }
    let single = rates[0].median
    print(line("flushes of 4 KiB", flushes.median, "", flushes))
    for (each, rates) in zip(callers, rates) {
      let ratio = String(format: "%.1fx", rates.median / single)
      print(line("issues, \(each.label)", rates.median, ratio, rates))
    }
  }

  private static func line(_ what: String, _ rate: Double, _ ratio: String, _ all: [Double]) -> String {
    let (low, high) = (all.min() ?? 0, all.max() ?? 0)
    let name = what.padding(toLength: 32, withPad: " ", startingAt: 0)
    return name + String(format: "%8.0f/s  %6@  (%.0f to %.0f)", rate, ratio as NSString, low, high)
  }
}

extension [Double] {
  fileprivate var median: Double { sorted()[count / 2] }
}
