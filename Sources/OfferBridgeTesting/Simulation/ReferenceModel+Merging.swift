package import Foundation
package import OfferBridgeKit

// Who is one customer with whom. Whatever is known has an owner: a merge gives it another one.
extension ReferenceModel {
  /// The id that whoever has this one goes by.
  func person(_ id: CustomerID) -> CustomerID { survivors[id] ?? id }

  func isOne(_ id: CustomerID, _ other: CustomerID) -> Bool { person(id) == person(other) }

  /// An id stands somewhere from now on.
  mutating func mention(_ id: CustomerID) {
    mentioned.insert(id)
    gone.remove(id)
  }

  /// The ids of one customer, where several were made one.
  func identity(of id: CustomerID) -> CustomerIdentity? {
    let survivor = person(id)
    return formers[survivor].map { CustomerIdentity(survivor: survivor, formerIDs: $0) }
  }

  /// One customer was made of two.
  ///
  /// - Parameters:
  ///   - customer: Who was to be merged.
  ///   - other: Into whom.
  ///   - answer: What the ledger said.
  ///   - now: The ledger's time of the call.
  package mutating func merged(
    _ customer: CustomerID,
    into other: CustomerID,
    _ answer: MergeAnswer,
    at now: Date
  ) {
    let (call, moment) = ("merge of \(customer) into \(other)", now.milliseconds)
    let (from, into) = (customer, person(other))
    let refusal: MergeAnswer? =
      if survivors[customer] != nil {
        .alreadyMerged(into: person(customer))
      } else if into == customer {
        .circle(survivor: customer)
      } else {
        inTwoHands(from, into, at: moment).map { .busy(until: Date(milliseconds: $0)) }
      }
    guard case .merged(let seen) = answer else {
      return expect(call, refusal ?? .merged(.init(of: into)), seen: answer)
    }
    if let refusal { return note(Self.difference(call, refusal, answer)) }
    merges += 1
    for id in [customer, other] { mention(id) }
    joinLanes(from, into)
    let counts = [
      customers[from]?.offers.count ?? 0, messages.count { $0.owner == from },
      customers[from]?.events.count ?? 0,
    ]
    expect("\(call): what moved", counts, seen: [seen.issuedOffers, seen.messages, seen.events])
    expect("\(call): who survives", into, seen: seen.survivor)
    give(from, to: into)
    let exceeded = joinCounters(from, into, at: moment)
    expect("\(call): what is exceeded", exceeded, seen: Set(seen.exceeded.map(Exceeded.init)))
    fold(into)
  }

  /// All that is one's is the other's from now on.
  private mutating func give(_ from: CustomerID, to into: CustomerID) {
    let ids = (formers.removeValue(forKey: from) ?? []) + [from]
    for id in ids { survivors[id] = into }
    formers[into, default: []] += ids
    rename(from, to: into)
  }

  /// All that is one's is had under another name from now on.
  mutating func rename(_ from: CustomerID, to into: CustomerID) {
    if let mine = customers.removeValue(forKey: from) {
      var theirs = customers[into] ?? KnownCustomer()
      // In the order of the commits; of events the first one's are known to be theirs only now.
      theirs.offers = (theirs.offers + mine.offers).sorted()
      theirs.events += mine.events
      customers[into] = theirs
    }
    for place in offers.indices where offers[place].owner == from { offers[place].owner = into }
    for place in messages.indices where messages[place].owner == from { messages[place].owner = into }
    for place in events.indices where events[place].customer == from { events[place].customer = into }
    for (clue, owner) in owners where owner == from { owners[clue] = into }
  }

  // MARK: - Lanes

  /// Until when workers hold messages of both to one provider, or `nil`.
  private func inTwoHands(_ from: CustomerID, _ into: CustomerID, at now: Int64) -> Int64? {
    providersInHand(of: from, and: into).map(\.until).filter { $0 > now }.max()
  }

  /// The providers to which messages of both are leased, with the end of the lease that ends first and its message.
  private func providersInHand(of from: CustomerID, and into: CustomerID) -> [(until: Int64, message: Int)] {
    lanes.keys.filter { $0.customer == from }.sorted { $0.provider < $1.provider }.compactMap { name in
      let other = LaneName(customer: into, provider: name.provider)
      guard let mine = lanes[name]?.first, let theirs = lanes[other]?.first,
        case .leased(let until) = messages[mine].stage, case .leased(let later) = messages[theirs].stage
      else { return nil }
      return until <= later ? (until, mine) : (later, theirs)
    }
  }

  /// One lane to each provider: what is on its way, then the rest in the order of the commits.
  private mutating func joinLanes(_ from: CustomerID, _ into: CustomerID) {
    for (_, message) in providersInHand(of: from, and: into) {
      // Its lease has run out, and nobody may hold it any more.
      cancel(message)
      mayHaveArrived(message)
      wait(message, until: messages[message].due)
    }
    for name in lanes.keys.filter({ $0.customer == from }) {
      let other = LaneName(customer: into, provider: name.provider)
      let both = [lanes[name], lanes[other]].compactMap(\.self)
      for lane in both { if let first = lane.first { cancel(first) } }
      let open = both.flatMap(\.self).filter { messages[$0].isOpen }
      let held = open.filter { messages[$0].stage != .waiting }
      let lane = held + open.filter { messages[$0].stage == .waiting }.sorted()
      lanes[name] = nil
      lanes[other] = lane.isEmpty ? nil : lane
      if let first = lane.first { appoint(first) }
    }
  }

  // MARK: - Limits

  /// A limit above which two customers stand together.
  struct Exceeded: Hashable {
    let limit: CampaignLimit
    let counter: KnownCounter.Name
    let used: Int64

    init(_ limit: CampaignLimit, _ counter: KnownCounter.Name, _ used: Int64) {
      (self.limit, self.counter, self.used) = (limit, counter, used)
    }

    init(_ told: MergedCustomer.ExceededLimit) {
      self.init(told.limit, .init(told.counter, of: told.counter.customer ?? ""), told.used)
    }
  }

  /// Adds up what each had counted, and answers the limits that both used and stand above together.
  private mutating func joinCounters(_ from: CustomerID, _ into: CustomerID, at now: Int64) -> Set<Exceeded> {
    var shared: Set<KnownCounter.Name> = []
    for (name, counter) in counters where name.owner == from {
      counters[name] = nil
      var mine = name
      mine.owner = into
      if counters[mine] != nil { shared.insert(mine) }
      counters[mine, default: KnownCounter()].add(counter)
    }
    let theirs =
      (customers[into]?.offers ?? []).map { offers[$0] }.filter(\.usesLimits).flatMap(\.limits)
      + messages.filter { $0.owner == into }.flatMap(\.limits)
    return Set(
      shared.compactMap { name in
        // Of those that were used the one that allows most.
        let limits = theirs.filter { KnownCounter.Name($0.counter, of: into) == name }.map(\.limit)
        guard let widest = limits.max(by: { $0.cap < $1.cap }) else { return nil }
        let used = count(of: name, in: widest.window, at: now)
        return used > widest.cap ? Exceeded(widest, name, used) : nil
      }
    )
  }
}

extension MergedCustomer {
  /// Nothing but who survives.
  fileprivate init(of survivor: CustomerID) {
    self.init(survivor: survivor, issuedOffers: 0, messages: 0, events: 0, exceeded: [])
  }
}
