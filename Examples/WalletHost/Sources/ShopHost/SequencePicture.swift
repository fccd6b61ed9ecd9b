import Foundation

/// A journey's sequence diagram, drawn.
///
/// It reads the text of the library's own diagram: participants, arrows from
/// one to another, and notes.
struct SequencePicture {
  private struct Step {
    let from: Int
    let to: Int
    let isAnswer: Bool
    let label: String
  }

  private var names: [String] = []
  private var steps: [Step] = []

  init(_ diagram: String) {
    var places: [String: Int] = [:]
    for line in diagram.split(separator: "\n").dropFirst() {
      let line = line.drop { $0 == " " }
      if line.hasPrefix("participant ") {
        let parts = line.dropFirst(12).split(separator: " ", maxSplits: 2)
        places[String(parts[0])] = names.count
        names.append(parts.count == 3 ? Self.read(parts[2]) : String(parts[0]))
      } else if line.hasPrefix("Note over "), let colon = line.firstIndex(of: ":") {
        guard let place = places[String(line[..<colon].dropFirst(10))] else { continue }
        steps.append(
          Step(from: place, to: place, isAnswer: false, label: Self.read(line[line.index(after: colon)...]))
        )
      } else if let arrow = line.range(of: "->>"), let colon = line[arrow.upperBound...].firstIndex(of: ":") {
        let isAnswer = line[..<arrow.lowerBound].hasSuffix("-")
        let from = line[..<arrow.lowerBound].dropLast(isAnswer ? 1 : 0)
        guard let from = places[String(from)], let to = places[String(line[arrow.upperBound..<colon])] else {
          continue
        }
        steps.append(
          Step(from: from, to: to, isAnswer: isAnswer, label: Self.read(line[line.index(after: colon)...]))
        )
      }
    }
  }

  /// Characters that the diagram writes as numbers, read back.
  private static func read(_ label: Substring) -> String {
    var text = ""
    var rest = label.drop { $0 == " " }
    while let hash = rest.firstIndex(of: "#") {
      text += rest[..<hash]
      rest = rest[rest.index(after: hash)...]
      guard let end = rest.firstIndex(of: ";"), let number = UInt32(rest[..<end]),
        let scalar = Unicode.Scalar(number)
      else {
        text += "#"
        continue
      }
      text.unicodeScalars.append(scalar)
      rest = rest[rest.index(after: end)...]
    }
    return text + rest
  }

  var svg: HTML {
    guard !steps.isEmpty else { return "<p class=quiet>Nothing has happened yet.</p>" }
    let (gap, row) = (320, 44)
    let (width, height) = (names.count * gap, 70 + steps.count * row)
    func x(_ place: Int) -> Int { place * gap + gap / 2 }
    let heads: [HTML] = names.enumerated().map { place, name in
      """
      <line class=life x1="\(x(place))" y1=40 x2="\(x(place))" y2="\(height)"/>\
      <rect class=head x="\(x(place) - 110)" y=6 width=220 height=34 rx=6 />\
      <text class=name x="\(x(place))" y=28>\(Self.short(name, 28))</text>
      """
    }
    let lines: [HTML] = steps.enumerated().map { number, step in
      let y = 84 + number * row
      guard step.from != step.to else {
        return """
          <rect class=note x="\(x(step.from) - 130)" y="\(y - 22)" width=260 height=30 rx=4 />\
          <text class=label x="\(x(step.from))" y="\(y - 3)"><title>\(step.label)</title>\(Self.short(step.label, 48))</text>
          """
      }
      let (from, to) = (x(step.from), x(step.to))
      let tip = to > from ? -9 : 9
      let style: HTML = step.isAnswer ? "answer" : "arrow"
      return """
        <line class="\(style)" x1="\(from)" y1="\(y)" x2="\(to)" y2="\(y)"/>\
        <path class=tip d="M\(to) \(y) l\(tip) -5 v10 z"/>\
        <text class=label x="\((from + to) / 2)" y="\(y - 7)"><title>\(step.label)</title>\(Self.short(step.label, 48))</text>
        """
    }
    return """
      <div class=picture tabindex=0><svg role=img aria-label="What happened, in order" viewBox="0 0 \(width) \(height)" \
      width="\(width)" height="\(height)">\(heads)\(lines)</svg></div>
      """
  }

  private static func short(_ text: String, _ count: Int) -> String {
    text.count > count ? "\(text.prefix(count - 1))…" : text
  }
}
