import Foundation
import OfferBridgeKit
import Testing

@testable import DurableLedger

/// The lines of a trail, made beside a step.
@Suite struct TrailScribeTests {
  static let tellings = (0..<1_000).map { number in
    let customer = CustomerID("customer-\(number)")
    return TrailScribe.Telling(
      fact: TrailFact(at: Date(milliseconds: 0), cause: .commit, subject: .step, from: nil, to: .raised),
      personal: TrailPersonal(salt: DerivedKey(drawnFrom: { UInt64(number) }), customer: customer),
      customer: customer,
      event: nil
    )
  }

  /// The same lines, one after the other.
  static let lines: [String] = {
    var anchor = TrailAnchor.beginning(of: "main")
    return tellings.map { telling in
      let (entry, line) = TrailEntry.following(anchor, telling.fact, personal: telling.personal)
      anchor = entry.anchor
      return line
    }
  }()

  @Test(arguments: [1, 31, 32, 33, 400, 1_000])
  func `lines that are made beside a step are those of one who tells and writes in turn`(part: Int) throws {
    let scribe = TrailScribe(after: .beginning(of: "main"))
    var lines: [String] = []
    var end = TrailAnchor.beginning(of: "main")
    for (number, telling) in Self.tellings.enumerated() {
      scribe.tell(telling)
      guard (number + 1).isMultiple(of: part) || number == Self.tellings.count - 1 else { continue }
      let (entries, anchor) = scribe.take()
      for (entry, line, told) in entries {
        #expect(told.customer == entry.personal?.customer)
        lines.append(line)
      }
      #expect(anchor == entries.last?.entry.anchor)
      end = anchor
    }
    #expect(lines == Self.lines)
    #expect(end.count == 1_000)
    #expect(scribe.take().entries.isEmpty)
  }

  @Test func `a hundred steps at once, each with a scribe of its own, get each their own lines`() async {
    await withTaskGroup(of: [String].self) { group in
      for _ in 0..<100 {
        group.addTask {
          let scribe = TrailScribe(after: .beginning(of: "main"))
          for telling in Self.tellings { scribe.tell(telling) }
          return scribe.take().entries.map(\.line)
        }
      }
      for await lines in group { #expect(lines == Self.lines) }
    }
  }
}
