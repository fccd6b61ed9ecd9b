import Foundation

/// An action, a host event, a schedule or an end that is near, once the difference does not matter any more.
struct HostTrigger: Sendable {
  let id: TriggerID
  let name: String
  let customer: CustomerID
  let occurredAt: Date
  let attributes: Attributes
  let heard: Heard
  /// What it is about, where it is an end that is near.
  var issuedOffer: IssuedOffer?

  var record: TriggerRecord {
    TriggerRecord(
      id: id,
      customer: customer,
      fingerprint: .fingerprint(
        of: id,
        name: name,
        customer: customer,
        // A stretch is one trigger, whenever in it the host reports the customer.
        occurredAt: id.kind == .schedule ? 0 : occurredAt.milliseconds,
        attributes: attributes
      )
    )
  }

  /// The same trigger, where it is known under another id of its customer's; `nil` where it is another.
  func known(as record: TriggerRecord, to identity: CustomerIdentity?) -> HostTrigger? {
    guard let identity, identity.has(customer), identity.has(record.customer) else { return nil }
    let known = HostTrigger(
      id: id,
      name: name,
      customer: record.customer,
      occurredAt: occurredAt,
      attributes: attributes,
      heard: heard,
      issuedOffer: issuedOffer
    )
    return known.record == record ? known : nil
  }

  private var kind: HeardEvent.Kind {
    switch id.kind {
    case .action: .action
    case .hostEvent: .hostEvent
    case .schedule: .schedule
    case .expiry: .raised
    }
  }

  var heardEvent: HeardEvent {
    HeardEvent(
      kind: kind,
      name: name,
      cause: .trigger(id),
      occurredAt: occurredAt,
      attributes: attributes
    )
  }
}
