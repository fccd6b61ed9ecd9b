// What the two sides of a discrepancy are called, in descriptions and reports.

extension StatementRecord {
  private var eventContent: ExternalEvent.Content {
    switch content {
    case .redemption(let redemption): redemption.content
    case .reversal(let reversal): reversal.content
    }
  }

  /// Such as "TEN of ada, 2026-11-22 in Europe/Oslo, 900 EUR minor units".
  var words: String {
    [ofInWords, time.description, amountInWords].compactMap(\.self).joined(separator: ", ")
  }
  /// Of what it is: an offer or a redemption.
  var ofInWords: String { eventContent.ofInWords }
  /// Such as "900 EUR minor units".
  var amountInWords: String? { amount.map(\.description) }
  var amount: Money? { eventContent.amount }
  var stateInWords: String { standing == .reversed ? "reversed" : eventContent.stateInWords }
}

extension ExternalEvent {
  /// Such as "TEN of ada, 2026-11-22 in Europe/Oslo, 900 EUR minor units".
  var words: String {
    [content.ofInWords, time.description, amountInWords].compactMap(\.self).joined(separator: ", ")
  }
  var ofInWords: String { content.ofInWords }
  var amountInWords: String? { amount.map(\.description) }
  var amount: Money? { content.amount }
  var stateInWords: String { content.stateInWords }
}

extension ExternalEvent.Content {
  /// Of what it is: an offer or a redemption, and by whom where another is told.
  var ofInWords: String {
    switch self {
    case .redemption(let reference, _, let details):
      details?.customer.map { "\(reference) by \($0)" } ?? reference.description
    case .notice(_, let reference): reference.description
    case .reversal(let id, _): "reversal of \(id)"
    }
  }

  /// What it is worth, where it tells one amount.
  var amount: Money? {
    switch self {
    case .redemption(_, let amount, _): amount
    case .reversal(_, .amount(let amount)): amount
    case .reversal, .notice: nil
    }
  }

  fileprivate var stateInWords: String {
    switch self {
    case .redemption: "a redemption"
    case .reversal(let id, _): "a reversal of \(id)"
    case .notice(let kind, _): "a notice, \(kind.rawValue)"
    }
  }
}
