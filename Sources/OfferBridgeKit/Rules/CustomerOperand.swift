import Foundation

/// The host's profile in a rule: its properties by their own names.
///
/// ```swift
/// customer.tier == .gold
/// customer.address.city == "Oslo"
/// ```
@dynamicMemberLookup
public struct CustomerScope<Customer: Sendable>: Sendable {
  @usableFromInline init() {}

  // Disfavoured, so that an optional property is read in one way and not in two: each comparison in a chain of `&&`
  // would otherwise double what the compiler tries.
  /// A property of the profile.
  @_disfavoredOverload
  @inlinable
  @inline(__always)
  public subscript<Value: Sendable>(
    dynamicMember keyPath: any KeyPath<Customer, Value> & Sendable
  ) -> CustomerOperand<Customer, Value> {
    CustomerOperand(keyPath)
  }

  /// An optional property of the profile: `nil` is a missing fact.
  @inlinable
  @inline(__always)
  public subscript<Value: Sendable>(
    dynamicMember keyPath: any KeyPath<Customer, Value?> & Sendable
  ) -> OptionalCustomerOperand<Customer, Value> {
    OptionalCustomerOperand(keyPath)
  }
}

extension CustomerScope {
  /// A property by its path, for where a name would be taken by a method.
  ///
  /// - Parameter keyPath: Such as `\.address.city`.
  /// - Returns: An operand that is never missing.
  @_disfavoredOverload
  @inlinable
  @inline(__always)
  public func callAsFunction<Value: Sendable>(
    _ keyPath: any KeyPath<Customer, Value> & Sendable
  ) -> CustomerOperand<Customer, Value> {
    CustomerOperand(keyPath)
  }

  /// An optional property by its path.
  ///
  /// - Parameter keyPath: Such as `\.address.floor`.
  /// - Returns: An operand that is missing where the property is `nil`.
  @inlinable
  @inline(__always)
  public func callAsFunction<Value: Sendable>(
    _ keyPath: any KeyPath<Customer, Value?> & Sendable
  ) -> OptionalCustomerOperand<Customer, Value> {
    OptionalCustomerOperand(keyPath)
  }

  /// A fact that only Swift can read from the profile, under the name that explanations print.
  ///
  /// ```swift
  /// customer("age") { $0.age(on: today) } >= 18
  /// ```
  ///
  /// - Parameters:
  ///   - name: Its name; "customer." is put before it.
  ///   - read: Reads it; `nil` is a missing fact. It must look at the profile alone.
  /// - Returns: An operand.
  public func callAsFunction<Value: Sendable>(
    _ name: String,
    _ read: @escaping @Sendable (Customer) -> Value?
  ) -> NamedCustomerOperand<Customer, Value> {
    NamedCustomerOperand(property: name, read: read)
  }
}

/// A fact that a closure reads from the host's profile.
public struct NamedCustomerOperand<Customer: Sendable, Fact: Sendable>: RuleOperand {
  let property: String
  let read: @Sendable (Customer) -> Fact?

  /// The fact, or `nil`.
  public func fact(in context: RuleContext<Customer>) -> Fact? { read(context.customer) }
  /// Such as "customer.age".
  public var name: String { "customer.\(property)" }
}

extension NamedCustomerOperand: CampaignRule where Fact == Bool {
  /// Met when the closure answers true; not evaluable when it answers `nil`.
  public var rule: Rule<Customer> {
    .flag(self) { read($0.customer).map(RuleVerdict.init) ?? .notEvaluable }
  }
  /// Met when the closure answers true; not evaluable when it answers `nil`.
  public var body: Rule<Customer> { rule }
}

/// A property of the host's profile, always there.
///
/// A `Bool` property is a clause by itself: `customer.isOptedIn`.
@dynamicMemberLookup
public struct CustomerOperand<Customer: Sendable, Value: Sendable>: RuleOperand {
  @usableFromInline let keyPath: any KeyPath<Customer, Value> & Sendable
  // A stored property is a load at its offset; a computed one goes through the key path, some forty times slower.
  @usableFromInline let offset: Int
  @usableFromInline let path: PropertyPath

  @inlinable
  @inline(__always)
  init(_ keyPath: any KeyPath<Customer, Value> & Sendable, path: PropertyPath? = nil) {
    self.keyPath = keyPath
    self.path = path ?? PropertyPath(keyPath)
    offset = MemoryLayout<Customer>.offset(of: keyPath) ?? -1
  }

  /// The property's value.
  @inlinable
  @inline(__always)
  public func fact(in context: RuleContext<Customer>) -> Value? {
    offset >= 0
      ? (UnsafeRawPointer(context.storage) + offset).assumingMemoryBound(to: Value.self).pointee
      : computed(in: context)
  }

  // Out of line, so that a clause over a stored property keeps a small frame.
  @inline(never)
  @usableFromInline
  func computed(in context: RuleContext<Customer>) -> Value { context.customer[keyPath: keyPath] }

  /// The property's path: "customer.address.city".
  public var name: String { path.name }

  /// A property of the property.
  @_disfavoredOverload
  @inlinable
  @inline(__always)
  public subscript<Inner: Sendable>(
    dynamicMember inner: any KeyPath<Value, Inner> & Sendable
  ) -> CustomerOperand<Customer, Inner> {
    CustomerOperand<Customer, Inner>(joined(keyPath, inner), path: path.adding(inner))
  }

  /// An optional property of the property.
  @inlinable
  @inline(__always)
  public subscript<Inner: Sendable>(
    dynamicMember inner: any KeyPath<Value, Inner?> & Sendable
  ) -> OptionalCustomerOperand<Customer, Inner> {
    OptionalCustomerOperand<Customer, Inner>(joined(keyPath, inner), path: path.adding(inner))
  }
}

extension CustomerOperand: CampaignRule where Value == Bool {
  /// Met when the property is true.
  @inlinable
  @inline(__always)
  public var rule: Rule<Customer> {
    .flag(self) { context in
      guard let fact = fact(in: context) else { return .notEvaluable }
      return RuleVerdict(fact)
    }
  }
  /// Met when the property is true.
  public var body: Rule<Customer> { rule }
}

extension CustomerOperand: LibraryOperand {
  package var cost: RuleCost { offset >= 0 ? .field : .hostCode }
  package var storedOffset: Int? { offset >= 0 ? offset : nil }
  package var identity: FactIdentity? {
    offset >= 0 ? FactIdentity(name: "customer at \(offset)", type: ObjectIdentifier(Value.self)) : nil
  }
}

@usableFromInline
func joined<Customer, Value, Inner>(
  _ outer: any KeyPath<Customer, Value> & Sendable,
  _ inner: any KeyPath<Value, Inner> & Sendable
) -> any KeyPath<Customer, Inner> & Sendable {
  // Sound: both parts are Sendable, so what they are joined to captures nothing else. `appending` only forgets to
  // say so, and a cast to a marker protocol cannot be written.
  unsafeBitCast(outer.appending(path: inner), to: (any KeyPath<Customer, Inner> & Sendable).self)
}
