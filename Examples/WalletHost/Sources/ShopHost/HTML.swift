/// Markup in which every text that is put in is escaped.
///
/// ```swift
/// let cell: HTML = "<td>\(customer)</td>"   // whatever the customer is called
/// ```
struct HTML: ExpressibleByStringInterpolation, CustomStringConvertible {
  private(set) var description: String

  init(stringLiteral value: String) { description = value }
  init(stringInterpolation: Interpolation) { description = stringInterpolation.markup }

  struct Interpolation: StringInterpolationProtocol {
    var markup = ""

    init(literalCapacity: Int, interpolationCount: Int) { markup.reserveCapacity(literalCapacity * 2) }
    mutating func appendLiteral(_ literal: String) { markup += literal }
    mutating func appendInterpolation(_ html: HTML) { markup += html.description }
    mutating func appendInterpolation(_ all: [HTML]) { for html in all { markup += html.description } }
    mutating func appendInterpolation(_ number: Int) { markup += String(number) }
    mutating func appendInterpolation(_ text: String) {
      for scalar in text.unicodeScalars {
        switch scalar {
        case "&": markup += "&amp;"
        case "<": markup += "&lt;"
        case ">": markup += "&gt;"
        case "\"": markup += "&quot;"
        case "'": markup += "&#39;"
        // Control characters stand in no page.
        case "\n", "\t": markup.unicodeScalars.append(scalar)
        case _ where scalar.value < 0x20 || scalar.value == 0x7F: markup += "\u{FFFD}"
        default: markup.unicodeScalars.append(scalar)
        }
      }
    }
  }
}
