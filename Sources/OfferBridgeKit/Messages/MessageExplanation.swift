/// How a message came to say what it says: the variant, the choice that it won, and the language of each text.
///
/// ```swift
/// print(decisions["to-wallet"]!.messageExplanation!)
/// // card, of card 70, letter 30 under the salt spring
/// // title: pt (pt-AO was asked for; tried pt-AO, pt)
/// ```
///
/// Its description tells names and languages, and nothing of what is sent. The
/// texts themselves are in ``languages``, as they are sent.
public struct MessageExplanation: Sendable, Hashable, CustomStringConvertible {
  /// What a variant was chosen from.
  public struct Choice: Sendable, Hashable {
    /// One of those that could be chosen.
    public struct Share: Sendable, Hashable {
      /// The variant's name.
      public let variant: String
      /// Its weight.
      public let weight: Int
    }

    /// All variants, in the order in which the campaign gives them.
    public let among: [Share]
    /// What the choice is salted with.
    public let salt: String
  }

  /// The language of one text.
  public struct Language: Sendable, Hashable {
    /// The data point's name.
    public let dataPoint: String
    /// The text, with its language and those that were tried.
    public let text: LocalisedText
  }

  /// The variant.
  public let variant: String
  /// What it was chosen from, or `nil` when there was no choice.
  public let choice: Choice?
  /// The texts that are said in one of several languages, in the order of their data points' names.
  public let languages: [Language]

  /// A line for the variant, and one for each text that is said in one of several languages.
  public var description: String {
    let shares = choice.map { choice in
      ", of \(choice.among.map { "\($0.variant) \($0.weight)" }.joined(separator: ", "))"
        + " under the salt \(choice.salt)"
    }
    let lines = languages.map { "\($0.dataPoint): \($0.text)" }
    return ([variant + (shares ?? "")] + lines).joined(separator: "\n")
  }
}
