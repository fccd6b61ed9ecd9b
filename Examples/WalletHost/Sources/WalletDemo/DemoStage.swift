import Foundation

/// The wallet, the hosts, and what is asked of them.
final class DemoStage: Sendable {
  let plan: DemoPlan
  let run: DemoRun
  private let wallet: DemoProcess
  private let hosts: [DemoProcess]
  let walletAddress: String
  let hostAddresses: [String]
  let client: DemoClient

  init(_ plan: DemoPlan, _ run: DemoRun, in folder: URL) throws {
    self.plan = plan
    self.run = run
    let ports = try (0..<(plan.postgres == nil ? 2 : 4)).map { _ in try FreePort.take() }
    let hostPorts = Array(ports[1...])
    let token = DemoStage.secret()
    let (messages, notices) = ("whsec_" + DemoStage.secret(), "whsec_" + DemoStage.secret())
    walletAddress = "http://127.0.0.1:\(ports[0])"
    hostAddresses = hostPorts.map { "http://127.0.0.1:\($0)" }
    client = DemoClient(token: token)
    wallet = DemoProcess(
      "WalletServer",
      [
        "WALLET_DATABASE": folder.appending(path: "wallet.sqlite").path, "WALLET_PORT": "\(ports[0])",
        "WALLET_FIRST_NUMBER": "\(run.firstNumber)", "WALLET_MESSAGE_SECRET": messages,
        "WALLET_NOTICE_SECRET": notices,
        "WALLET_NOTICE_ADDRESS": hostAddresses.map { "\($0)/webhooks/redemptions" }.joined(separator: ","),
      ],
      log: folder.appending(path: "wallet.log")
    )
    let address = walletAddress
    hosts = hostPorts.map { port in
      var environment = [
        "HOST_FOLDER": folder.path, "HOST_PORT": "\(port)", "HOST_WALLET_ADDRESS": address,
        "HOST_MESSAGE_SECRET": messages, "HOST_NOTICE_SECRET": notices, "HOST_TOKEN": token,
        "LOG_LEVEL": "error",
      ]
      environment["HOST_POSTGRES"] = plan.postgres
      return DemoProcess("HomeGoodsHost", environment, log: folder.appending(path: "host-\(port).log"))
    }
  }

  /// 24 bytes in Base64: long enough for a secret of a webhook, and a token.
  private static func secret() -> String {
    Data((0..<24).map { _ in UInt8.random(in: 0...255) }).base64EncodedString()
  }

  func endAll() {
    for host in hosts { host.stop() }
    wallet.stop()
  }

  // MARK: - Its course

