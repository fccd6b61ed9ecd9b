import Synchronization

/// Does together what many ask for at once.
///
/// What is asked for while a batch is under way gathers, and is the next
/// batch: nobody waits for a timer, and one who asks alone is served at once.
/// Requests are taken in the order in which they came.
final class Coalescer<Request: Sendable, Answer: Sendable>: Sendable {
  private struct Waiting {
    let requests: [Request]
    let continuation: CheckedContinuation<[Answer], any Error>
  }

  private struct State {
    var waiting: [Waiting] = []
    var isWorking = false
  }

  private let most: Int
  private let work: @Sendable ([Request]) async throws -> [Answer]
  private let state = Mutex(State())

  /// - Parameters:
  ///   - most: How many requests are done together; one caller's are not torn apart for it.
  ///   - work: Does some, and gives an answer to each in their order.
  init(most: Int, work: @escaping @Sendable ([Request]) async throws -> [Answer]) {
    self.most = max(1, most)
    self.work = work
  }

  /// How many callers wait for the batch under way to end.
  var waitingCount: Int { state.withLock { $0.waiting.count } }

  /// Asks, and waits for the answers.
  ///
  /// - Parameter requests: What is asked for.
  /// - Returns: An answer to each, in their order.
  /// - Throws: What the work throws for these alone.
  func ask(_ requests: [Request]) async throws -> [Answer] {
    try await withCheckedThrowingContinuation { continuation in
      let isFirst = state.withLock { state in
        state.waiting.append(Waiting(requests: requests, continuation: continuation))
        defer { state.isWorking = true }
        return !state.isWorking
      }
      // Nobody's task: it serves all, whichever of them is cancelled.
      if isFirst { Task.detached { await self.workOff() } }
    }
  }

  private func workOff() async {
    while let batch = next() {
      await serve(batch)
      // Who was answered may ask again at once. Let them, or the first of them has a flush to itself.
      if batch.count > 1 { await Task.yield() }
    }
  }

  private func next() -> [Waiting]? {
    state.withLock { state in
      var (count, end) = (0, 0)
      while end < state.waiting.count, end == 0 || count + state.waiting[end].requests.count <= most {
        count += state.waiting[end].requests.count
        end += 1
      }
      let batch = Array(state.waiting.prefix(end))
      state.waiting.removeFirst(end)
      state.isWorking = end > 0
      return end > 0 ? batch : nil
    }
  }

  private func serve(_ batch: [Waiting]) async {
    do {
      var answers = try await answers(to: batch.flatMap(\.requests))[...]
      for each in batch {
        each.continuation.resume(returning: Array(answers.prefix(each.requests.count)))
        answers = answers.dropFirst(each.requests.count)
      }
    } catch {
      let isEverybodys = (error as? any LedgerFault)?.isEverybodys ?? false
      if batch.count == 1 || isEverybodys {
        for each in batch { each.continuation.resume(throwing: error) }
        return
      }
      // One of them may be at fault, and must not take the others with it: each again, by itself.
      for each in batch { await serve([each]) }
    }
  }

  private func answers(to requests: [Request]) async throws -> [Answer] {
    let answers = try await work(requests)
    guard answers.count == requests.count else {
      throw WrongNumberOfAnswers(asked: requests.count, answered: answers.count)
    }
    return answers
  }
}

/// A ledger that did not answer each request: whose answer is whose, nobody can tell.
package struct WrongNumberOfAnswers: Error, CustomStringConvertible {
  let asked: Int
  let answered: Int

  package var description: String {
    "The ledger gave \(answered) answers to \(asked) requests. Put it to OfferLedgerContract."
  }
}
