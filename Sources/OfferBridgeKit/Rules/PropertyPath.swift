import Foundation

/// A type that says what its computed properties are called in an explanation.
///
/// Swift knows the names of stored properties at run time, and not those of
/// computed ones.
///
/// ```swift
/// extension Shopper: PropertyNaming {
///   static func name(of property: PartialKeyPath<Shopper>) -> String? {
///     property == \.isAdult ? "isAdult" : nil
///   }
/// }
/// ```
public protocol PropertyNaming {
  /// The property's name, or `nil` for one that is found out otherwise.
  static func name(of property: PartialKeyPath<Self>) -> String?
}

/// The way from a profile to a property, by which an explanation names it.
@usableFromInline
struct PropertyPath: Sendable {
  private let steps: [any AnyKeyPath & Sendable]

  @usableFromInline
  init(_ first: any AnyKeyPath & Sendable) { steps = [first] }

  private init(_ steps: [any AnyKeyPath & Sendable]) { self.steps = steps }

  @usableFromInline
  func adding(_ step: any AnyKeyPath & Sendable) -> Self { Self(steps + [step]) }

  /// "customer.address.city".
  var name: String { (["customer"] + steps.map(propertyName)).joined(separator: ".") }
}

/// `\Shopper.address.city` as "address.city".
///
/// A computed property that its type does not name has only an address that differs from process to process: it is
/// called "(computed)", so that what is stored reads the same everywhere.
private func propertyName(_ keyPath: AnyKeyPath) -> String {
  if let type = type(of: keyPath).rootType as? any PropertyNaming.Type, let name = type.nameOrNil(keyPath) {
    return name
  }
  var text = String(describing: keyPath)
  while let start = text.range(of: "<computed")?.lowerBound {
    var depth = 0
    let end = text[start...].firstIndex { character in
      depth += character == "<" ? 1 : character == ">" ? -1 : 0
      return depth == 0
    }
    text.replaceSubrange(start...(end ?? text.index(before: text.endIndex)), with: "(computed)")
  }
  return String(text.firstIndex(of: ".").map { text[text.index(after: $0)...] } ?? "")
}

extension PropertyNaming {
  fileprivate static func nameOrNil(_ keyPath: AnyKeyPath) -> String? {
    (keyPath as? PartialKeyPath<Self>).flatMap(name)
  }
}

extension LocalDay: PropertyNaming {
  /// "year", "month" or "day".
  public static func name(of property: PartialKeyPath<LocalDay>) -> String? {
    switch property {
    case \.year: "year"
    case \.month: "month"
    case \.day: "day"
    default: nil
    }
  }
}
