/// One thing in which what a rule says differs from what it said before.
///
/// ```swift
/// for change in now.changes(since: then) { print(change) }
/// // changed: customer.tier == gold → customer.tier is one of [silver, gold]
/// // moved: event.channel == "ios", from all of to any of
/// ```
public enum RuleChange: Sendable, Hashable, CustomStringConvertible {
  /// A clause or group that was not there; under which group it stands, `nil` for the rule itself.
  case added(String, under: String?)
  /// A clause or group that is there no more; under which group it stood.
  case removed(String, under: String?)
  /// A clause about the same thing, or a group, that requires something else.
  case changed(from: String, to: String)
  /// The same clause or group in another place; the groups are equal where it only changed its order.
  case moved(String, from: String?, to: String?)

  /// A line for a person.
  public var description: String {
    switch self {
    case .added(let clause, let group): "added: \(clause)\(Self.place(" under ", group))"
    case .removed(let clause, let group): "removed: \(clause)\(Self.place(" under ", group))"
    case .changed(let before, let after): "changed: \(before) → \(after)"
    case .moved(let clause, let before, let after):
      before == after
        ? "moved: \(clause), to another place\(Self.place(" under ", after))"
        : "moved: \(clause),\(Self.place(" from ", before))\(Self.place(" to ", after))"
    }
  }

  private static func place(_ word: String, _ group: String?) -> String { group.map { word + $0 } ?? "" }
}

extension RuleOutline {
  /// What came, went, changed and moved, clause by clause.
  ///
  /// A clause that stands elsewhere has moved; of what is left, a clause that
  /// begins alike, such as with the same property, has changed; the rest came
  /// or went.
  ///
  /// - Parameter earlier: What the rule said before.
  /// - Returns: The changes in the order of the rule; empty when both say the same, which is when their fingerprints are
  ///   equal.
  public func changes(since earlier: RuleOutline) -> [RuleChange] {
    var removed: [OutlineLine] = []
    var inserted: [OutlineLine] = []
    let (before, after) = (OutlineLine.lines(of: earlier), OutlineLine.lines(of: self))
    for change in lines.difference(from: earlier.lines) {
      switch change {
      case .remove(let offset, _, _): removed.append(before[offset])
      case .insert(let offset, _, _): inserted.append(after[offset])
      }
    }
    removed.sort { $0.offset < $1.offset }
    inserted.sort { $0.offset < $1.offset }

    var changes: [(place: Int, order: Int, change: RuleChange)] = []
    func pair(
      _ areOne: (OutlineLine, OutlineLine) -> Bool,
      as change: (OutlineLine, OutlineLine) -> RuleChange
    ) {
      for line in inserted {
        guard let index = removed.firstIndex(where: { areOne($0, line) }) else { continue }
        changes.append((line.offset, 1, change(removed[index], line)))
        removed.remove(at: index)
        inserted.removeAll { $0.offset == line.offset }
      }
    }
    pair({ $0.text == $1.text }, as: { .moved($1.text, from: $0.group, to: $1.group) })
    // First within one group, then wherever it went.
    pair({ $0.subject == $1.subject && $0.group == $1.group }, as: { .changed(from: $0.text, to: $1.text) })
    pair({ $0.subject == $1.subject }, as: { .changed(from: $0.text, to: $1.text) })
    changes += removed.map { ($0.offset, 0, .removed($0.text, under: $0.group)) }
    changes += inserted.map { ($0.offset, 1, .added($0.text, under: $0.group)) }
    return changes.sorted { ($0.place, $0.order) < ($1.place, $1.order) }.map(\.change)
  }
}

/// One line of an outline, with the group that it stands in.
private struct OutlineLine {
  let offset: Int
  let text: String
  let group: String?
  let subject: String

  static func lines(of outline: RuleOutline) -> [OutlineLine] {
    var groups: [(depth: Int, text: String)] = []
    let depths = outline.lines.map { line in line.prefix { $0 == " " }.count }
    return outline.lines.indices.map { index in
      let depth = depths[index]
      while let last = groups.last, last.depth >= depth { groups.removeLast() }
      let text = String(outline.lines[index].drop { $0 == " " })
      let isGroup = index + 1 < depths.count && depths[index + 1] > depth
      let line = OutlineLine(
        offset: index,
        text: text,
        group: groups.last?.text,
        subject: isGroup ? "a group" : subject(of: text)
      )
      if isGroup { groups.append((depth, text)) }
      return line
    }
  }

  /// What a clause is about: the first word behind the names of rules and `not`, such as "customer.tier".
  private static func subject(of text: String) -> String {
    let words = text.split(separator: " ")
    let first = words.drop { $0.hasSuffix(":") }
    // An offer that is held is known by its name, which comes after the verb.
    return first.prefix(first.first == "holds" ? 2 : 1).joined(separator: " ")
  }
}
