import Foundation

/// What rules can look back at.
public struct RuleHistory: Sendable {
  /// The actions that the rules of this decision asked for, each once, the present one included.
  ///
  /// Empty when no rule asked for any.
  public let actions: [CustomerAction]
  /// The offers issued to the customer before, oldest first, then those of this journey's earlier steps.
  public let issuedOffers: [IssuedOffer]

  package init(actions: [CustomerAction], issuedOffers: [IssuedOffer]) {
    self.actions = actions
    self.issuedOffers = issuedOffers
  }

  package func adding(_ issued: IssuedOffer) -> RuleHistory {
    var all = issuedOffers
    all.append(issued)
    return RuleHistory(actions: actions, issuedOffers: all)
  }
}

// Plain functions over plain values, called by operands of every profile type, so that they are compiled once and not
// generic. By index, for an iterator retains every action that it passes.
extension RuleHistory {
  func count(of name: String, in window: HistoryWindow) -> Int {
    actions.withUnsafeBufferPointer { actions in
      var count = 0
      for index in actions.indices where actions[index].is(name, in: window) { count += 1 }
      return count
    }
  }

  func total(of name: String, by attribute: String, in window: HistoryWindow) -> Double {
    actions.withUnsafeBufferPointer { actions in
      var total = Total()
      for index in actions.indices where actions[index].is(name, in: window) {
        if let number = actions[index].attributes.number(attribute) { total.add(number) }
      }
      return total.sum
    }
  }

  func forEach(_ name: String, in window: HistoryWindow, _ body: (CustomerAction) -> Void) {
    for action in actions where action.is(name, in: window) { body(action) }
  }

  func holds(_ offer: OfferID, at now: Date) -> Bool {
    issuedOffers.contains { $0.offer == offer && $0.status(at: now) == .issued }
  }
}

extension CustomerAction {
  @inline(__always)
  fileprivate func `is`(_ name: String, in window: HistoryWindow) -> Bool {
    self.name == name && window.contains(occurredAt)
  }
}

extension Attributes {
  /// The number of that name, or `nil` where there is none.
  func number(_ name: String) -> Double? {
    for index in entries.indices where entries[index].name == name {
      return Double(attributeValue: entries[index].value)
    }
    return nil
  }
}

/// A sum that keeps what each addition rounds away, so that ten times 0.1 are 1.
///
/// Source: A. Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", 1974.
struct Total {
  private var rounded = 0.0
  private var lost = 0.0

  var sum: Double { rounded.isFinite ? rounded + lost : rounded }

  mutating func add(_ number: Double) {
    let next = rounded + number
    lost += rounded.magnitude >= number.magnitude ? rounded - next + number : number - next + rounded
    rounded = next
  }
}
