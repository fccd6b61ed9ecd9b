/// A value that many hold and nobody changes, behind one pointer.
///
/// A copy is one retain, however many texts the value has. An issued offer
/// stands in the plan, the ledger, the contexts of later rules and the
/// decisions; copied as a struct of some twenty texts it cost more than its
/// rules and its keys together.
struct Shared<Value: Sendable & Hashable>: Sendable, Hashable {
  private final class Box: Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
  }

  private let box: Box

  init(_ value: Value) { box = Box(value) }

  var value: Value { _read { yield box.value } }

  static func == (lhs: Self, rhs: Self) -> Bool { lhs.box === rhs.box || lhs.value == rhs.value }

  func hash(into hasher: inout Hasher) { hasher.combine(value) }
}

extension Shared: Codable where Value: Codable {
  // The value's own form: nobody who reads it can tell that it was shared.
  init(from decoder: any Decoder) throws { self.init(try Value(from: decoder)) }

  func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
}
