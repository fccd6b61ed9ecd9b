import OfferBridgeKit
import Testing

/// The three states of a breaker, and every way from one to another.
@Suite struct CircuitBreakerTests {
  enum Step: Sendable { case ok, no, silent, pass(Int), begin(Int) }

  private static func breaker(_ settings: LaneBreaker) -> CircuitBreaker {
    CircuitBreaker(settings, of: "wallet")
  }

  /// Does the steps at one second each, and answers the name of the state after each.
  private func states(_ settings: LaneBreaker, _ steps: [Step]) -> String {
    var breaker = Self.breaker(settings)
    var now = Duration.zero
    return steps.map { step in
      switch step {
      case .ok: _ = breaker.succeed(in: breaker.round)
      case .no: _ = breaker.fail(in: breaker.round, at: now)
      case .silent: breaker.forget(in: breaker.round)
      case .begin(let count): breaker.begin(count)
      case .pass(let seconds): now += .seconds(seconds)
      }
      _ = breaker.halfOpens(at: now)
      switch breaker.state {
      case .closed: return "c"
      case .open: return "o"
      case .halfOpen: return "h"
      }
    }.joined()
  }

  private static let three = LaneBreaker(failures: 3, open: .seconds(10), cap: .seconds(40), probes: 2)
  private static let half = LaneBreaker(failures: 100, share: 0.5, outOf: 4, open: .seconds(10))

  @Test(
    arguments: [
      ("failures in a row open it", three, [.no, .no, .no], "cco"),
      ("a success between them does not", three, [.no, .no, .ok, .no, .no], "ccccc"),
      ("a silent end is neither", three, [.no, .no, .silent, .no], "ccco"),
      ("what ends while it is open changes nothing", three, [.no, .no, .no, .ok, .no, .pass(9)], "ccoooo"),
      ("its time ends it", three, [.no, .no, .no, .pass(10), .pass(1)], "ccooh"),
      ("all probes answered close it", three, [.no, .no, .no, .pass(11), .begin(2), .ok, .ok], "ccohhhc"),
      (
        "one that fails opens it for longer", three,
        [.no, .no, .no, .pass(11), .begin(2), .ok, .no, .pass(19), .pass(3)], "ccohhhooh"
      ),
      ("a share of the last opens it", half, [.no, .ok, .ok, .no], "ccco"),
      ("too few say nothing", half, [.no, .no, .no], "ccc"),
      ("only the last count", half, [.no, .ok, .ok, .ok, .ok, .no, .no], "cccccco"),
    ] as [(String, LaneBreaker, [Step], String)]
  )
  func `each step leads to its state`(what: String, settings: LaneBreaker, steps: [Step], expected: String) {
    #expect(states(settings, steps) == expected, "\(what)")
  }

  @Test func `it lets any number begin, none, or as many as there are probes`() {
    var breaker = Self.breaker(Self.three)
    #expect(breaker.allowance == nil)
    for _ in 0..<3 { _ = breaker.fail(in: breaker.round, at: .zero) }
    #expect(breaker.allowance == 0)
    _ = breaker.halfOpens(at: .seconds(11))
    #expect(breaker.allowance == 2)
    breaker.begin(1)
    #expect(breaker.allowance == 1)
    breaker.begin(1)
    #expect(breaker.allowance == 0)
    breaker.forget(in: breaker.round)
    #expect(breaker.allowance == 1)
  }

  @Test func `an attempt of an earlier round says nothing of this one`() {
    var breaker = Self.breaker(Self.three)
    let before = breaker.round
    for _ in 0..<3 { _ = breaker.fail(in: before, at: .zero) }
    let isHalfOpen = breaker.halfOpens(at: .seconds(11))
    let length = breaker.fail(in: before, at: .seconds(11))
    let isClosed = breaker.succeed(in: before)
    #expect(isHalfOpen)
    #expect(length == nil)
    #expect(!isClosed)
    #expect(breaker.state == .halfOpen)
  }

  @Test func `the open time doubles up to its cap, a tenth longer at most, and begins anew once closed`() {
    var breaker = Self.breaker(Self.three)
    var now = Duration.zero
    var lengths: [Duration] = []
    for _ in 0..<5 {
      var length: Duration?
      for _ in 0..<3 where length == nil { length = breaker.fail(in: breaker.round, at: now) }
      lengths.append(length ?? .zero)
      now += length ?? .zero
      _ = breaker.halfOpens(at: now)
    }
    for (length, least) in zip(lengths, [10, 20, 40, 40, 40]) {
      #expect(length >= .seconds(least) && length < .seconds(least) * 1.1)
    }
    #expect(Set(lengths).count == 5)
    breaker.begin(2)
    for _ in 0..<2 { _ = breaker.succeed(in: breaker.round) }
    #expect(breaker.state == .closed)
    var again: Duration?
    for _ in 0..<3 { again = breaker.fail(in: breaker.round, at: now) ?? again }
    #expect(again == lengths[0])
  }

  @Test func `settings nobody would choose are brought into their ranges`() {
    let odd = LaneBreaker(failures: 0, share: 7, outOf: 99, open: .zero, cap: .seconds(-1), probes: -3)
    #expect(
      odd
        == LaneBreaker(
          failures: 1,
          share: 1,
          outOf: 64,
          open: .milliseconds(1),
          cap: .milliseconds(1),
          probes: 1
        )
    )
    #expect(LaneSettings(atOnce: 0).atOnce == 1)
  }
}
