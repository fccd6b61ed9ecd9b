/// What happened between shop, bridge and wallet, in its order, as a Mermaid sequence diagram.
struct Diagram {
  /// Who takes part, in the order of the columns.
  enum Participant: String, CaseIterable {
    case shop = "Shop"
    case bridge = "Bridge"
    case wallet = "Wallet"
  }

  private var arrows: [String] = []

  /// Draws one arrow below the others.
  ///
  /// - Parameters:
  ///   - sender: Where it begins.
  ///   - receiver: Where it points; the sender itself where something is decided.
  ///   - text: What is written on it.
  mutating func add(_ sender: Participant, _ receiver: Participant, _ text: String) {
    arrows.append("  \(sender.rawValue)->>\(receiver.rawValue): \(Self.escaped(text))")
  }

  /// The diagram, line by line; paste it where Mermaid is drawn.
  var lines: [String] {
    ["sequenceDiagram"] + Participant.allCases.map { "  participant \($0.rawValue)" } + arrows
  }

  /// To Mermaid a `;` is the end of a line and a `#` the start of an entity.
  private static func escaped(_ text: String) -> String {
    text.map { character in
      switch character {
      case "#": "#35;"
      case ";": "#59;"
      default: String(character)
      }
    }
    .joined()
  }
}
