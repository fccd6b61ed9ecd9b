import Foundation
import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// Every command in every state of a message: what it is answered, and where the message stands afterwards.
@Suite struct MessageStateTests {
  enum Start: CaseIterable {
    case waiting, leased, accepted, rejected, buried, confirmed, withdrawn, superseded
  }

  enum Command: CaseIterable {
    case claim, extend, accept, reject, retry, bury, release, giveBack, redrive, reissue, recall
  }

  private static let key = DerivedKey.derive("message", "a")

  /// A message in that state, that was handed out once under the lease.
  private func desk(_ start: Start) throws -> (Desk, Lease) {
    var desk = Desk()
    desk.issue("a", redeemable: .unlimited)
    let claim = try #require(desk.claim().first)
    let notNow = Settlement.Outcome.retry(after: .zero, failure: "busy", isUnknown: false)
    switch start {
    case .waiting: desk.settle(claim, notNow)
    case .leased: break
    case .accepted: desk.settle(claim, .accepted("W1"))
    case .rejected: desk.settle(claim, .rejected(reason: "no"))
    case .buried: desk.settle(claim, .buried(reason: "spent", isUnknown: false))
    case .confirmed:
      desk.settle(claim, notNow)
      desk.redeem("r-1", .issuedOffer(Desk.id("a")), at: -1)
    case .withdrawn:
      desk.settle(claim, notNow)
      desk.close("a")
    case .superseded:
      desk.settle(claim, .rejected(reason: "no"))
      desk.redrive(Self.key, .newGeneration)
    }
    return (desk, claim.lease)
  }

  /// The answer's word.
  private func run(_ command: Command, _ desk: inout Desk, _ lease: Lease) -> String {
    func settle(_ outcome: Settlement.Outcome) -> String {
      "\(desk.state.settle(Settlement(lease: lease, outcome: outcome), now: desk.now))"
    }
    switch command {
    case .claim: return desk.claim().contains { $0.message.key == Self.key } ? "claimed" : "none"
    case .extend: return "\(desk.state.extend(lease, by: .minutes(5), now: desk.now))"
    case .accept: return settle(.accepted("W1"))
    case .reject: return settle(.rejected(reason: "no"))
    case .retry: return settle(.retry(after: .minutes(1), failure: "busy", isUnknown: false))
    case .bury: return settle(.buried(reason: "spent", isUnknown: false))
    case .release: return settle(.released(wasHanded: true))
    case .giveBack: return settle(.released(wasHanded: false))
    case .redrive: return "\(desk.redrive(Self.key, .sameKey))"
    case .reissue: return "\(desk.redrive(Self.key, .newGeneration))"
    case .recall:
      let answer = "\(desk.close("a", recalling: true))"
      let recalls = desk.state.messages(of: "ada").count { $0.message.purpose == .recall }
      return recalls == 0 ? answer : answer.prefix { $0 != "(" } + "+recall"
    }
  }

  /// In the order of the commands: the answer's word, and the state afterwards.
  private static let table: [Start: [String]] = [
    .waiting: [
      "claimed leased", "alreadySettled waiting", "alreadySettled waiting", "alreadySettled waiting",
      "alreadySettled waiting", "alreadySettled waiting", "alreadySettled waiting", "alreadySettled waiting",
      "alreadyOpen waiting", "alreadyOpen waiting", "closed withdrawn",
    ],
    .leased: [
      "none leased", "extended leased", "settled accepted", "settled rejected", "settled waiting",
      "settled buried", "settled waiting", "settled waiting", "alreadyOpen leased", "alreadyOpen leased",
      "closed+recall leased",
    ],
    .accepted: [
      "none accepted", "alreadySettled accepted", "alreadySettled accepted", "alreadySettled accepted",
      "alreadySettled accepted", "alreadySettled accepted", "alreadySettled accepted",
      "alreadySettled accepted", "refused accepted", "refused accepted", "closed+recall accepted",
    ],
    .rejected: [
      "none rejected", "alreadySettled rejected", "alreadySettled rejected", "alreadySettled rejected",
      "alreadySettled rejected", "alreadySettled rejected", "alreadySettled rejected",
      "alreadySettled rejected", "redriven waiting", "redriven rejected", "closed rejected",
    ],
    .buried: [
      "none buried", "alreadySettled buried", "alreadySettled buried", "alreadySettled buried",
      "alreadySettled buried", "alreadySettled buried", "alreadySettled buried", "alreadySettled buried",
      "redriven waiting", "redriven buried", "closed buried",
    ],
    .confirmed: [
      "none accepted", "alreadySettled accepted", "alreadySettled accepted", "alreadySettled accepted",
      "alreadySettled accepted", "alreadySettled accepted", "alreadySettled accepted",
      "alreadySettled accepted", "refused accepted", "refused accepted", "closed+recall accepted",
    ],
    .withdrawn: [
      "none withdrawn", "alreadySettled withdrawn", "alreadySettled withdrawn", "alreadySettled withdrawn",
      "alreadySettled withdrawn", "alreadySettled withdrawn", "alreadySettled withdrawn",
      "alreadySettled withdrawn", "refused withdrawn", "refused withdrawn", "alreadyClosed withdrawn",
    ],
    .superseded: [
      "none rejected", "alreadySettled rejected", "alreadySettled rejected", "alreadySettled rejected",
      "alreadySettled rejected", "alreadySettled rejected", "alreadySettled rejected",
      "alreadySettled rejected", "superseded rejected", "superseded rejected", "closed rejected",
    ],
  ]

  @Test(arguments: Start.allCases, Command.allCases)
  func `every command is answered in every state of a message`(start: Start, command: Command) throws {
    var (desk, lease) = try desk(start)
    let word = run(command, &desk, lease).prefix { $0 != "(" }
    let record = try #require(desk.state.messages(of: "ada").first)
    let row = try #require(Self.table[start])
    #expect("\(word) \(record.state.name)" == row[try #require(Command.allCases.firstIndex(of: command))])
    #expect(record.message.payload == Array("a".utf8))
    #expect(desk.state.audit(now: desk.now).imbalances == [])
  }

  @Test(arguments: [Command.extend, .accept, .reject, .retry, .bury, .release, .giveBack])
  func `a worker whose fence is old changes nothing`(command: Command) throws {
    var (desk, old) = try desk(.leased)
    desk.now += 60_000
    let claim = try #require(desk.claim().first)
    #expect(claim.lease.fence == old.fence + 1)
    let before = desk.state.messages(of: "ada")
    #expect(run(command, &desk, old) == "lostLease")
    #expect(desk.state.messages(of: "ada") == before)
    #expect(desk.settle(claim, .accepted("W1")) == .settled)
  }

  @Test func `a lease is prolonged from now on, never shortened, and also when it has just run out`() throws {
    var (desk, lease) = try desk(.leased)
    let end = lease.until
    #expect(desk.state.extend(lease, by: .seconds(1), now: desk.now) == .extended(lease))
    desk.now += 60_000
    let longer = Lease(message: lease.message, fence: lease.fence, until: end + 30)
    #expect(desk.state.extend(lease, by: .seconds(30), now: desk.now) == .extended(longer))
    #expect(desk.claim().isEmpty)
    desk.now += 30_000
    #expect(desk.claim().map(\.lease.fence) == [2])
    #expect(desk.state.extend(lease, by: .seconds(30), now: desk.now) == .lostLease)
    let unknown = Lease(message: .derive("nobody"), fence: 1, until: end)
    #expect(desk.state.extend(unknown, by: .seconds(30), now: desk.now) == .lostLease)
  }
}
