public import Foundation

/// How another process works on a ledger's store: a small executable of the host's, for the check `multiProcess.killNine`.
///
/// ```swift
/// @main struct LedgerWorker {
///   static func main() async throws {
///     await OfferLedgerContract.work(on: try PostgresLedger(in: CommandLine.arguments[1]))
///   }
/// }
/// ```
///
/// Its standard input and output are the check's: log to the standard error.
/// The check starts three of it at a time, reads what each was acknowledged,
/// and kills it with a signal that no process can catch, once in each round.
///
/// A process that is killed loses what it kept to itself, and nothing that it
/// gave to the operating system. Whether a step outlives a power cut is for
/// the database's own settings.
///
/// Units: some 40 lines of each process in a round, each line a step or part of
/// one, and twice as many for what is left in the end.
public struct LedgerProcess: Sendable, Hashable {
  /// The executable, which calls ``OfferLedgerContract/work(on:)`` with its own ledger on the same store.
  public let executable: URL
  /// What it is started with, such as the store's path.
  public let arguments: [String]
  /// How many times three processes are started and killed.
  public let rounds: Int
  /// How long all of them may say nothing before that is a violation.
  public let patience: Duration

  /// An executable and its arguments.
  ///
  /// - Parameters:
  ///   - executable: The executable.
  ///   - arguments: What it is started with.
  ///   - rounds: How many times three processes are started and killed; 4 by default, more for a night of it, and
  ///     never less than 1.
  ///   - patience: How long all of them may say nothing; a minute by default.
  public init(
    executable: URL,
    arguments: [String] = [],
    rounds: Int = 4,
    patience: Duration = .seconds(60)
  ) {
    self.executable = executable
    self.arguments = arguments
    self.rounds = max(1, rounds)
    self.patience = patience
  }
}
