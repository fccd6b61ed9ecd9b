import OfferBridgeKit

extension MessageProviderContract {
  /// Of an external system that accepts everything.
  static let deliverChecks: [ContractCheck<MessageProviderUnderTest>] = [
    .init("deliver.sameKeyTwiceHasOneEffect") { subject, steps in
      let stand = try await subject.accepting(steps)
      for attempt in 1...3 { try await stand.accepted(.example("a"), attempt, steps) }
      try steps.expect("replicas of one key", try await stand.replicas(), is: 1)
    },
    .init("deliver.everyKeyHasItsEffect") { subject, steps in
      let stand = try await subject.accepting(steps)
      // Of one customer, about one offer and with the same bytes: they differ in their keys alone.
      try await stand.accepted(.example("a"), 1, steps)
      try await stand.accepted(.example("b"), 1, steps)
      try steps.expect("replicas of two keys", try await stand.replicas(), is: 2)
    },
    .init("deliver.repeatHasTheReference") { subject, steps in
      let stand = try await subject.accepting(steps)
      let first = try await stand.accepted(.example("a"), 1, steps)
      let second = try await stand.accepted(.example("a"), 2, steps)
      try steps.expect("the reference of a repeat", second, is: first)
    },
    .init("deliver.referenceIsOfItsMessage") { subject, steps in
      let stand = try await subject.accepting(steps)
      let names = ["a", "b", "c"]
      var first: [ReplicaReference?] = []
      for name in names {
        first.append(try await stand.accepted(.example(name, to: CustomerID(name)), 1, steps))
      }
      let given = first.compactMap(\.self)
      try steps.expect("references that differ", Set(given).count == given.count, seen: given)
      for (name, reference) in zip(names, first).reversed() {
        let again = try await stand.accepted(.example(name, to: CustomerID(name)), 2, steps)
        try steps.expect("the reference of '\(name)', asked again", again, is: reference)
      }
    },
    .init("deliver.sendsOnce") { subject, steps in
      let stand = try await subject.accepting(steps)
      try await stand.accepted(.example("a"), 1, steps)
      try steps.expect("arrivals of one attempt", try await stand.arrived().count, is: 1)
    },
    .init("deliver.keyIsTheSameOnEveryAttempt") { subject, steps in
      let stand = try await subject.accepting(steps)
      for attempt in 1...3 { try await stand.accepted(.example("a"), attempt, steps) }
      try await stand.accepted(.example("b"), 1, steps)
      let keys = try await stand.arrived().map(\.key)
      let first = try steps.unwrap("an arrival", keys.first)
      try steps.expect("a key that is not empty", !first.isEmpty, seen: keys)
      try steps.expect("the keys of three attempts", Array(keys.prefix(3)), is: [first, first, first])
      try steps.expect("another key for another message", keys.last != first, seen: keys)
    },
    .init("deliver.bytesArriveAsTheyAre") { subject, steps in
      for payload in awkwardPayloads {
        let stand = try await subject.accepting(steps)
        for attempt in 1...2 { try await stand.accepted(.example("a", payload: payload), attempt, steps) }
        let arrived = try await stand.arrived().map { String(decoding: $0.payload, as: UTF8.self) }
        for text in arrived where Array(text.utf8) != Array(payload.utf8) {
          throw steps.violation(
            expected: "\(payload.utf8.count) bytes as they are: \(payload.prefix(200))",
            seen: "\(text.utf8.count) bytes: \(text.prefix(200))"
          )
        }
      }
    },
    .init("deliver.contentTypeArrives") { subject, steps in
      let stand = try await subject.accepting(steps)
      let message = OfferMessage.example("a")
      try await stand.accepted(message, 1, steps)
      let types = try await stand.arrived().map(\.contentType)
      try steps.expect("the content type", types, is: [message.contentType])
    },
    .init("deliver.customersDoNotMix") { subject, steps in
      let stand = try await subject.accepting(steps)
      let messages = (1...8).map { number in
        OfferMessage.example("m\(number)", to: CustomerID("c\(number)"), payload: "{\"of\":\(number)}")
      }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for message in messages { group.addTask { try await stand.accepted(message, 1, steps) } }
        try await group.waitForAll()
      }
      try steps.expect("replicas of eight customers", try await stand.replicas(), is: 8)
      let arrived = try await stand.arrived()
      let bodies = arrived.map { String(decoding: $0.payload, as: UTF8.self) }
      try steps.expect("what arrived", Set(bodies), is: Set(messages.map(\.payloadText)))
      try steps.expect("a key for each", Set(arrived.map(\.key)).count, is: 8)
    },
  ]

  /// What a decoder, an encoder or a well-meant trim would change.
  private static let awkwardPayloads = [
    #"{"b":1,"a":9007199254740993,"z":1.0,"y":0.10,"x":1e3}"#,
    #"{"path":"a/b","slash":"a\/b","sign":"\u00e9","plain":"é","two":"e\#u{301}","emoji":"🎁","null":null}"#,
    " {\"name\":\"  Ada  \"}\n",
    "{\"long\":\"" + String(repeating: "0123456789", count: 7_000) + "\"}",
  ]
}

extension MessageProviderUnderTest {
  func accepting(_ steps: ContractSteps) async throws -> WalletStand {
    try steps.unwrap("a stand that accepts", try await make(.accepting))
  }
}

extension WalletStand {
  /// The reference of a message that has to be accepted.
  @discardableResult
  func accepted(_ message: OfferMessage, _ attempt: Int, _ steps: ContractSteps) async throws
    -> ReplicaReference?
  {
    let answer = try await deliver(message, attempt: attempt)
    steps.note("attempt \(attempt) of \(message.customer)'s message: \(answer)")
    guard case .accepted(let reference) = answer else {
      throw steps.violation(expected: "attempt \(attempt) is accepted", seen: "\(answer)")
    }
    return reference
  }

  /// The answer to a first attempt that has to have one.
  func answer(_ message: OfferMessage, _ expected: String, _ steps: ContractSteps) async throws
    -> DeliveryAnswer
  {
    do { return try await deliver(message) } catch {
      throw steps.violation(expected: expected, seen: "it threw \(error)")
    }
  }

  /// Makes an attempt whose outcome nobody can know, and which has to throw.
  func unknown(_ message: OfferMessage, _ why: String, _ steps: ContractSteps) async throws {
    let answer: DeliveryAnswer
    do {
      answer = try await deliver(message)
    } catch {
      return steps.note("attempt 1: threw \(type(of: error))")
    }
    throw steps.violation(expected: "an attempt throws when \(why)", seen: "\(answer)")
  }
}
