import Foundation

@testable import CompleteJourney

/// The four files of a year in a folder of their own, each with its header and the lines a test adds.
struct RetailFiles {
  var baskets = "basket_id,household_id,checked_out_at,amount_cents\n"
  var campaigns = "campaign_id,campaign_type,start_date,end_date\n"
  var targets = "campaign_id,household_id\n"
  var redemptions = "redemption_id,household_id,coupon_upc,campaign_id,redemption_date\n"
  /// The names of files that are not written.
  var absent: Set<String> = []
  let folder = FileManager.default.temporaryDirectory.appending(path: "retail-year-\(UUID().uuidString)")

  /// Writes the files, reads the year from them, and removes them.
  func read() throws -> RetailYear {
    try write()
    defer { remove() }
    return try RetailYear(directory: folder)
  }

  func write() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let files = [
      ("baskets.csv", baskets),
      ("campaigns.csv", campaigns),
      ("campaign_households.csv", targets),
      ("coupon_redemptions.csv", redemptions),
    ]
    for (name, text) in files where !absent.contains(name) {
      try Data(text.utf8).write(to: folder.appending(path: name))
    }
  }

  func remove() {
    try? FileManager.default.removeItem(at: folder)
  }

  /// What reading the year has to say; `nil` when there is nothing to mend.
  func message() -> String? {
    do {
      _ = try read()
      return nil
    } catch {
      return "\(error)"
    }
  }
}
