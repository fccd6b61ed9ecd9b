import Foundation
import Hummingbird
import NIOCore
import OfferBridgeKit
import StandardWebhooks

/// The lines of a statement as they come in: no more of it than a line is ever held.
struct StatementUpload: AsyncSequence {
  typealias Element = StatementRecord

  /// A line that cannot be read.
  struct Fault: Error, CustomStringConvertible {
    let line: Int
    let description: String
  }

  let body: RequestBody
  static let longestLine = 64 * 1_024

  func makeAsyncIterator() -> Iterator { Iterator(chunks: body.makeAsyncIterator()) }

  struct Iterator: AsyncIteratorProtocol {
    var chunks: RequestBody.AsyncIterator
    private var bytes: [UInt8] = []
    private var start = 0
    private var line = 0
    private var isAtEnd = false

    init(chunks: RequestBody.AsyncIterator) { self.chunks = chunks }

    mutating func next() async throws -> StatementRecord? {
      while true {
        guard let text = try await nextLine() else { return nil }
        line += 1
        if text.isEmpty { continue }
        return try record(text)
      }
    }

    private func record(_ text: [UInt8]) throws -> StatementRecord {
      do {
        try JSONBounds().check(text)
        let report = try JSONDecoder().decode(WalletReport.self, from: Data(text))
        if let record = report.record { return record }
      } catch {}
      throw Fault(
        line: line,
        description: "line \(line) is no redemption or reversal. Send a line of JSON for each."
      )
    }

    private mutating func nextLine() async throws -> [UInt8]? {
      while true {
        if let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
          defer { start = end + 1 }
          return trimmed(bytes[start..<end])
        }
        if isAtEnd {
          defer { start = bytes.count }
          return start < bytes.count ? trimmed(bytes[start...]) : nil
        }
        guard bytes.count - start <= StatementUpload.longestLine else {
          throw Fault(line: line + 1, description: "line \(line + 1) is longer than 64 KiB")
        }
        bytes.removeFirst(start)
        start = 0
        if let chunk = try await chunks.next(isolation: #isolation) {
          bytes += chunk.readableBytesView
        } else {
          isAtEnd = true
        }
      }
    }

    private func trimmed(_ line: ArraySlice<UInt8>) -> [UInt8] {
      Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
    }
  }
}
