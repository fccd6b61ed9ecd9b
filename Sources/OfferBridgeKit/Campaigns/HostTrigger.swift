import Foundation

/// An action or a host event, once the difference does not matter any more.
struct HostTrigger: Sendable {
  let id: TriggerID
  let name: String
  let customer: CustomerID
  let occurredAt: Date
  let attributes: Attributes
  let heard: Heard

  var record: TriggerRecord {
    TriggerRecord(
      id: id,
      customer: customer,
      fingerprint: .fingerprint(
        of: id,
        name: name,
        customer: customer,
        occurredAt: occurredAt.milliseconds,
        attributes: attributes
      )
    )
  }

  var heardEvent: HeardEvent {
    HeardEvent(
      kind: id.kind == .action ? .action : .hostEvent,
      name: name,
      cause: .trigger(id),
      occurredAt: occurredAt,
      attributes: attributes
    )
  }
}
