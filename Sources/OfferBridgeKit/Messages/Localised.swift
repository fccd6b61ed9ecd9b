/// A text in several languages, of which each customer is sent the one that comes nearest to theirs.
///
/// The customer's language is looked up as BCP 47 asks: without regard to
/// case, and with one subtag less each time, until there is a text. A
/// language of which there is none is sent the default, and never fails.
///
/// ```swift
/// let tenOff = Localised("Ten off", in: "en", ["pt": "Dez a menos", "pt-BR": "Dez reais a menos"])
///
/// tenOff.text(for: "pt-br").text          // "Dez reais a menos"
/// tenOff.text(for: "pt-AO").description   // "pt (pt-AO was asked for; tried pt-AO, pt)"
/// tenOff.text(for: nil).language          // "en"
/// ```
///
/// Two tags that differ in case alone are one language. A language that is
/// given twice, and a tag that is none, are faults when the bridge is made.
///
/// Source: RFC 5646, section 2.1.1 (case); RFC 4647, section 3.4 (lookup).
public struct Localised: Sendable, Hashable {
  /// The text for those whose language there is none in.
  public let text: String
  /// The language of that text, as given.
  public let language: String
  private let others: [String: Entry]
  /// The tags that are given twice, or that are none; in their order.
  let repeatedLanguages: [String]
  let invalidLanguages: [String]

  private struct Entry: Sendable, Hashable {
    let language: String
    let text: String
  }

  /// A text in several languages.
  ///
  /// - Parameters:
  ///   - text: The text for those whose language there is none in.
  ///   - language: The language of that text, as a tag: "en".
  ///   - others: The texts in other languages, each by its tag: "pt", "pt-BR", "zh-Hant". None by default.
  public init(_ text: String, in language: String, _ others: [String: String] = [:]) {
    self.text = text
    self.language = language
    var entries: [String: Entry] = [:]
    var repeated: [String] = []
    var invalid: [String] = []
    for (tag, text) in [(language, text)] + others.sorted(by: { $0.key < $1.key }) {
      guard let subtags = LanguageSubtags(tag) else {
        invalid.append(tag)
        continue
      }
      if entries[subtags.name] == nil {
        entries[subtags.name] = Entry(language: tag, text: text)
      } else {
        repeated.append(tag)
      }
    }
    self.others = entries
    repeatedLanguages = repeated
    invalidLanguages = invalid
  }

  /// The text for a customer of that language, and how it was found.
  ///
  /// - Parameter wanted: The customer's language: "pt-BR". An underscore, as in the identifiers of operating systems,
  ///   counts as a hyphen. `nil`, and what is no tag, are given the default.
  /// - Returns: The text in the nearest language.
  public func text(for wanted: String?) -> LocalisedText {
    var tried: [String] = []
    var subtags = wanted.flatMap { LanguageSubtags($0) }
    while let tag = subtags {
      tried.append(tag.text)
      if let entry = others[tag.name] {
        return LocalisedText(text: entry.text, language: entry.language, wanted: wanted, tried: tried)
      }
      subtags = tag.shortened
    }
    return LocalisedText(text: text, language: language, wanted: wanted, tried: tried)
  }
}

/// One text of several, with the language it is in and those that were tried.
public struct LocalisedText: Sendable, Hashable, CustomStringConvertible {
  /// The text.
  public let text: String
  /// Its language, as ``Localised`` was given it.
  public let language: String
  /// The language that was asked for, as it was given, or `nil`.
  public let wanted: String?
  /// The tags that were looked for, in order; the last is the one that was found, unless the default was taken.
  public let tried: [String]

  /// The language, and why it is this one: "pt (pt-AO was asked for; tried pt-AO, pt)"; without the text.
  public var description: String {
    guard let wanted else { return "\(language) (no language was asked for)" }
    guard !tried.isEmpty else { return "\(language) ('\(wanted.prefix(40))' is no language)" }
    return tried.count == 1 && tried[0].lowercased() == language.lowercased()
      ? language : "\(language) (\(wanted) was asked for; tried \(tried.joined(separator: ", ")))"
  }
}

/// A language tag in its subtags: one to eight letters or digits each.
struct LanguageSubtags {
  private let subtags: [Substring]

  init?(_ tag: String) {
    subtags = tag.split(omittingEmptySubsequences: false) { $0 == "-" || $0 == "_" }
    let isTag = subtags.allSatisfy { subtag in
      (1...8).contains(subtag.utf8.count) && subtag.utf8.allSatisfy(\.isLetterOrDigit)
    }
    if !isTag { return nil }
  }

  private init(_ subtags: [Substring]) { self.subtags = subtags }

  /// As it was written, with hyphens.
  var text: String { subtags.joined(separator: "-") }
  /// The one form of all that differ in case alone.
  var name: String { text.lowercased() }

  /// The tag without its last subtag, and without a single letter before that, which only introduced it.
  var shortened: LanguageSubtags? {
    var subtags = subtags.dropLast()
    if subtags.last?.utf8.count == 1 { subtags = subtags.dropLast() }
    return subtags.isEmpty ? nil : LanguageSubtags(Array(subtags))
  }
}

extension UInt8 {
  fileprivate var isLetterOrDigit: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: false
    }
  }
}
