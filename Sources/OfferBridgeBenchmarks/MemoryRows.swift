#if os(Linux)
import Foundation
import OfferBridgeKit

/// What an issued offer with its settled message takes in memory.
///
/// Each side runs in a child process of its own, so that nothing else has
/// touched the allocator. The figure is the growth of the resident memory
/// over all journeys so far, divided by their count: every row, table, queue,
/// payload and text that stays, and the allocator's waste; the profiles, which
/// are there before, are not in it. A table that grows by doubling is taken at
/// four sizes within one octave, and the mean is given.
struct MemoryRows {
  /// What a child process does.
  enum Side: String {
    case ours, hand
    /// Only the action's id and the payload's bytes: what no ledger can do without.
    case texts
  }

  static let childArgument = "--memory-of"
  private static let sizes = [16_250, 20_312, 24_375, 28_437]

  func rows() throws -> [BenchmarkRow] {
    let ours = try measured(.ours)
    let hand = try measured(.hand)
    let texts = try measured(.texts)
    return [
      BenchmarkRow(
        name: "memory.issued",
        value: ours,
        unit: "bytes",
        comparison: .init(against: "hand-written loop over dictionaries", value: hand),
        minimum: nil
      ),
      BenchmarkRow(
        name: "memory.issued.beyondTexts",
        value: ours - texts,
        unit: "bytes",
        comparison: nil,
        minimum: nil
      ),
    ]
  }

  private func measured(_ side: Side) throws -> Double {
    try Self.measured([Self.childArgument, side.rawValue])
  }

  /// What a child process of this program prints, as a number.
  static func measured(_ arguments: [String]) throws -> Double {
    let child = Process()
    child.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    child.arguments = arguments
    let output = Pipe()
    child.standardOutput = output
    try child.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    child.waitUntilExit()
    guard let bytes = Double(text) else { throw NotTheSameWork() }
    return bytes
  }

  /// The child's part: the bytes of one journey.
  static func measure(_ side: Side) async throws -> Double {
    let count = sizes.max() ?? 0
    let customers = Dictionary(uniqueKeysWithValues: (0..<count).map { (Shop.customer($0), Shopper()) })
    let now = Date()
    let wallet = Wallet()
    let bridge = try await Shop.bridge(customers, wallet)
    var loop = HandWrittenLoop(customers: customers, provider: wallet)
    var texts: [(id: String, payload: [UInt8])] = []
    texts.reserveCapacity(count)
    let before = try residentBytes()
    var figures: [Double] = []
    for number in 0..<count {
      let action = Shop.action(number, at: now)
      switch side {
      case .ours:
        _ = try await bridge.respond(to: action)
        try await bridge.deliverDueMessages()
      case .hand:
        _ = loop.respond(to: action)
        try await loop.deliverDueMessages()
      case .texts:
        texts.append((action.id, [UInt8](repeating: 0, count: 87)))
      }
      if sizes.contains(number + 1) { figures.append((try residentBytes() - before) / Double(number + 1)) }
    }
    guard wallet.received + texts.count == count else { throw NotTheSameWork() }
    return figures.reduce(0, +) / Double(figures.count)
  }

  static func residentBytes() throws -> Double {
    // The second number is of pages; the kernel's own accounting, no allocator's.
    let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
    return (Double(pages[1]) ?? .nan) * Double(sysconf(Int32(_SC_PAGESIZE)))
  }
}
#endif
