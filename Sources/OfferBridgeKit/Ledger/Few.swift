/// A list that has one element as a rule, which then stands in the row and not in an array of its own.
enum Few<Element: Sendable>: Sendable {
  case none
  case one(Element)
  case many([Element])

  init(_ elements: [Element]) {
    self = elements.count > 1 ? .many(elements) : elements.first.map { .one($0) } ?? .none
  }

  /// In the order in which they were added.
  var all: [Element] {
    switch self {
    case .none: []
    case .one(let element): [element]
    case .many(let elements): elements
    }
  }

  subscript(index: Int) -> Element {
    get {
      if case .one(let element) = self { element } else { all[index] }
    }
    set {
      if case .one = self {
        self = .one(newValue)
      } else {
        var elements = all
        elements[index] = newValue
        self = .many(elements)
      }
    }
  }

  mutating func append(_ element: Element) {
    switch self {
    case .none: self = .one(element)
    case .one(let first): self = .many([first, element])
    case .many(let elements): self = .many(elements + [element])
    }
  }

  func forEach(_ body: (Element) -> Void) {
    switch self {
    case .none: break
    case .one(let element): body(element)
    case .many(let elements): elements.forEach(body)
    }
  }

  func contains(where isIt: (Element) -> Bool) -> Bool {
    switch self {
    case .none: false
    case .one(let element): isIt(element)
    case .many(let elements): elements.contains(where: isIt)
    }
  }
}

extension Few: Equatable where Element: Equatable {}
extension Few: Hashable where Element: Hashable {}