  func play() async throws -> DemoResult {
    let start = ContinuousClock.now
    var result = DemoResult()
    try wallet.start()
    for host in hosts { try host.start() }
    for address in [walletAddress] + hostAddresses { try await client.waitFor(address + "/health") }
    // What a run before was stopped in the midst of is sent to this wallet.
    try await settle()
    let before = try await DemoTally(
      audit: client.insist("GET", hostAddresses[0] + "/audit"),
      counts: client.insist("GET", walletAddress + "/counts")
    )
    print("wallet and \(hosts.count == 1 ? "host" : "\(hosts.count) hosts") are up; traffic begins")
    for number in 0..<plan.customers {
      let profile = #"{"firstName":"Customer \#(number)","tier":"gold","wantsOffers":true}"#
      try await client.insist("PUT", hostAddresses[0] + "/customers/\(run.customer(number))", profile)
    }
    let reported = DemoCount()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for lane in 0..<8 { group.addTask { try await self.act(lane, of: 8, reported) } }
      group.addTask { try await self.redeem(while: reported) }
      group.addTask { try await self.pullPlugs(until: reported) }
      // The first error ends it at once, and the others with it, who may wait for what never comes then. To wait for all
      // of them would be to wait for those first.
      for try await _ in group {}
    }
    result.kills = plan.kills
    result.pauses = plan.pauses
    result.actions = plan.actions
    try await client.insist("POST", walletAddress + "/trouble", "{}")
    print("all actions are reported; waiting until nothing is under way")
    try await settle()
    try await count(into: &result, since: before)
    result.seconds = (ContinuousClock.now - start) / .seconds(1)
    return result
  }

  /// Reports one lane's share of the actions, each until it is taken.
  private func act(_ lane: Int, of lanes: Int, _ reported: DemoCount) async throws {
    for number in stride(from: lane, to: plan.actions, by: lanes) {
      let body =
        #"{"name":"app_opened","id":"\#(run.action(number))","#
        + #""customer":"\#(run.customer(number % plan.customers))","#
        + #""at":"2026-06-01T12:00:00Z","attributes":{"channel":"phone"}}"#
      try await client.insist("POST", hostAddresses[number % hostAddresses.count] + "/actions", body)
      reported.add()
    }
  }

  /// Redeems two of three cards as they come, and takes one of five redemptions back.
  private func redeem(while reported: DemoCount) async throws {
    var done: Set<String> = []
    repeat {
      for customer in 0..<plan.customers {
        let member = walletAddress + "/wallet/\(run.customer(customer))"
        let cards = try await client.insist("GET", member).cards
        for card in cards where !done.contains(card) {
          done.insert(card)
          guard done.count % 3 != 0 else { continue }
          let wish = #"{"card":"\#(card)","minorUnits":500,"currency":"EUR","request":"q-\#(card)"}"#
          let id = try await client.insist("POST", member + "/redeem", wish).id
          if done.count % 5 == 0, let id {
            try await client.insist(
              "POST",
              member + "/reverse",
              #"{"redemption":"\#(id)"}"#
            )
          }
        }
      }
      try await Task.sleep(for: .milliseconds(100))
    } while reported.value < plan.actions
  }

  private func pullPlugs(until reported: DemoCount) async throws {
    let troubles = [
      #"{"outage":true}"#, #"{"loseAcknowledgements":20}"#, #"{"slowMilliseconds":300,"duplicates":true}"#,
      #"{"duplicates":true,"reordering":true,"loseAcknowledgements":10}"#, "{}",
    ]
    let total = plan.plugs
    var pauses = 0
    for number in 0..<total {
      try await client.insist("POST", walletAddress + "/trouble", troubles[number % troubles.count])
      // In between some work is done, whatever the machine's pace.
      let goal = plan.actions * (number + 1) / (total + 1)
      while reported.value < goal { try await Task.sleep(for: .milliseconds(20)) }
      let host = hosts[number % hosts.count]
      if (number + 1) * plan.pauses / total > pauses {
        try await host.hold(for: DemoPlan.lengthsOfPauses[pauses % DemoPlan.lengthsOfPauses.count])
        pauses += 1
      } else {
        host.kill()
        try host.start()
      }
    }
    print("\(plan.kills) times killed and started again, \(pauses) times stopped and let go on")
  }

  private func settle() async throws {
    let end = ContinuousClock.now + .seconds(180)
    while true {
      let audit = try await client.insist("GET", hostAddresses[0] + "/audit")
      let counts = try await client.insist("GET", walletAddress + "/counts")
      if try audit.number("messagesOpen") == 0, try counts.number("unreported") == 0 { return }
      guard ContinuousClock.now < end else {
        throw DemoClient.Fault(description: "something is still under way")
      }
      try await Task.sleep(for: .milliseconds(200))
    }
  }

  /// What this run came to: the ledger's figures are those of all runs, of which those before are taken off.
  private func count(into result: inout DemoResult, since before: DemoTally) async throws {
    let audit = try await client.insist("GET", hostAddresses[0] + "/audit")
    let counts = try await client.insist("GET", walletAddress + "/counts")
    let now = try DemoTally(audit: audit, counts: counts)
    let statement = try await client.insist("GET", walletAddress + "/statement")
    let compared = try await client.insist("POST", hostAddresses[0] + "/statements", statement.text)
    result.issued = now.issued - before.issued
    result.redeemedHere = now.redeemed - before.redeemed
    result.reversedHere = now.reversed - before.reversed
    result.duplicates = now.duplicates - before.duplicates
    result.attempts = now.attempts - before.attempts
    result.cards = now.cards - before.cards
    result.imbalances = audit.texts("imbalances")
    result.doubledCards = try counts.number("doubledCards")
    result.redeemedThere = try counts.number("redemptions")
    result.reversedThere = try counts.number("reversals")
    result.statementLines = try compared.number("lines")
    result.statementAgreed = try compared.number("agreed")
  }
}
