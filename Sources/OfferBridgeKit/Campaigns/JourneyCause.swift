/// What something further down a journey goes back to: the host's trigger, an issuance or a raised event.
package enum JourneyCause: Sendable, Hashable, Codable {
  case trigger(TriggerID)
  case issuance(DerivedKey)
  case event(DerivedKey)

  var id: String {
    switch self {
    case .trigger(let trigger): trigger.id
    case .issuance(let key), .event(let key): key.description
    }
  }
}

// The parts and their order are a promise: a key must come out the same after every deploy, or a repeat would issue
// again. A rule's version is never a part.
extension DerivedKey {
  /// The id of what a campaign issues on a root trigger: at most one of each offer.
  package static func issuance(
    tenant: TenantID,
    campaign: CampaignID,
    customer: CustomerID,
    trigger: TriggerID,
    offer: OfferID
  ) -> DerivedKey {
    var derivation = KeyDerivation("issuance")
    derivation.add(tenant.rawValue)
    derivation.add(campaign.rawValue)
    derivation.add(customer.rawValue)
    derivation.add(trigger.kind.rawValue)
    derivation.add(trigger.id)
    derivation.add(offer.rawValue)
    return derivation.key()
  }

  /// The id of an event: one of each name for a cause.
  package static func event(
    tenant: TenantID,
    customer: CustomerID,
    cause: JourneyCause,
    name: String
  ) -> DerivedKey {
    var derivation = KeyDerivation("event")
    derivation.add(tenant.rawValue)
    derivation.add(customer.rawValue)
    derivation.add(cause)
    derivation.add(name)
    return derivation.key()
  }

  /// The key of a message: one for a cause, sender, provider, purpose and generation.
  package static func message(
    tenant: TenantID,
    customer: CustomerID,
    cause: JourneyCause,
    campaign: CampaignID,
    provider: ProviderID,
    purpose: OfferMessage.Purpose = .issue,
    generation: Int = 1
  ) -> DerivedKey {
    var derivation = KeyDerivation("message")
    derivation.add(tenant.rawValue)
    derivation.add(customer.rawValue)
    derivation.add(cause)
    derivation.add(campaign.rawValue)
    derivation.add(provider.rawValue)
    derivation.add(purpose.rawValue)
    derivation.add(Int64(generation))
    return derivation.key()
  }

  /// What a trigger says, so that another one under its id is noticed.
  package static func fingerprint(
    of trigger: TriggerID,
    name: String,
    customer: CustomerID,
    occurredAt: Int64,
    attributes: Attributes
  ) -> DerivedKey {
    var derivation = KeyDerivation("trigger")
    derivation.add(trigger.kind.rawValue)
    derivation.add(trigger.id)
    derivation.add(name)
    derivation.add(customer.rawValue)
    derivation.add(occurredAt)
    for (name, value) in attributes {
      derivation.add(name)
      derivation.add(value)
    }
    return derivation.key()
  }
}

extension KeyDerivation {
  fileprivate mutating func add(_ cause: JourneyCause) {
    switch cause {
    case .trigger(let trigger):
      add(trigger.kind.rawValue)
      add(trigger.id)
    case .issuance(let key):
      add("issuance")
      add(key)
    case .event(let key):
      add("event")
      add(key)
    }
  }

  fileprivate mutating func add(_ value: AttributeValue) {
    switch value {
    case .text(let text):
      add("text")
      add(text)
    case .integer(let integer):
      add("integer")
      add(integer)
    case .number(let number):
      add("number")
      add(number.description)
    case .flag(let flag):
      add("flag")
      add(flag ? "true" : "false")
    case .moment(let moment):
      add("moment")
      add(moment.milliseconds)
    case .money(let money):
      add("money")
      add(money.currency)
      add(money.minorUnits)
    case .list(let lines):
      add("list")
      add(Int64(lines.count))
      for line in lines {
        add(Int64(line.count))
        for (name, value) in line {
          add(name)
          add(value)
        }
      }
    }
  }
}
