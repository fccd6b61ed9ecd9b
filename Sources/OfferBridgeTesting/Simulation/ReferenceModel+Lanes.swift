import OfferBridgeKit

// In which order a customer's messages leave, and what ends them before that.
extension ReferenceModel {
  /// A message is committed; it waits, unless what it is for is proven already.
  @discardableResult
  mutating func commit(_ message: OfferMessage, _ limits: [LimitUse], at now: Int64) -> Int {
    let place = messages.count
    let offer = message.issuedOffer.flatMap { offerPlaces[$0] }
    let owner = person(message.customer)
    messages.append(KnownMessage(owner: owner, message: message, offer: offer, limits: limits, due: now))
    messagePlaces[message.key] = place
    if let offer { offers[offer].messages.append(place) }
    tell(place, .pending)
    if isProven(place) { messages[place].stage = .confirmed } else { enter(place) }
    return place
  }

  func lane(of place: Int) -> LaneName {
    LaneName(customer: messages[place].owner, provider: messages[place].message.provider)
  }

  func isFirst(_ place: Int) -> Bool { lanes[lane(of: place)]?.first == place }

  /// Puts a message into its lane: in the order of the commits, but never before one that is on its way.
  mutating func enter(_ place: Int) {
    let name = lane(of: place)
    guard let lane = lanes[name], let first = lane.first, let last = lane.last else {
      lanes[name] = [place]
      return appoint(place)
    }
    if last < place {
      lanes[name]?.append(place)
    } else if place < first, messages[first].stage == .waiting {
      cancel(first)
      lanes[name]?.insert(place, at: 0)
      appoint(place)
    } else {
      lanes[name]?.insert(place, at: lane.dropFirst().firstIndex { $0 > place } ?? lane.endIndex)
    }
  }

  /// Takes a message that has ended out of its lane, with those behind it that ended while they stood there.
  mutating func leave(_ place: Int) {
    let name = lane(of: place)
    guard let lane = lanes[name], lane.first == place else {
      lanes[name]?.removeAll { $0 == place }
      return
    }
    let rest = lane.dropFirst().drop { !messages[$0].isOpen }
    lanes[name] = rest.isEmpty ? nil : Array(rest)
    if let next = rest.first { appoint(next) }
  }

  // MARK: - Appointments

  mutating func appoint(_ place: Int) {
    let entry = Appointment(moment: messages[place].appointment, message: place)
    agendas[messages[place].message.provider, default: Agenda()].insert(entry)
  }

  mutating func cancel(_ place: Int) {
    let entry = Appointment(moment: messages[place].appointment, message: place)
    agendas[messages[place].message.provider]?.remove(entry)
  }

  // MARK: - Evidence and closures

  /// Whether a redemption proved what a message is to bring about.
  func isProven(_ place: Int) -> Bool {
    guard messages[place].isToBring, let offer = messages[place].offer else { return false }
    return offers[offer].proven.contains(messages[place].message.provider)
  }

  /// Whether a message would bring to the customer what is closed.
  func closure(of place: Int) -> OfferClosure? {
    messages[place].isToBring ? messages[place].offer.flatMap { offers[$0].offer.closure } : nil
  }

  func isToEnd(_ place: Int) -> Bool { isProven(place) || closure(of: place) != nil }

  /// Ends a message that is not to be attempted any more; of a first one the appointment is gone already.
  mutating func end(_ place: Int) {
    if case .leased = messages[place].stage { mayHaveArrived(place) }
    if isProven(place) {
      messages[place].stage = .confirmed
    } else {
      messages[place].stage = .ended(.withdrawn)
      tell(place, .notSent(.offerClosed))
    }
    if isFirst(place) { leave(place) }
  }

  /// Ends or resumes the messages about an issued offer.
  mutating func review(_ offer: Int) {
    // Nothing is sent to whoever was forgotten.
    if tombstones.contains(offers[offer].owner) { return }
    for place in offers[offer].messages {
      switch messages[place].stage {
      case .waiting where isToEnd(place):
        if isFirst(place) { cancel(place) }
        end(place)
      case .confirmed where !isProven(place):
        if closure(of: place) != nil {
          messages[place].stage = .ended(.withdrawn)
          tell(place, .notSent(.offerClosed))
        } else {
          messages[place].stage = .waiting
          if lanes[lane(of: place)]?.contains(place) != true { enter(place) }
        }
      default: break
      }
    }
  }

  mutating func mayHaveArrived(_ place: Int) {
    messages[place].mayHaveArrived = true
    tell(place, .unknown)
  }

  /// What a delivery says of the replica, beside what the other messages about it leave open: one that arrived stays so
  /// until it is recalled.
  mutating func tell(_ place: Int, _ state: Replica.State) {
    let message = messages[place]
    guard let offer = message.offer,
      let replica = offers[offer].offer.replicas.firstIndex(where: { $0.provider == message.message.provider }
      )
    else { return }
    if message.isToBring {
      guard !offers[offer].offer.replicas[replica].isKnownToHaveArrived else { return }
      let bringing = offers[offer].messages.map { messages[$0] }
        .filter { $0.isToBring && $0.message.provider == message.message.provider }
      offers[offer].offer.replicas[replica].state =
        if case .accepted = state {
          state
        } else if bringing.contains(where: \.mayHaveArrived) {
          .unknown
        } else {
          bringing.contains(where: \.isOpen) ? .pending : state
        }
    } else if case .accepted = state {
      offers[offer].offer.replicas[replica].state = .recalled
    }
  }
}
