import Foundation
import OfferBridgeKit

/// Tells what happened: line by line to a person, and the same again to the diagram and the journal.
struct Teller {
  private let say: (String) -> Void
  private var chapters = 0
  private var diagram = Diagram()
  private(set) var journal = Journal()

  init(say: @escaping (String) -> Void) { self.say = say }

  mutating func chapter(_ title: String) {
    chapters += 1
    if chapters > 1 { say("") }
    say("\(chapters). \(title)")
  }

  func line(_ label: String, _ text: String) {
    say("   " + label.padding(toLength: 11, withPad: " ", startingAt: 0) + text)
  }

  /// The shop reports an action or an event.
  mutating func happened(_ what: String, at moment: Date) {
    journal.triggers += 1
    diagram.add(.shop, .bridge, what)
    line("reported", "\(what) at \(moment.words)")
  }

  /// The bridge answers it, with a decision of every campaign and observer that heard something.
  mutating func decided(_ decisions: Decisions) -> Decisions {
    journal.decisions += decisions.considered
    for decision in decisions.considered {
      diagram.add(.bridge, .bridge, decision.description)
      line("decided", decision.description)
    }
    return decisions
  }

  /// The decision's rule, clause by clause: what was required, and what was seen.
  func explain(_ decision: CampaignDecision?) {
    guard let decision else { return }
    for clause in decision.explanation.description.split(separator: "\n") { say("     " + clause) }
  }

  /// A message was tried.
  mutating func attempted(_ record: MessageRecord, nextDue: Date?) {
    let message = record.message
    if record.attempts == 1 { line("payload", message.payloadText) }
    diagram.add(.bridge, .wallet, "\(message.variant) for \(message.customer), attempt \(record.attempts)")
    diagram.add(.wallet, .bridge, record.words)
    line("attempt \(record.attempts)", record.words + (nextDue.map { ", next due at \($0.words)" } ?? ""))
  }

  /// The wallet reports a redemption.
  mutating func received(_ redemption: Redemption, _ match: RedemptionMatch) {
    journal.redemptions.append(redemption.id)
    received("redemption \(redemption.id) of \(redemption.reference.words)", redemption.time, match)
  }

  /// The wallet reports that a redemption was undone.
  mutating func received(_ reversal: Reversal, _ match: RedemptionMatch) {
    received("reversal \(reversal.id) of redemption \(reversal.redemption)", reversal.time, match)
  }

  private mutating func received(_ what: String, _ time: RedemptionTime, _ match: RedemptionMatch) {
    diagram.add(.wallet, .bridge, what)
    diagram.add(.bridge, .bridge, match.words)
    line("received", "\(what) at \(time)")
    line("matched", match.words)
  }

  func drawDiagram() {
    for line in diagram.lines { say(line) }
  }
}
