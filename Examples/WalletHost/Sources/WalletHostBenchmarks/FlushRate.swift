import Foundation

/// How often a second the disk takes an append and says that it has it: the limit of any ledger on it.
struct FlushRate {
  let folder: URL
  /// About what one issue appends to SQLite's log: its pages.
  var bytes = 4096

  /// Flushes a second.
  func measure(_ count: Int) throws -> Double {
    let path = folder.appending(path: "flush-\(UUID().uuidString)").path(percentEncoded: false)
    let file = open(path, O_RDWR | O_CREAT, 0o600)
    guard file >= 0 else { throw CannotFlush() }
    defer {
      close(file)
      unlink(path)
    }
    let page = [UInt8](repeating: 7, count: bytes)
    let length = try ContinuousClock().measure {
      for _ in 0..<count {
        guard write(file, page, page.count) == page.count, flush(file) == 0 else { throw CannotFlush() }
      }
    }
    return Double(count) / (length / .seconds(1))
  }

  private func flush(_ file: Int32) -> Int32 {
    #if canImport(Darwin)
    fcntl(file, F_FULLFSYNC)
    #else
    fdatasync(file)
    #endif
  }
}

struct CannotFlush: Error {}
