import OfferBridgeTesting

/// What the command was asked to do.
struct SimulatorArguments {
  enum Task {
    /// Journeys, exhaustive runs and mutants.
    case sweep
    /// One run, with all that is known of it.
    case run(Simulation)
    /// The digest of a sweep alone, for another process to compare with its own.
    case trace
  }

  struct Unusable: Error, CustomStringConvertible {
    let description: String
  }

  static let traceOption = "--trace"

  private(set) var task = Task.sweep
  private(set) var journeys = 1_000_000
  private(set) var seed: UInt64 = 1
  private(set) var isJSON = false

  init(_ arguments: some Sequence<String>) throws {
    var rest = Array(arguments.reversed())
    func value<Value>(of option: String, _ read: (String) -> Value?) throws -> Value {
      guard let text = rest.popLast(), let value = read(text) else {
        throw Unusable(description: "\(option) needs a value. \(Self.usage)")
      }
      return value
    }
    while let option = rest.popLast() {
      switch option {
      case "--journeys": journeys = try value(of: option) { Int($0).flatMap { $0 > 0 ? $0 : nil } }
      case "--seed": seed = try value(of: option) { UInt64($0) }
      case "--json": isJSON = true
      case "--run": task = .run(try value(of: option) { Simulation($0) })
      case Self.traceOption: task = .trace
      default: throw Unusable(description: "Unknown option \(option). \(Self.usage)")
      }
    }
  }

  private static let usage =
    "Usage: OfferBridgeSimulator [--journeys N] [--seed N] [--json] [--run \"OBSIM v1 …\"]"
}
