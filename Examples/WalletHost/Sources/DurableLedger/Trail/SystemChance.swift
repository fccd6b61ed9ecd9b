import Foundation
import Synchronization

/// The system's chance, fetched for several salts at once: a call of the system's generator for each word was a tenth
/// of a commit's time.
final class SystemChance: Sendable {
  /// The one of this process.
  static let shared = SystemChance()

  // What `getentropy` gives at most in a call.
  private static let words = 256 / MemoryLayout<UInt64>.size

  private let drawn = Mutex<[UInt64]>([])

  private init() {}

  /// 64 bits that nobody can foretell and nobody gets twice.
  ///
  /// - Returns: The bits.
  func next() -> UInt64 {
    drawn.withLock { drawn in
      if drawn.isEmpty {
        drawn = Array(repeating: 0, count: Self.words)
        let isDrawn = drawn.withUnsafeMutableBytes { getentropy($0.baseAddress, $0.count) == 0 }
        // It fails where the system has no generator at all: Swift's own then says what it does of that.
        if !isDrawn { for place in drawn.indices { drawn[place] = .random(in: .min ... .max) } }
      }
      return drawn.removeLast()
    }
  }
}
