import Foundation

/// Real processes, real traffic, and the plug pulled again and again.
///
/// `swift run WalletDemo [--kills 20] [--pauses 3] [--actions 600] [--postgres URL]`
@main
struct WalletDemo {
  static func main() async throws {
    let plan: DemoPlan
    do {
      plan = try DemoPlan(Array(CommandLine.arguments.dropFirst()))
    } catch {
      FileHandle.standardError.write(Data("\(error)\n".utf8))
      exit(2)
    }
    let run = DemoRun()
    print("run \(run.name)")
    let folder = FileManager.default.temporaryDirectory.appending(path: "wallet-demo-\(run.name)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let stage = try DemoStage(plan, run, in: folder)
    let result: DemoResult
    do {
      result = try await stage.play()
    } catch {
      stage.endAll()
      print("the demonstration failed: \(error). Its files are in \(folder.path).")
      exit(1)
    }
    stage.endAll()
    print(result)
    let faults = result.faults(of: plan)
    guard faults.isEmpty else {
      for fault in faults { print("not as it must be: \(fault)") }
      print("Its files are in \(folder.path).")
      exit(1)
    }
    try FileManager.default.removeItem(at: folder)
  }
}

/// What is to be shown.
struct DemoPlan: Sendable {
  struct Unknown: Error, CustomStringConvertible {
    let description: String
  }

  /// Shorter than anything that waits, longer than the lease of a message, longer than the ledger's patience.
  static let lengthsOfPauses: [Duration] = [.milliseconds(500), .seconds(7), .seconds(12)]

  var kills = 20
  var pauses = 3
  var actions = 600
  var customers = 60
  /// The URL of a PostgreSQL database that three hosts share; one host with SQLite without it.
  var postgres: String?

  init(_ arguments: [String]) throws {
    var rest = arguments[...]
    while let name = rest.popFirst() {
      guard let value = rest.popFirst() else { throw Unknown(description: "\(name) needs a value") }
      switch (name, Int(value)) {
      case ("--kills", let number?) where number >= 0: kills = number
      case ("--pauses", let number?) where number >= 0: pauses = number
      case ("--actions", let number?) where number > 0: actions = number
      case ("--postgres", _): postgres = value
      default:
        throw Unknown(
          description:
            "unknown: \(name) \(value). Use: WalletDemo [--kills 20] [--pauses 3] [--actions 600] [--postgres URL]"
        )
      }
    }
  }
}

/// What came of it, as the host and the wallet count it.
struct DemoResult: CustomStringConvertible {
  var kills = 0
  var pauses = 0
  var actions = 0
  var issued = 0
  var cards = 0
  var doubledCards = 0
  var redeemedThere = 0
  var reversedThere = 0
  var redeemedHere = 0
  var reversedHere = 0
  var statementLines = 0
  var statementAgreed = 0
  var duplicates = 0
  var attempts = 0
  var seconds = 0.0
  var imbalances: [String] = []

  var description: String {
    """
    \(actions) actions in \(Int(seconds)) seconds, host killed \(kills) times and stopped \(pauses) times, \
    wallet out, slow, forgetful and repeating itself
    issued \(issued), in the wallet \(cards), after \(attempts) attempts
    redeemed there \(redeemedThere), \(reversedThere) of it reversed; redeemed here \(redeemedHere) and not reversed, \
    \(reversedHere) reversed; reported again \(duplicates) times
    statement: \(statementLines) lines, \(statementAgreed) agree
    \(lost) lost, \(doubledCards) doubled
    audit: \(imbalances.isEmpty ? "balanced" : imbalances.joined(separator: "; "))
    """
  }
}
