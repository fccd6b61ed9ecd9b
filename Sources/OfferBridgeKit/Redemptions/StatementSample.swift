/// The first ids of a statement, kept as long as nothing matched, to find out what is wrong with all of them.
struct StatementSample: Sendable {
  private var ids: [String] = []
  private static var most: Int { 256 }

  mutating func add(_ id: String) {
    if ids.count < Self.most { ids.append(id) }
  }

  /// Says what is likely to be wrong.
  ///
  /// - Parameters:
  ///   - ledger: What was received.
  ///   - received: How much that was.
  ///   - providers: All providers of the bridge.
  /// - Returns: The cause, with an example where there is one.
  /// - Throws: `OfferBridgeError` when the ledger fails.
  nonisolated(nonsending)
    func mismatch(
      with ledger: StatementLedger,
      received: Int,
      _ providers: [ProviderID]
    ) async throws -> StatementMismatch
  {
    func plain(_ cause: StatementMismatch.Cause) -> StatementMismatch {
      StatementMismatch(cause: cause, looked: ids.count, alike: 0, there: nil, here: nil)
    }
    if ids.isEmpty { return plain(.noLines) }
    for provider in providers.sorted() where provider != ledger.source {
      var alike: [String] = []
      for id in ids where try await ledger.match(of: ExternalEventID(source: provider, id: id)) != nil {
        alike.append(id)
      }
      guard let first = alike.first else { continue }
      return StatementMismatch(
        cause: .otherProvider(provider),
        looked: ids.count,
        alike: alike.count,
        there: first,
        here: first
      )
    }
    if received == 0 { return plain(.nothingReceived) }
    var alike = Likeness(ids)
    try await ledger.forEachEvent { alike.look(at: $0.event.id.id) }
    return alike.mismatch ?? plain(.nothingAlike)
  }
}

/// Which ids of a statement are those of a ledger under one folding or another.
private struct Likeness {

  private let ids: [String]
  private let byCase: [String: String]
  private let bySpace: [String: String]
  private let byBoth: [String: String]
  /// The ends of the statement's ids, and whose they are.
  private let byEnd: [String: String]
  private var found: [StatementMismatch.Cause: [String: String]] = [:]

  init(_ ids: [String]) {
    self.ids = ids
    func table(_ fold: (String) -> String) -> [String: String] {
      Dictionary(ids.map { (fold($0), $0) }, uniquingKeysWith: { first, _ in first })
    }
    byCase = table { $0.lowercased() }
    bySpace = table { $0.trimmed }
    byBoth = table { $0.trimmed.lowercased() }
    byEnd = Dictionary(
      ids.flatMap { id in id.ends.map { ($0, id) } },
      uniquingKeysWith: { first, _ in first }
    )
  }

  mutating func look(at here: String) {
    note(.letterCase, byCase[here.lowercased()], here)
    note(.whiteSpace, bySpace[here.trimmed], here)
    note(.letterCaseAndWhiteSpace, byBoth[here.trimmed.lowercased()], here)
    if let there = byEnd[here] { note(.prefixThere(String(there.dropLast(here.count))), there, here) }
    for end in here.ends {
      guard let there = bySpace[end], there == end else { continue }
      note(.prefixHere(String(here.dropLast(end.count))), there, here)
    }
  }

  private mutating func note(_ cause: StatementMismatch.Cause, _ there: String?, _ here: String) {
    guard let there else { return }
    // The first by its bytes, so that the example is the same in every run.
    let before = found[cause]?[there]
    if before.map({ here.utf8.lexicographicallyPrecedes($0.utf8) }) ?? true {
      found[cause, default: [:]][there] = here
    }
  }

  /// The simplest of the causes that explain most, or `nil` when none explains anything.
  var mismatch: StatementMismatch? {
    let distinct = Set(ids).count
    let likely = found.filter { cause, alike in
      // An id ends in another by chance; half of them do not.
      if case .prefixThere = cause { return alike.count * 2 >= distinct }
      if case .prefixHere = cause { return alike.count * 2 >= distinct }
      return true
    }
    let best = likely.max { one, other in
      one.value.count != other.value.count
        ? one.value.count < other.value.count : one.key.rank > other.key.rank
    }
    guard let best, let there = ids.first(where: { best.value[$0] != nil }) else { return nil }
    return StatementMismatch(
      cause: best.key,
      looked: distinct,
      alike: best.value.count,
      there: there,
      here: best.value[there]
    )
  }
}

extension StatementMismatch.Cause {
  /// The simpler the lower; of prefixes the shorter, then by their text.
  fileprivate var rank: String {
    switch self {
    case .letterCase: "a"
    case .whiteSpace: "b"
    case .letterCaseAndWhiteSpace: "c"
    case .prefixThere(let prefix): "d\(1000 + prefix.count)\(prefix)"
    case .prefixHere(let prefix): "e\(1000 + prefix.count)\(prefix)"
    case .noLines, .nothingReceived, .otherProvider, .nothingAlike: "f"
    }
  }
}

extension String {
  fileprivate var trimmed: String {
    var text = self[...]
    while text.first?.isWhitespace ?? false { text.removeFirst() }
    while text.last?.isWhitespace ?? false { text.removeLast() }
    return String(text)
  }

  /// What is left of it without its first characters, from all but one down to the last.
  fileprivate var ends: [String] {
    indices.dropFirst().map { String(self[$0...]) }
  }
}
