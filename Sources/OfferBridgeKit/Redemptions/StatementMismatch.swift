/// Why no line of a statement matched anything that was received.
///
/// Either all of a statement is wrong or nothing of it: an export that folds
/// ids to lower case, pads them, puts a word before them, or another tenant's
/// file. Some of the ids are compared under folding, to say which it is.
public struct StatementMismatch: Sendable, Hashable {
  /// What is likely to be wrong.
  public enum Cause: Sendable, Hashable {
    /// The statement has no lines.
    case noLines
    /// Nothing was received from that provider in this tenant.
    case nothingReceived
    /// The ids are alike but for their case.
    case letterCase
    /// The ids are alike but for white space around them.
    case whiteSpace
    /// The ids are alike but for their case and white space around them.
    case letterCaseAndWhiteSpace
    /// The ids of the statement have this before them, and those that were received have not.
    case prefixThere(String)
    /// The ids that were received have this before them, and those of the statement have not.
    case prefixHere(String)
    /// The ids were received from this other provider.
    case otherProvider(ProviderID)
    /// Nothing about the ids is alike: another tenant's file, another system's, or another kind of id.
    case nothingAlike
  }

  /// What is likely to be wrong.
  public let cause: Cause
  /// How many ids of the statement were looked at, the first ones.
  public let looked: Int
  /// How many of them would match if that were mended.
  public let alike: Int
  /// One of them as the statement writes it.
  public let there: String?
  /// The same one as it was received.
  public let here: String?
}

extension StatementMismatch: CustomStringConvertible {
  /// What is wrong and the next step, in two sentences.
  public var description: String {
    switch cause {
    case .noLines:
      "Nothing matched: the statement has no lines. Check that the file is whole, and of the right period."
    case .nothingReceived:
      "Nothing matched: nothing was received from that provider in this tenant. Check tenant and provider."
    case .letterCase:
      "Nothing matched: the ids are in another case\(example). Mend the export, or fold the ids where it is read."
    case .whiteSpace:
      "Nothing matched: there is white space around the ids\(example). Trim them where the statement is read."
    case .letterCaseAndWhiteSpace:
      "Nothing matched: the ids are in another case, with white space around them\(example). Mend the export."
    case .prefixThere(let prefix):
      "Nothing matched: the statement puts \(prefix.debugDescription) before each id\(example). Take it off where the "
        + "statement is read."
    case .prefixHere(let prefix):
      "Nothing matched: the statement leaves \(prefix.debugDescription) off each id\(example). Put it there where the "
        + "statement is read."
    case .otherProvider(let provider):
      "Nothing matched: the ids were received from \(provider)\(example). Compare with from: \"\(provider)\"."
    case .nothingAlike:
      "Nothing matched, and no id is alike in another case, without white space or a prefix. It may be the statement of "
        + "another tenant, another system or another period."
    }
  }

  private var example: String {
    guard let there, let here else { return "" }
    return
      ", \(there.debugDescription) there and \(here.debugDescription) here (\(alike) of the first \(looked))"
  }
}
