/// The attributes of what was heard, or of what the journey began with.
///
/// ```swift
/// event.channel == "ios"
/// event["basket.total"] >= 20.5
/// origin.channel == "ios"          // what the customer did at the very beginning
/// ```
///
/// Attributes are the one part of a rule that the compiler cannot check. One
/// that is absent, or of another type than it is compared with, makes the
/// clause not evaluable, and the explanation names it.
@dynamicMemberLookup
public struct EventScope<Customer: Sendable>: Sendable {
  @usableFromInline
  package enum Which: Sendable { case event, origin, past }
  @usableFromInline let which: Which

  package init(_ which: Which) { self.which = which }

  /// The attribute of that name.
  public subscript(_ name: String) -> EventOperand<Customer> { EventOperand(which, name) }
  /// The attribute of a key, which says its type.
  @inlinable
  @inline(__always)
  public subscript<Fact>(_ key: EventKey<Fact>) -> TypedEventOperand<Customer, Fact> {
    TypedEventOperand(which: which, attribute: key.name)
  }
  /// The attribute of that name.
  public subscript(dynamicMember name: String) -> EventOperand<Customer> { EventOperand(which, name) }
}

/// The name of an attribute with its type, so that the compiler checks both.
///
/// ```swift
/// extension EventKey<Double> {
///   static let basketTotal = EventKey("basket.total")
/// }
///
/// event[.basketTotal] >= 20
/// ```
public struct EventKey<Fact: AttributeConvertible>: Sendable, Hashable {
  /// The attribute's name.
  public let name: String

  /// A key.
  ///
  /// - Parameter name: The attribute's name.
  public init(_ name: String) { self.name = name }
}

/// One attribute of an event, typed by what it is compared with.
public struct EventOperand<Customer: Sendable>: Sendable {
  @usableFromInline let which: EventScope<Customer>.Which
  @usableFromInline let attribute: String

  init(_ which: EventScope<Customer>.Which, _ attribute: String) {
    self.which = which
    self.attribute = attribute
  }

  /// The attribute read as one type; of another type it is a missing fact.
  ///
  /// - Parameter type: The type to read it as.
  /// - Returns: An operand for comparisons.
  @inlinable
  @inline(__always)
  public func `as`<Fact: AttributeConvertible>(_ type: Fact.Type) -> TypedEventOperand<Customer, Fact> {
    TypedEventOperand(which: which, attribute: attribute)
  }
}

extension EventOperand {
  /// Met when the attribute is one of the values; absent or of another type, not evaluable.
  ///
  /// - Parameter values: The values.
  /// - Returns: A clause.
  public func isOneOf<Fact: AttributeConvertible & Equatable>(_ values: Fact...) -> Rule<Customer> {
    let typed = self.as(Fact.self)
    return .clause(
      typed,
      requirement: { "\(typed.name) is one of [\(values.map(explained).joined(separator: ", "))]" },
      // Of numbers, only the first is compared with a fraction.
      meaning: Fact.self is any RuleNumber.Type ? nil : typed.meaning(oneOf: values)
    ) { context in
      if let fact = typed.fact(in: context) { return RuleVerdict(values.contains(fact)) }
      // A number with a fraction is none of some whole numbers.
      return values.first.map { typed.fraction(.equal, $0, in: context) } ?? .notMet
    }
  }
}

extension EventOperand {
  /// Met when there is no such attribute; never not evaluable.
  public static func == (lhs: Self, rhs: _OptionalNilComparisonType) -> Rule<Customer> {
    lhs.presence("== nil") { $0 == nil }
  }

  /// Met when there is such an attribute, of whatever type; never not evaluable.
  public static func != (lhs: Self, rhs: _OptionalNilComparisonType) -> Rule<Customer> {
    lhs.presence("!= nil") { $0 != nil }
  }

  private func presence(
    _ requirement: String,
    _ holds: @escaping @Sendable (AttributeValue?) -> Bool
  ) -> Rule<Customer> {
    let typed = TypedEventOperand<Customer, String>(which: which, attribute: attribute)
    return Rule(
      clause: RuleClause(
        requirement: { "\(typed.name) \(requirement)" },
        observed: { .was(typed.value(in: $0)?.description ?? "nil") },
        cost: .lookup,
        meaning: typed.attributeIdentity.map { ClauseMeaning(fact: $0, test: .isMissing(holds(nil))) },
        test: { RuleVerdict(holds(typed.value(in: $0))) }
      )
    )
  }
}

/// One attribute of an event, read as one type.
public struct TypedEventOperand<Customer: Sendable, Fact: AttributeConvertible>: RuleOperand {
  @usableFromInline let which: EventScope<Customer>.Which
  @usableFromInline let attribute: String

  @inlinable
  @inline(__always)
  init(which: EventScope<Customer>.Which, attribute: String) {
    self.which = which
    self.attribute = attribute
  }

  @inlinable
  @inline(__always)
  func heard(in context: RuleContext<Customer>) -> HeardEvent {
    switch which {
    case .event, .past: context.event
    case .origin: context.origin
    }
  }

  /// The attribute's value, or `nil` when it is absent or of another type.
  @inlinable
  @inline(__always)
  public func fact(in context: RuleContext<Customer>) -> Fact? {
    guard let value = value(in: context) else { return nil }
    return Fact(attributeValue: value)
  }

  @inlinable
  @inline(__always)
  func value(in context: RuleContext<Customer>) -> AttributeValue? {
    heard(in: context).attributes[attribute]
  }

  /// Such as "event.channel".
  public var name: String {
    switch which {
    case .event: "event.\(attribute)"
    case .origin: "origin.\(attribute)"
    case .past: "its \(attribute)"
    }
  }

  /// "the action carries no channel", or which other type it carries.
  public func whyMissing(in context: RuleContext<Customer>) -> String {
    let heard = heard(in: context)
    guard let value = heard.attributes[attribute] else { return "the \(heard.noun) carries no \(attribute)" }
    return "the \(heard.noun) carries \(attribute) as \(value), which is no \(Fact.self)"
  }
}

extension TypedEventOperand: CampaignRule where Fact == Bool {
  /// Met when the attribute is true; absent or of another type, not evaluable.
  public var rule: Rule<Customer> {
    .comparing(self, requirement: { name }, meaning: ClauseMeaning(identity, .equal, true)) { $0 }
  }
  /// Met when the attribute is true; absent or of another type, not evaluable.
  public var body: Rule<Customer> { rule }
}

extension TypedEventOperand: LibraryOperand {
  package var cost: RuleCost { .lookup }
  package var identity: FactIdentity? {
    identity("\(Fact.self is any RuleNumber.Type ? "strictly " : "")typed")
  }
  /// The same by number, where a fraction may stand against a whole one.
  var identityByNumber: FactIdentity? {
    guard Fact.self is any RuleNumber.Type, var fact = identity("by number") else { return identity }
    fact.hasFractions = true
    return fact
  }
  /// Whether there is one of any type.
  var attributeIdentity: FactIdentity? {
    var fact = identity("whatever it is")
    fact?.type = nil
    return fact
  }

  /// What a past event says is another for each of them.
  private func identity(_ reading: String) -> FactIdentity? {
    let source: String
    switch which {
    case .event: source = "event"
    case .origin: source = "origin"
    case .past: return nil
    }
    return FactIdentity(
      name: "\(source) \(reading) \(attribute)",
      type: ObjectIdentifier(Fact.self),
      canBeMissing: true
    )
  }
}
