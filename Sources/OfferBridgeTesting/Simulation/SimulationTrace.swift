/// Everything that happened in a run, as a digest; and the last of it in words.
struct SimulationTrace {
  static let longest = 40

  private(set) var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  private var ring: [String] = []
  private var next = 0

  mutating func add(_ line: String) {
    for byte in line.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    if ring.count < Self.longest {
      ring.append(line)
    } else {
      ring[next] = line
      next = (next + 1) % Self.longest
    }
  }

  /// The last lines, oldest first.
  var last: [String] { Array(ring[next...] + ring[..<next]) }
}
