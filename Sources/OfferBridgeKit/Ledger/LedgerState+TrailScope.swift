/// What a trail is asked about, by its row.
enum TrailRows: Sendable {
  case all
  case issuedOffer(Int32)
  case customer(Int32)
  /// Somebody who has no row: nothing was issued, sent or reported to them, and only steps can be told of them.
  case stranger(CustomerID)
}

extension LedgerState {
  /// `nil` where there is nothing that it could be about.
  func rows(of scope: TrailScope) -> TrailRows? {
    switch scope {
    case .all: .all
    case .issuedOffer(let id): issued.row(of: id).map { .issuedOffer($0) }
    case .customer(let id): knownRow(of: id).map { .customer($0) } ?? .stranger(id)
    }
  }

  func isAbout(_ scope: TrailRows, _ note: TrailNote) -> Bool {
    switch scope {
    case .all: true
    case .issuedOffer(let row): offer(of: note) == row
    case .customer(let row): owner(of: note) == row
    case .stranger(let id): note.subject == .step && customer(ofStep: note) == id
    }
  }

  private func offer(of note: TrailNote) -> Int32 {
    switch note.subject {
    case .offer, .end, .limitUses, .replica: return note.row
    case .message: return messages[note.row].issued
    case .event:
      guard note.extra == 1 else { return note.other }
      guard case .match(let match) = trail.details[note.other] else { return nowhere }
      return match.issuedOffer.flatMap { issued.row(of: $0) } ?? nowhere
    case .step:
      guard let (trigger, node) = raised(note), node.parent != nowhere,
        case .issued(let row) = trigger.nodes[Int(node.parent)].step
      else { return nowhere }
      return row
    case .customer, nil: return nowhere
    }
  }

  private func owner(of note: TrailNote) -> Int32 {
    switch note.subject {
    case .offer, .end, .limitUses, .replica: return issued[note.row].customer
    case .message: return messages[note.row].customer
    case .event: return events[note.row].customer
    case .step: return customer(ofStep: note).flatMap { knownRow(of: $0) } ?? nowhere
    case .customer: return merged.survivor(of: note.row)
    case nil: return nowhere
    }
  }

  /// By the id that its trigger was reported under.
  private func customer(ofStep note: TrailNote) -> CustomerID? {
    guard note.to == .refused else { return triggers[note.row].record.customer }
    guard case .refused(let refused) = trail.details[note.other] else { return nil }
    return refused.value.customer
  }
}
