extension String {
  /// The text as a column holds it: the same, but that a NUL is written `\0` and a backslash `\\`.
  ///
  /// A name may hold any character. SQLite's C interface ends a text at its first NUL, and PostgreSQL refuses one, so
  /// that two customers would be one, or none. Two texts are the same here exactly where their bytes are.
  package var column: String {
    guard utf8.contains(where: { $0 == 0 || $0 == UInt8(ascii: "\\") }) else { return self }
    var text = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "\0": text += "\\0"
      case "\\": text += "\\\\"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  /// Reads what ``column`` wrote.
  package init(column text: String) {
    guard text.utf8.contains(UInt8(ascii: "\\")) else {
      self = text
      return
    }
    self = ""
    var isEscaped = false
    for scalar in text.unicodeScalars {
      if isEscaped {
        unicodeScalars.append(scalar == "0" ? "\0" : scalar)
        isEscaped = false
      } else if scalar == "\\" {
        isEscaped = true
      } else {
        unicodeScalars.append(scalar)
      }
    }
  }
}
