import Foundation
import OfferBridgeKit

// A lease with a fence for each message, in the order in which they were committed.
extension HandWrittenLoop {
  struct Claim {
    let key: String
    let fence: Int
    let attempt: Int
    let message: OfferMessage
    let until: Date
  }

  mutating func deliverDueMessages() async throws {
    while true {
      let claims = claim(16, at: Date())
      if claims.isEmpty { return }
      for claim in claims {
        let answer = try await provider.deliver(
          MessageDelivery(message: claim.message, attempt: claim.attempt, deadline: claim.until)
        )
        settle(claim, answer)
      }
    }
  }

  mutating func claim(_ limit: Int, at now: Date) -> [Claim] {
    var claims: [Claim] = []
    while sent < queue.count && claims.count < limit {
      let key = queue[sent]
      sent += 1
      guard let row = messages.index(forKey: key), case .waiting = messages.values[row].state
      else { continue }
      messages.values[row].attempts += 1
      messages.values[row].fence += 1
      messages.values[row].state = .leased(until: now + 60)
      let message = messages.values[row]
      claims.append(
        Claim(
          key: key,
          fence: message.fence,
          attempt: message.attempts,
          message: message.content,
          until: now + 60
        )
      )
    }
    return claims
  }

  mutating func settle(_ claim: Claim, _ answer: DeliveryAnswer) {
    guard let row = messages.index(forKey: claim.key), messages.values[row].fence == claim.fence,
      case .leased = messages.values[row].state
    else { return }
    let id = messages.values[row].issued
    guard let index = issued.index(forKey: id) else { return }
    switch answer {
    case .accepted(let reference):
      messages.values[row].state = .accepted(reference?.rawValue)
      issued.values[index].replica.state = .accepted(reference?.rawValue)
      if let reference { references[reference.rawValue] = id }
    case .rejected(let reason):
      messages.values[row].state = .rejected(reason)
      issued.values[index].replica.state = .rejected(reason)
    case .retry, .taken, .unknown:
      messages.values[row].state = .waiting
      queue.append(claim.key)
    }
  }
}
