import OfferBridgeKit

// In which order messages are due.

struct LaneName: Hashable, Sendable {
  var customer: CustomerID
  let provider: ProviderID
}

/// When the first message of a lane may be handed out.
struct Appointment: Sendable {
  let moment: Int64
  let message: Int
}

/// One provider's appointments, the earliest first; of those at one moment the message that was committed first.
struct Agenda: Sendable {
  private var entries: [Appointment] = []

  var first: Appointment? { entries.first }

  mutating func insert(_ entry: Appointment) { entries.insert(entry, at: place(of: entry)) }

  /// Takes one out, if it is there.
  mutating func remove(_ entry: Appointment) {
    let place = place(of: entry)
    if place < entries.count, entries[place].message == entry.message { entries.remove(at: place) }
  }

  private func place(of entry: Appointment) -> Int {
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      let other = entries[middle]
      let isBefore =
        other.moment != entry.moment ? other.moment < entry.moment : other.message < entry.message
      if isBefore { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
