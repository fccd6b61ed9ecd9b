extension Simulation: LosslessStringConvertible {
  /// The line by which the run is known: "OBSIM v1 seed=7 journeys=1000 processes=3 faults=all".
  ///
  /// Faults are `all`, `none`, or the names of what may go wrong.
  public var description: String {
    let names =
      if faults.count == SimulatedFault.allCases.count {
        "all"
      } else if faults.isEmpty {
        "none"
      } else {
        SimulatedFault.allCases.filter { faults.contains($0) }.map(\.rawValue).joined(separator: ",")
      }
    return "OBSIM v1 seed=\(seed) journeys=\(journeys) processes=\(processes) faults=\(names)"
  }

  /// Reads a run back from its line; `nil` when it is of another version, or names something unknown.
  ///
  /// - Parameter line: What ``description`` printed; spaces around it do not matter.
  public init?(_ line: String) {
    let words = line.split(whereSeparator: \.isWhitespace)
    guard words.count == 6, words[0] == "OBSIM", words[1] == "v1" else { return nil }
    var values: [Substring: Substring] = [:]
    for word in words.dropFirst(2) {
      let parts = word.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, values.updateValue(parts[1], forKey: parts[0]) == nil else { return nil }
    }
    guard let seed = values["seed"].flatMap({ UInt64($0) }),
      let journeys = values["journeys"].flatMap({ Int($0) }), journeys > 0,
      let processes = values["processes"].flatMap({ Int($0) }), processes > 0,
      let names = values["faults"]
    else { return nil }
    var faults: Set<SimulatedFault> = []
    switch names {
    case "all": faults = Set(SimulatedFault.allCases)
    case "none": break
    default:
      for name in names.split(separator: ",") {
        guard let fault = SimulatedFault(rawValue: String(name)) else { return nil }
        faults.insert(fault)
      }
    }
    self.init(seed: seed, journeys: journeys, processes: processes, faults: faults)
  }
}
