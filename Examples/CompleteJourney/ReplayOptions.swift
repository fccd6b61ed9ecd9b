import Foundation

/// What the command line asks for.
struct ReplayOptions {
  var isHelp = false
  var isJSON = false
  /// Whether nothing is issued or sent: only told what would be.
  var isDryRun = false
  /// A file for the decisions of the year; `nil` for none.
  var decisions: String?
  /// A folder with the publisher's columns; `nil` for the year that comes with the example.
  var folder: String?
  /// A file with a statement to compare with what was received; `nil` for the numbers of the year.
  var statement: String?
  /// Whose days the files mean.
  private(set) var zone = TimeZone.gmt
  var reports = RedemptionReports()

  static let usage = """
    Replays a year of a real grocery retailer through an offer bridge.

    Usage: CompleteJourney [OPTIONS]

      --json                the numbers as one JSON object
      --dry-run             issue and send nothing: decide each basket of the year on a
                            scratch copy of the ledger, and tell what would be
      --decisions FILE      write each decision that issues or sends to FILE, with the
                            bytes that are sent; the same for a dry run
      --data DIR            read baskets.csv, campaigns.csv, campaign_households.csv
                            and coupon_redemptions.csv from DIR
      --statement FILE      after the replay, compare FILE with the redemptions
                            that came in, by redemption_id; its columns are
                            those of coupon_redemptions.csv
      --zone NAME           whose days the files mean; America/New_York
      --redemptions WHEN    reported first, between or last; between the baskets
      --shuffle SEED        report them in an order of chance
      --repeat N            report each 1 to 100 times
      --help                this text

    Exit status: 0, also where a statement differs or nothing of it matches; 1 for
    files that cannot be read, down to a single line, with nothing printed; 2 for
    arguments that are not understood; 3 for a year that does not add up,
    or a dry run that left something in the ledger.

    """

  /// Reads the arguments, or throws what is wrong with the first that cannot be read.
  init(_ arguments: [String]) throws(UsageError) {
    var (rest, zone) = (arguments[...], RetailYear.zoneName)
    while let argument = rest.popFirst() {
      switch argument {
      case "--help", "-h": isHelp = true
      case "--json": isJSON = true
      case "--dry-run": isDryRun = true
      case "--decisions":
        decisions = try Self.value(of: argument, "a file", from: &rest) { $0.isEmpty ? nil : $0 }
      case "--data": folder = try Self.value(of: argument, "a folder", from: &rest) { $0.isEmpty ? nil : $0 }
      case "--statement":
        statement = try Self.value(of: argument, "a file", from: &rest) { $0.isEmpty ? nil : $0 }
      case "--zone":
        zone = try Self.value(of: argument, "a time zone", from: &rest) { $0 }
      case "--redemptions":
        reports.order = try Self.value(of: argument, "first, between or last", from: &rest) {
          RedemptionReports.Order(rawValue: $0)
        }
      case "--shuffle":
        reports.seed = try Self.value(of: argument, "a whole number, 0 or more", from: &rest) { UInt64($0) }
      case "--repeat":
        reports.times = try Self.value(of: argument, "a number from 1 to 100", from: &rest) {
          Int($0).flatMap { (1...100).contains($0) ? $0 : nil }
        }
      default: throw UsageError(problem: "\(argument.debugDescription) is not an option.")
      }
    }
    guard let known = TimeZone(identifier: zone) else {
      throw UsageError(problem: "This computer knows no time zone \(zone.debugDescription).")
    }
    self.zone = known
    if isDryRun, statement != nil {
      throw UsageError(problem: "A dry run receives no redemptions to compare a statement with.")
    }
  }

  private static func value<Value>(
    of option: String,
    _ expected: String,
    from rest: inout ArraySlice<String>,
    _ read: (String) -> Value?
  ) throws(UsageError) -> Value {
    guard let text = rest.popFirst() else { throw UsageError(problem: "\(option) needs \(expected).") }
    guard let value = read(text) else {
      throw UsageError(problem: "\(option) needs \(expected), not \(text.debugDescription).")
    }
    return value
  }
}

/// Why the arguments cannot be read, and the next step.
struct UsageError: Error, CustomStringConvertible {
  let problem: String

  var description: String { "\(problem) Try --help." }
}
