/// When a provider that fails is left alone, and for how long.
///
/// ```swift
/// LaneBreaker.standard                              // after 5 failures in a row, for 10 s to 5 min
/// LaneBreaker.opening(after: 20, for: .minutes(1))
/// ```
///
/// A failure is an attempt that threw, ran into its time-out or was answered
/// `retry(after:)`. A refusal is none: the system is there and says no.
///
/// | state | begins with | attempts | ends |
/// |---|---|---|---|
/// | closed | a run; enough probes in a row that were answered | as many as the lane may | `failures` in a row, or `share` of the last `outOf` |
/// | open | too many failures; a probe that failed | none: nothing is claimed, and no attempt is counted | after its time |
/// | half-open | the end of the open time | `probes` at once | all of them were answered, or one failed |
///
/// The open time doubles each time a probe fails, up to `cap`, and is
/// lengthened by up to a tenth, by a digest of the provider's name and the
/// count of openings, so that several lanes do not come back together. A
/// message gets older meanwhile: see ``MessageRetry/deadline``.
public struct LaneBreaker: Sendable, Hashable {
  /// After how many failures in a row it opens.
  public let failures: Int
  /// At which share of failures it opens, 0 to 1; `nil` for failures in a row alone.
  public let share: Double?
  /// Among how many of the last attempts the share is counted, 1 to 64.
  public let outOf: Int
  /// How long it is open the first time.
  public let open: Duration
  /// The longest that it is open.
  public let cap: Duration
  /// How many attempts find out whether the provider is back; all must be answered.
  public let probes: Int

  /// Opens after 5 failures in a row, or half of the last 20; for 10 seconds at first, 5 minutes at most; one probe.
  public static let standard = LaneBreaker(failures: 5, share: 0.5)

  /// A breaker.
  ///
  /// - Parameters:
  ///   - failures: After how many failures in a row it opens; at least 1.
  ///   - share: At which share of failures it opens as well; not at all by default.
  ///   - outOf: Among how many of the last attempts the share is counted, 1 to 64; fewer than that never open it.
  ///   - open: How long it is open the first time; at least a millisecond.
  ///   - cap: The longest that it is open; never less than `open`.
  ///   - probes: How many attempts find out whether the provider is back; at least 1.
  public init(
    failures: Int,
    share: Double? = nil,
    outOf: Int = 20,
    open: Duration = .seconds(10),
    cap: Duration = .minutes(5),
    probes: Int = 1
  ) {
    self.failures = max(1, failures)
    self.share = share.map { min(max(0, $0), 1) }
    self.outOf = min(max(1, outOf), 64)
    self.open = max(open, .milliseconds(1)).bounded
    self.cap = max(cap, self.open).bounded
    self.probes = max(1, probes)
  }

  /// Opens after so many failures in a row.
  ///
  /// - Parameters:
  ///   - failures: How many.
  ///   - length: For how long the first time; the longest is 5 minutes, or that length where it is longer.
  /// - Returns: A breaker with one probe.
  public static func opening(after failures: Int, for length: Duration) -> LaneBreaker {
    LaneBreaker(failures: failures, open: length)
  }
}
