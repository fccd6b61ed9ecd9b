import Foundation

/// What can be heard.
enum Heard: Hashable, Sendable {
  case action(String)
  case event(String)
  case issuance(OfferID)
  /// A campaign's own schedule.
  case schedule(CampaignID)
}

/// What a journey may look at and issue.
struct JourneyReach: Sendable {
  /// How far back each action's clauses look.
  var actions: [String: Set<HistoryPeriod>] = [:]
  var offersSeen: Set<OfferID> = []
  var issuers: [Issuer] = []

  /// A campaign that issues an offer, and when it runs.
  struct Issuer: Sendable {
    let offer: OfferID
    let runTime: RunTime
  }

  /// The offers that campaigns may issue that run, wherever the customer is; each once.
  func offersIssued(at now: Int64) -> [OfferID] {
    var offers: [OfferID] = []
    for issuer in issuers where issuer.runTime.mayRun(at: now) && !offers.contains(issuer.offer) {
      offers.append(issuer.offer)
    }
    return offers
  }

  /// What a store is asked for: one window a name, wide enough for every clause.
  func needs(at now: Date, zone: TimeZone) -> [HistoryNeed] {
    actions.sorted { $0.key < $1.key }.map { name, periods in
      let after = periods.map { $0.window(at: now, zone: zone).after }.min() ?? now
      return HistoryNeed(action: name, window: HistoryWindow(after: after, through: now))
    }
  }

  /// Whether what the other asked of ledger and catalog is enough for this one.
  func isWithin(_ other: JourneyReach) -> Bool {
    offersSeen.isSubset(of: other.offersSeen)
      && issuers.allSatisfy { issuer in other.issuers.contains { $0.offer == issuer.offer } }
  }
}

/// Who hears one thing, and what a journey that begins there may need.
final class Channel: Sendable {
  let heard: Heard
  let listeners: [Listener]
  /// As the catalog was when the bridge was made.
  let reach: JourneyReach

  init(_ heard: Heard, _ listeners: [Listener], _ reach: JourneyReach) {
    self.heard = heard
    self.listeners = listeners
    self.reach = reach
  }
}

/// Who hears what.
struct CampaignWiring: Sendable {
  let all: [Listener]
  private let channels: [Heard: Channel]
  private let listeners: [Heard: [Listener]]
  private let raises: [OfferID: String?]

  init(_ all: [Listener], offers: [OfferID: Offer]) {
    let listeners = Dictionary(grouping: all, by: \.trigger).mapValues { $0.sorted { $0.goesBefore($1) } }
    let raises = offers.mapValues(\.raises)
    self.all = all
    self.listeners = listeners
    self.raises = raises
    channels = Dictionary(
      uniqueKeysWithValues: listeners.map { heard, listening in
        (heard, Channel(heard, listening, Self.reach(of: heard, in: listeners, raises: raises)))
      }
    )
  }

  /// Who hears it, or `nil` when nobody does.
  func channel(of heard: Heard) -> Channel? { channels[heard] }

  /// What a journey from there may need for the catalog as it is now; `nil` when every offer raises the event that it
  /// did.
  func reach(of channel: Channel, whereChanged offers: [OfferID: Offer]) -> JourneyReach? {
    if offers.allSatisfy({ raises[$0.key] == .some($0.value.raises) }) { return nil }
    let now = raises.merging(offers.mapValues { $0.raises }) { _, now in now }
    return Self.reach(of: channel.heard, in: listeners, raises: now)
  }

  private static func reach(
    of start: Heard,
    in listeners: [Heard: [Listener]],
    raises: [OfferID: String?]
  ) -> JourneyReach {
    var reach = JourneyReach()
    var seen: Set<Heard> = [start]
    var open = [start]
    while let heard = open.popLast() {
      for listener in listeners[heard] ?? [] {
        for need in listener.rule.needs {
          switch need {
          case .actions(let name, let period):
            reach.actions[name, default: []].insert(period)
          case .issuedOffers(let offer):
            reach.offersSeen.insert(offer)
          }
        }
        var next: [Heard] = []
        switch listener.outcome {
        case .issue(let choice):
          for offer in choice.offers {
            reach.issuers.append(.init(offer: offer, runTime: listener.runTime))
            next.append(.issuance(offer))
            if let event = raises[offer] ?? nil { next.append(.event(event)) }
          }
        case .raise(let event): next = [.event(event)]
        case .send: break
        }
        for heard in next where seen.insert(heard).inserted { open.append(heard) }
      }
    }
    return reach
  }
}
