/// An optional property of the host's profile; `nil` makes a comparison not evaluable.
///
/// `customer.nickname == nil` and `!= nil` are definite. A property of what is
/// not there is missing too.
@dynamicMemberLookup
public struct OptionalCustomerOperand<Customer: Sendable, Value: Sendable>: RuleOperand {
  @usableFromInline let keyPath: any KeyPath<Customer, Value?> & Sendable
  @usableFromInline let offset: Int
  @usableFromInline let path: PropertyPath

  @inlinable
  @inline(__always)
  init(_ keyPath: any KeyPath<Customer, Value?> & Sendable, path: PropertyPath? = nil) {
    self.keyPath = keyPath
    self.path = path ?? PropertyPath(keyPath)
    offset = MemoryLayout<Customer>.offset(of: keyPath) ?? -1
  }

  /// The property's value, or `nil`.
  @inlinable
  @inline(__always)
  public func fact(in context: RuleContext<Customer>) -> Value? {
    offset >= 0
      ? (UnsafeRawPointer(context.storage) + offset).assumingMemoryBound(to: Value?.self).pointee
      : computed(in: context)
  }

  @inline(never)
  @usableFromInline
  func computed(in context: RuleContext<Customer>) -> Value? { context.customer[keyPath: keyPath] }

  /// A property of the property, missing where that is `nil`.
  @_disfavoredOverload
  public subscript<Inner: Sendable>(
    dynamicMember inner: any KeyPath<Value, Inner> & Sendable
  ) -> OptionalCustomerOperand<Customer, Inner> {
    OptionalCustomerOperand<Customer, Inner>(
      joined(keyPath, chained(inner)),
      path: path.adding(inner)
    )
  }

  /// An optional property of the property, missing where either is `nil`.
  public subscript<Inner: Sendable>(
    dynamicMember inner: any KeyPath<Value, Inner?> & Sendable
  ) -> OptionalCustomerOperand<Customer, Inner> {
    OptionalCustomerOperand<Customer, Inner>(
      joined(keyPath, chained(inner)),
      path: path.adding(inner)
    )
  }

  /// The property's path: "customer.nickname".
  public var name: String { path.name }

  /// "customer.nickname is nil".
  public func whyMissing(in context: RuleContext<Customer>) -> String { "\(name) is nil" }

  /// Met when the property is `nil`; never not evaluable.
  public static func == (lhs: Self, rhs: _OptionalNilComparisonType) -> Rule<Customer> {
    lhs.presence("== nil") { $0 == nil }
  }

  /// Met when the property has a value; never not evaluable.
  public static func != (lhs: Self, rhs: _OptionalNilComparisonType) -> Rule<Customer> {
    lhs.presence("!= nil") { $0 != nil }
  }

  private func presence(
    _ requirement: String,
    _ holds: @escaping @Sendable (Bool?) -> Bool
  ) -> Rule<Customer> {
    Rule(
      clause: RuleClause(
        requirement: { "\(name) \(requirement)" },
        observed: { .was(fact(in: $0).map(explained) ?? "nil") },
        cost: cost,
        meaning: identity.map { ClauseMeaning(fact: $0, test: .isMissing(holds(nil))) },
        test: { RuleVerdict(holds(fact(in: $0).map { _ in true })) }
      )
    )
  }
}

extension OptionalCustomerOperand: CampaignRule where Value == Bool {
  /// Met when the property is true; not evaluable when it is `nil`.
  @inlinable
  @inline(__always)
  public var rule: Rule<Customer> {
    .flag(self) { context in
      guard let fact = fact(in: context) else { return .notEvaluable }
      return RuleVerdict(fact)
    }
  }
  /// Met when the property is true; not evaluable when it is `nil`.
  public var body: Rule<Customer> { rule }
}

extension OptionalCustomerOperand: LibraryOperand {
  package var cost: RuleCost { offset >= 0 ? .field : .hostCode }
  package var identity: FactIdentity? {
    guard offset >= 0 else { return nil }
    return FactIdentity(name: "customer at \(offset)", type: ObjectIdentifier(Value.self), canBeMissing: true)
  }
}

/// `\.city` as `\.?.city`: through an optional, `nil` where that is.
private func chained<Value, Inner>(
  _ inner: any KeyPath<Value, Inner> & Sendable
) -> any KeyPath<Value?, Inner?> & Sendable {
  \Value?.[through: inner]
}

private func chained<Value, Inner>(
  _ inner: any KeyPath<Value, Inner?> & Sendable
) -> any KeyPath<Value?, Inner?> & Sendable {
  \Value?.[through: inner]
}

extension Optional {
  fileprivate subscript<Inner>(through path: KeyPath<Wrapped, Inner>) -> Inner? { self?[keyPath: path] }
  fileprivate subscript<Inner>(through path: KeyPath<Wrapped, Inner?>) -> Inner? { self?[keyPath: path] }
}
