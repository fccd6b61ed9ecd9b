/// Holds a trail against its own digests, entry by entry, and finds the first place where they do not fit.
///
/// ```swift
/// var verification = TrailVerification(of: "main")
/// for try await line in file.lines { verification.add(line: line) }
/// verification.finding(since: anchorOfLastMonth)   // whole, up to entry 4,210
/// ```
///
/// It needs the trail alone, and no ledger. A trail that was cut short at its
/// end, or written anew from some entry on, has nothing wrong in itself: that
/// is found with a ``TrailAnchor`` that was kept elsewhere.
///
/// It takes as much memory as a few numbers, however long the trail is.
public struct TrailVerification: Sendable {
  private let start: TrailAnchor
  private let tenant: TenantID
  private var known: TrailAnchor?
  private var end: TrailAnchor
  private var erased = 0
  private var kept: TrailAnchor?
  private var fault: TrailFinding?
  /// The numbers that were passed over.
  private var missing: Range<Int>?
  private var line = 0

  /// Begins with a tenant's first entry, or after those that were verified before.
  ///
  /// - Parameters:
  ///   - tenant: The tenant.
  ///   - anchor: Where to go on; the trail's beginning by default.
  ///   - kept: An anchor that was kept elsewhere, to be found in what follows; none by default.
  public init(of tenant: TenantID, after anchor: TrailAnchor? = nil, expecting kept: TrailAnchor? = nil) {
    self.tenant = tenant
    start = anchor ?? .beginning(of: tenant)
    end = start
    known = kept
    self.kept = kept?.count == start.count ? start : nil
  }

  /// Takes the next line of an export.
  ///
  /// - Parameter text: One line, with or without its line break.
  public mutating func add(line text: String) { add(line: Array(text.utf8)) }

  /// Takes the next line of an export, as its bytes; an empty one is passed over.
  ///
  /// - Parameter bytes: One line, with or without its line break.
  public mutating func add(line bytes: [UInt8]) {
    line += 1
    var bytes = bytes[...]
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    if bytes.isEmpty { return }
    guard let entry = TrailEntry(lineBytes: bytes) else {
      return find(.unreadable(line: line, entry: end.count + 1))
    }
    let written = entry.lineBytes
    if !written.elementsEqual(bytes) {
      // The values are read alike, and the bytes are not those that stand for them.
      return find(.changed(entry: end.count + 1))
    }
    add(entry)
  }

  /// Takes the next entry.
  ///
  /// - Parameter entry: An entry as a ledger or an export gave it.
  public mutating func add(_ entry: TrailEntry) {
    if case .missing? = fault, let gap = missing, gap.contains(entry.sequence) {
      fault = .reordered(entry: entry.sequence)
      return
    }
    guard fault == nil else { return }
    // Its number is no more to be trusted than the rest of it.
    guard entry.isItself else { return find(.changed(entry: end.count + 1)) }
    guard entry.sequence == end.count + 1 else {
      guard entry.sequence > end.count else { return find(.reordered(entry: entry.sequence)) }
      missing = end.count + 1..<entry.sequence
      return find(.missing(end.count + 1..<entry.sequence))
    }
    guard entry.previous == end.hash else {
      // It is itself, and follows another: that one was made anew.
      return find(.changed(entry: max(1, end.count)))
    }
    end = entry.anchor
    if entry.sequence == known?.count { kept = entry.anchor }
    if entry.personal == nil && entry.commitment != nil { erased += 1 }
  }

  private mutating func find(_ finding: TrailFinding) { if fault == nil { fault = finding } }

  /// What there is to say of all that was taken.
  public var finding: TrailFinding {
    if let fault { return fault }
    if let known, known.count >= start.count {
      guard let kept else { return .cutShort(after: end.count, of: known.count) }
      guard kept == known else { return .writtenAnew(upTo: known.count) }
    }
    return .whole(end, erased: erased)
  }
}

/// What a verification came to; of several faults, the first.
public enum TrailFinding: Sendable, Hashable, CustomStringConvertible {
  /// Every entry is what it was and where it was, up to there; of so many, what is personal was erased.
  case whole(TrailAnchor, erased: Int)
  /// That line is no entry: at the place where that one was to be.
  case unreadable(line: Int, entry: Int)
  /// The entry of that number is not what it was.
  case changed(entry: Int)
  /// Entries of those numbers are not there.
  case missing(Range<Int>)
  /// The entry of that number stands where another should.
  case reordered(entry: Int)
  /// The last ones are not there: it ends after so many, where there were more.
  case cutShort(after: Int, of: Int)
  /// All digests fit, and are not those of the anchor that was kept: some entry up to that one was made anew, and every
  /// later one with it.
  case writtenAnew(upTo: Int)

  /// Whether nothing is wrong.
  public var isWhole: Bool { if case .whole = self { true } else { false } }

  /// The finding in a sentence.
  public var description: String {
    switch self {
    case .whole(let anchor, let erased):
      "The trail is whole up to entry \(anchor.count)\(erased == 0 ? "" : "; \(erased) entries are of forgotten customers")."
    case .unreadable(let line, let entry):
      "Line \(line) is no entry of a trail, where entry \(entry) should be."
    case .changed(let entry): "Entry \(entry) is not what it was."
    case .missing(let range):
      range.count == 1
        ? "Entry \(range.lowerBound) is missing."
        : "Entries \(range.lowerBound) to \(range.upperBound - 1) are missing."
    case .reordered(let entry): "Entry \(entry) stands where another should."
    case .cutShort(let after, let count): "The trail ends after entry \(after), where there were \(count)."
    case .writtenAnew(let entry):
      "The trail fits together, but it is not the one of the anchor: an entry up to \(entry) was made anew."
    }
  }
}

extension TrailEntry {
  /// Whether both digests are those of what is there.
  var isItself: Bool {
    guard hash == Self.hash(sequence, fact, commitment, previous) else { return false }
    return personal.map { $0.commitment == commitment } ?? true
  }
}
