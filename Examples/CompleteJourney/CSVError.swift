/// What is wrong with a CSV file, said so that the file can be mended.
///
/// The description names the file, the line (the header is line 1), the column,
/// what was seen and the next step:
/// `baskets.csv, line 17, amount_cents: "-5" is negative. Amounts are whole cents, 0 or more.`
struct CSVError: Error, Equatable, CustomStringConvertible {
  /// What a file, a line or a field can have wrong.
  enum Problem: Equatable {
    case missingFile(folder: String)
    case unreadableFile(folder: String)
    case notHeader(expected: [String])
    case wrongFieldCount(Int, expected: Int)
    case strayQuote
    case openQuote
    case notUTF8
    case emptyID
    case longID(bytes: Int)
    case notWholeNumber
    case numberTooLarge
    case negativeAmount
    case notADay
    case notAMoment
    case endsBeforeStart(String)
    case repeatedID(firstLine: Int)
    case unknownCampaign
    case gapNotPositive
  }

  /// The last part of the file's path.
  let file: String
  /// Counted from 1; `nil` when the whole file is meant.
  var line: Int?
  /// `nil` when the whole line is meant.
  var column: String?
  /// The field as it stands in the file, or the whole first line for a missing header.
  var seen = ""
  let problem: Problem

  var description: String {
    let place = [file, line.map { "line \($0)" }, column].compactMap(\.self).joined(separator: ", ")
    return "\(place): \(finding)"
  }

  private var finding: String {
    switch problem {
    case .missingFile(let folder):
      "there is no such file in \(folder). Put it there, or name the folder that holds it."
    case .unreadableFile(let folder):
      "it is in \(folder), but cannot be read. Check that it is a file and that you may read it."
    case .notHeader(let expected):
      "\(shown) is not the header. The first line must be \(expected.joined(separator: ","))."
    case .wrongFieldCount(let count, let expected):
      "\(count == 1 ? "1 field" : "\(count) fields"), not \(expected). "
        + "Write one field per column, and quote a field that holds a comma."
    case .strayQuote:
      "a quote stands inside or after the field. Quote the whole field and double the quotes within it."
    case .openQuote:
      "the quote is not closed on its line. Close it; a field cannot hold a line break."
    case .notUTF8:
      "\(shown) is not UTF-8. Save the file as UTF-8."
    case .emptyID:
      "the id is empty. Give it 1 to 256 bytes."
    case .longID(let bytes):
      "\(shown) has \(bytes) bytes. An id has 256 at most."
    case .notWholeNumber:
      "\(shown) is not a whole number. Write digits only, with a minus sign in front if it is negative."
    case .numberTooLarge:
      "\(shown) does not fit in 64 bits. Write a smaller number."
    case .negativeAmount:
      "\(shown) is negative. Amounts are whole cents, 0 or more."
    case .notADay:
      "\(shown) is not a day of the calendar. Write an existing day as 2017-03-03."
    case .notAMoment:
      "\(shown) is not a moment in UTC. Write an existing day and time as 2017-01-01T11:53:26Z."
    case .endsBeforeStart(let start):
      "\(shown) is before the start, \(start). Both days belong to the campaign; end it on its start or later."
    case .repeatedID(let firstLine):
      "\(shown) is already on line \(firstLine). Keep one of the two lines."
    case .unknownCampaign:
      "\(shown) is not in campaigns.csv. Add the campaign there, or remove this line."
    case .gapNotPositive:
      "\(shown) is not above 0. Make the file again with .ci/compact-complete-journey.py."
    }
  }

  /// What was seen, in quotes, control characters escaped, cut after 60 characters.
  private var shown: String {
    seen.count > 60 ? String(seen.prefix(60)).debugDescription + "…" : seen.debugDescription
  }
}
