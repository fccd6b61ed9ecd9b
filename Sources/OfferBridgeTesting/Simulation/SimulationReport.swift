/// What a run, or many of them, came to.
public struct SimulationReport: Sendable, Hashable {
  /// A promise that was broken.
  public struct Violation: Sendable, Hashable, CustomStringConvertible {
    /// The run.
    public let simulation: Simulation
    /// The promise, by its name: "I6", "oracle", "liveness".
    public let promise: String
    /// What was seen.
    public let what: String

    /// The promise and what was seen, without the run.
    public var description: String { "\(promise): \(what)" }
  }

  /// How many journeys were begun.
  public internal(set) var journeys = 0
  /// How many runs there were.
  public internal(set) var runs = 0
  /// The milliseconds of virtual time.
  public internal(set) var virtualMilliseconds: Int64 = 0
  /// How many jobs were run, each chosen among those that were ready.
  public internal(set) var jobs = 0
  /// How often each class of fault struck.
  public internal(set) var faults: [SimulatedFault: Int] = [:]
  /// How often each answer of each call was seen, by its name: "settle.lostLease".
  public internal(set) var answers: [String: Int] = [:]
  /// Effects in wallets.
  public internal(set) var effects = 0
  /// Effects under a key that the wallet no longer remembered.
  public internal(set) var effectsBeyondMemory = 0
  /// Every promise that was broken, the first few of each run.
  public internal(set) var violations: [Violation] = []
  /// A digest of everything that happened, in its order: equal for equal runs, in every process.
  public internal(set) var traceHash: UInt64 = 0
  /// The last of what happened in the run, for one that broke a promise.
  public internal(set) var lastSteps: [String] = []

  /// The answers, faults aside, that a simulation is expected to see and that were not seen.
  public var unseenAnswers: [String] { SimulatedAnswer.all.filter { answers[$0] == nil } }

  /// The sums of two reports; the later one's last steps, if it has a violation.
  mutating func add(_ other: SimulationReport) {
    journeys += other.journeys
    runs += other.runs
    virtualMilliseconds += other.virtualMilliseconds
    jobs += other.jobs
    faults.merge(other.faults, uniquingKeysWith: +)
    answers.merge(other.answers, uniquingKeysWith: +)
    effects += other.effects
    effectsBeyondMemory += other.effectsBeyondMemory
    violations += other.violations
    traceHash = (traceHash &* 0x100_0000_01b3) ^ other.traceHash
    if !other.violations.isEmpty && lastSteps.isEmpty { lastSteps = other.lastSteps }
  }
}
