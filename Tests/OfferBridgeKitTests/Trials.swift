import Foundation

/// How much is tried at random.
///
/// As much as finds the faults that the tests are for, and no more, so that all of them are done in a minute or two.
/// `OFFERBRIDGE_TRIALS=3 swift test` tries three times as much.
enum Trials {
  private static let factor: Int = {
    let word = ProcessInfo.processInfo.environment["OFFERBRIDGE_TRIALS"] ?? "1"
    guard let factor = Int(word), factor > 0 else {
      fatalError("OFFERBRIDGE_TRIALS is no number above 0: \(word)")
    }
    return factor
  }()

  /// So many where nothing else is asked for.
  static func count(_ usual: Int) -> Int { usual * factor }
}
