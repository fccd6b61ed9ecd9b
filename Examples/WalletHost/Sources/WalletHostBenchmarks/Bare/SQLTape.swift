import Synchronization

/// What a ledger asked its database for, in its order and with each value: to be asked for again, by bare calls of the
/// database's C interface.
final class SQLTape<Move: Sendable>: Sendable {
  private let moves = Mutex<[Move]>([])

  func add(_ move: Move) { moves.withLock { $0.append(move) } }

  /// Takes off what was recorded until now.
  func cut() -> [Move] {
    moves.withLock { moves in
      defer { moves = [] }
      return moves
    }
  }
}
