import Foundation
import OfferBridgeKit

extension YearSummary {
  /// The year as a person reads it.
  ///
  /// - Parameters:
  ///   - source: Where the year is from.
  ///   - replay: How it was replayed.
  /// - Returns: Lines of text, the last with a line end.
  func report(of source: String, _ replay: YearReplay) -> String {
    """
    \(title(source, replay))

    \(table)

      issued     once to each targeted household, at its first basket of the run time
      messages   accepted by the wallet
      redeemed   coupons handed in, early ones included

    \(lines([
      ("redemptions", counts.redemptions, "reported \(replay.reports.description)"),
      ("matched", counts.matched, "on the day of the issue or later"),
      ("before issue", counts.redeemedBeforeIssue, "on an earlier day in \(replay.zone.identifier)"),
      ("unknown", counts.unknown, "never issued to that household; they wait"),
      ("duplicates", counts.duplicates, "an id that was reported before"),
    ]))

    audit: \(audit)
    \(speed)

    """
  }

  private func title(_ source: String, _ replay: YearReplay) -> String {
    let days = [replay.year.baskets.first, replay.year.baskets.last].compactMap {
      $0.map { LocalDay(of: $0.checkedOutAt, in: replay.zone).description }
    }
    return """
      \(source)
      \(counts.baskets.grouped) baskets of \(counts.households.grouped) households\
      \(days.isEmpty ? "" : ", " + days.joined(separator: " to ")), days of \(replay.zone.identifier)
      """
  }

  private var table: String {
    let header = [["campaign", "type", "first day", "last day", "issued", "messages", "redeemed"]]
    let rows = campaigns.map { line in
      [
        line.campaign.id, line.campaign.type, line.campaign.start.description, line.campaign.end.description,
        line.issued.grouped, line.accepted.grouped, line.redeemed.grouped,
      ]
    }
    let redeemed = campaigns.reduce(0) { $0 + $1.redeemed }
    let sums = [counts.issued, counts.messagesAccepted, redeemed].map(\.grouped)
    let all = header + rows + [["\(campaigns.count) in all", "", "", ""] + sums]
    let widths = header[0].indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.map { row in
      "  "
        + row.indices.map { row[$0].padded(to: widths[$0], left: $0 > 3) }.joined(separator: "  ").trimmedEnd
    }
    .joined(separator: "\n")
  }

  private func lines(_ lines: [(name: String, count: Int, meaning: String)]) -> String {
    lines.map { line in
      "  \(line.name.padded(to: 13))\(line.count.grouped.padded(to: 7, left: true))   \(line.meaning)"
    }
    .joined(separator: "\n")
  }

  private var speed: String {
    let perSecond = seconds > 0 ? Int(Double(counts.baskets) / seconds) : 0
    return "\(seconds) s without reading the files: \(perSecond.grouped) baskets a second"
  }
}

extension RedemptionReports: CustomStringConvertible {
  /// "in time order between the baskets".
  var description: String {
    let place =
      switch order {
      case .first: "before all baskets"
      case .between: "between the baskets"
      case .last: "after all baskets"
      }
    let inOrder = order == .between ? "in time order" : "in the order of the file"
    let arranged = seed.map { "shuffled (seed \($0))" } ?? inOrder
    return "\(arranged) \(place)\(times > 1 ? ", \(times) times each" : "")"
  }
}

extension Int {
  /// 155848 as "155,848".
  fileprivate var grouped: String {
    var text = String(magnitude)
    var index = text.count - 3
    while index > 0 {
      text.insert(",", at: text.index(text.startIndex, offsetBy: index))
      index -= 3
    }
    return self < 0 ? "-" + text : text
  }
}

extension String {
  fileprivate func padded(to width: Int, left: Bool = false) -> String {
    let space = String(repeating: " ", count: Swift.max(0, width - count))
    return left ? space + self : self + space
  }

  fileprivate var trimmedEnd: String {
    String(self[..<(lastIndex { $0 != " " }.map { index(after: $0) } ?? startIndex)])
  }
}
