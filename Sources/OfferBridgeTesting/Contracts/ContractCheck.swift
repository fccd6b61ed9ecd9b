import OfferBridgeKit

/// One thing that a host's implementation must do, as a value that any test framework can run.
///
/// ```swift
/// @Test(arguments: OfferLedgerContract.checks)
/// func `our ledger keeps the contract`(check: ContractCheck<LedgerUnderTest>) async throws {
///   try await check.run(on: ours)
/// }
/// ```
///
/// A check waits for nothing: the time that it needs passes by hand.
public struct ContractCheck<Subject: Sendable>: Sendable, Identifiable, CustomStringConvertible {
  /// Its name, such as "issue.replayReturnsSameIssuance"; each is there once in a contract.
  public let name: String
  private let body: @Sendable (Subject, ContractSteps) async throws -> Void

  /// What came of a check that found no fault.
  public enum Answer: Sendable, Hashable {
    /// The contract is kept, as far as the check can tell.
    case kept
    /// The implementation does not claim what the check is about; nothing was tried.
    case notClaimed
  }

  /// Its name.
  public var id: String { name }
  /// Its name.
  public var description: String { name }

  init(_ name: String, body: @escaping @Sendable (Subject, ContractSteps) async throws -> Void) {
    self.name = name
    self.body = body
  }

  /// Tries it on an implementation.
  ///
  /// - Parameter subject: What is put to the test.
  /// - Returns: `kept`, or `notClaimed` where the implementation says so.
  /// - Throws: ``ContractViolation`` when the contract is not kept, also when the implementation throws where nothing
  ///   is wrong.
  @discardableResult
  public func run(on subject: Subject) async throws -> Answer {
    let steps = ContractSteps(check: name)
    do {
      try await body(subject, steps)
      return .kept
    } catch is NotClaimed {
      return .notClaimed
    } catch let violation as ContractViolation {
      throw violation
    } catch {
      throw steps.violation(expected: "an answer", seen: "it threw \(error)")
    }
  }
}

/// What an implementation did where its contract asks for something else.
public struct ContractViolation: Error, Sendable, Hashable, CustomStringConvertible {
  /// The name of the check.
  public let check: String
  /// What was done up to then, in order, each with its number and its answer.
  public let steps: [String]
  /// What the contract asks for.
  public let expected: String
  /// What there was.
  public let seen: String

  /// All of it, a line for each step.
  public var description: String {
    (["\(check) is not kept:"] + steps + ["expected: \(expected)", "seen:     \(seen)"])
      .joined(separator: "\n")
  }
}

/// Thrown inside a check whose subject does not claim what it is about.
struct NotClaimed: Error {}

/// The protocol of one run of a check.
final class ContractSteps: Sendable {
  let check: String
  private let done = Guarded<[String]>([])

  init(check: String) { self.check = check }

  func note(_ step: String) {
    done.withLock { $0.append("\($0.count + 1). \(step)") }
  }

  /// The last of the steps, for a check of thousands is not read from its beginning.
  func violation(expected: String, seen: String) -> ContractViolation {
    let all = done.withLock { $0 }
    let shown = all.count > 40 ? ["… \(all.count - 40) steps before"] + all.suffix(40) : all
    return ContractViolation(check: check, steps: shown, expected: expected, seen: seen)
  }

  func expect<Value: Equatable>(_ what: String, _ seen: Value, is expected: Value) throws {
    guard seen != expected else { return }
    let (wanted, found) = (readable(expected), readable(seen))
    let apart = wanted == found ? momentsApart(seen, expected) : nil
    throw violation(expected: "\(what): \(wanted)", seen: apart.map { "\(found), but \($0)" } ?? found)
  }

  func expect(_ what: String, _ holds: Bool, seen: @autoclosure () -> Any) throws {
    guard !holds else { return }
    throw violation(expected: what, seen: readable(seen()))
  }

  /// The value, which must be there.
  func unwrap<Value>(_ what: String, _ value: Value?) throws -> Value {
    guard let value else { throw violation(expected: what, seen: "nothing") }
    return value
  }
}
