/// Since when a lane's ledger has failed, and how long it is left alone.
struct LedgerOutage: Sendable {
  private var since: Duration?
  private var failures = 0

  /// A call was answered.
  mutating func isOver() { self = LedgerOutage() }

  /// A call failed; says how long the ledger has failed by now.
  mutating func goesOn(at now: Duration) -> Duration {
    let since = since ?? now
    self.since = since
    return now - since
  }

  /// A question for messages failed; says how often that was so in a row.
  mutating func failedAgain() -> Int {
    failures += 1
    return failures
  }

  /// A tenth of a second at first, twice as long each time, ten seconds at most; lengthened by up to a tenth by a
  /// digest, so that the lanes and messages of several processes do not come back together.
  static func wait(after failures: Int, of provider: ProviderID, _ message: DerivedKey? = nil) -> Duration {
    let length = min(Duration.milliseconds(100 << min(max(failures, 1) - 1, 7)), .seconds(10))
    var derivation = KeyDerivation("ledger")
    derivation.add(provider.rawValue)
    if let message { derivation.add(message) }
    derivation.add(Int64(failures))
    return length * (1 + 0.1 * derivation.key().share)
  }
}
