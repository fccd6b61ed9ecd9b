extension Sequence where Element: Hashable {
  /// Those that stand there more than once, each told once, in the order in which they come again.
  var repeated: [Element] {
    var seen: Set<Element> = []
    var told: Set<Element> = []
    return filter { !seen.insert($0).inserted && told.insert($0).inserted }
  }
}
