import Foundation
import OfferBridgeKit

/// What a statement came to, in the kinds that a retailer's file can show.
struct StatementSummary: Equatable, Encodable {
  let lines: Int
  /// Distinct ids whose line agrees; one that stands twice counts once.
  let matched: Int
  /// Ids on a line that were never received, whether or not their household was issued the coupon.
  let missingHere: [String]
  /// Ids that were received and are on no line.
  let missingThere: [String]
  /// Ids that stand on more than one line, whatever the later ones say.
  let duplicate: [String]
  let customer: [String]
  let time: [String]
  let nothingMatched: Bool
  /// Why nothing matched, for a person.
  let reason: String?

  private enum CodingKeys: CodingKey {
    case lines, matched, missingHere, missingThere, duplicate, customer, time, nothingMatched
  }

  init(_ report: StatementReport) {
    func ids(_ kinds: StatementDiscrepancy.Kind...) -> [String] {
      // By bytes, as every other program sorts them.
      Set(report.discrepancies.filter { kinds.contains($0.kind) }.map { Array($0.id.utf8) })
        .sorted { $0.lexicographicallyPrecedes($1) }
        .map { String(decoding: $0, as: UTF8.self) }
    }
    lines = report.totals?.lines ?? 0
    matched = report.totals?.agreed ?? 0
    missingHere = ids(.missingHere, .unknownReplica)
    missingThere = ids(.missingThere)
    duplicate = ids(.duplicate, .severalLines)
    customer = ids(.customer)
    time = ids(.time)
    reason = report.totals?.nothingMatched?.description
    nothingMatched = reason != nil
  }

  /// One object with sorted keys, and a line end.
  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }
}
