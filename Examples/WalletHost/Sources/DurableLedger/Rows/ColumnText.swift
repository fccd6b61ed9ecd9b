extension String {
  /// The text as a column holds it: the same, but that a NUL is written `\0` and a backslash `\\`.
  ///
  /// A name may hold any character. SQLite's C interface ends a text at its first NUL, and PostgreSQL refuses one, so
  /// that two customers would be one, or none. Two texts are the same here exactly where their bytes are.
  package var column: String {
    guard hasBytes(where: { $0 == 0 || $0 == UInt8(ascii: "\\") }) else { return self }
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
  package init(column text: String) { self = text.isOneName ? text : [String](column: text)[0] }

  /// Whether it is a name as it stands there, as almost all are.
  fileprivate var isOneName: Bool { !hasBytes { $0 == UInt8(ascii: "\\") } }

  // A text goes through here several times a row: as a buffer it is looked through a few bytes at a time.
  private func hasBytes(where isOne: (UInt8) -> Bool) -> Bool {
    utf8.withContiguousStorageIfAvailable { $0.contains(where: isOne) } ?? utf8.contains(where: isOne)
  }
}

extension [String] {
  /// Several names as one column holds them, between them `\,`, which no name has.
  package var column: String {
    var text = ""
    for (place, name) in enumerated() {
      if place > 0 { text += "\\," }
      text += name.column
    }
    return text
  }

  /// Reads what ``column`` wrote; always one name or more.
  package init(column text: String) {
    if text.isOneName {
      self = [text]
      return
    }
    self = [""]
    var isEscaped = false
    for scalar in text.unicodeScalars {
      switch (isEscaped, scalar) {
      case (true, ","): append("")
      case (true, "0"): self[count - 1].unicodeScalars.append("\0")
      case (false, "\\"):
        isEscaped = true
        continue
      default: self[count - 1].unicodeScalars.append(scalar)
      }
      isEscaped = false
    }
  }
}
