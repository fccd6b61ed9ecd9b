import Foundation
import OfferBridgeKit

/// A value in a line that a person reads: moments in milliseconds, claims and messages by their names, no modules.
///
/// What a description leaves out and a check compares is there too: the issued offer of a match.
func readable(_ value: Any) -> String {
  let text = words(for: value)
  return text.count > 800 ? "\(text.prefix(800))…" : text
}

private func words(for value: Any) -> String {
  switch value {
  case let moment as Date: return moment.rfc3339
  case let claims as [Claim]:
    let names = claims.map { "\($0.message.variant) (fence \($0.lease.fence), attempt \($0.attempt))" }
    return names.isEmpty ? "none" : names.joined(separator: ", ")
  case let message as OfferMessage:
    return
      "\(message.variant), generation \(message.generation), \(message.payload.count) bytes, key \(message.key)"
  case let match as RedemptionMatch:
    return match.issuedOffer.map { "\(match) on \($0)" } ?? "\(match)"
  default: break
  }
  let mirror = Mirror(reflecting: value)
  let parts = mirror.children.map { child in
    child.label.flatMap { $0.hasPrefix(".") ? nil : "\($0): " }.map { $0 + words(for: child.value) }
      ?? words(for: child.value)
  }
  let list = parts.joined(separator: ", ")
  switch mirror.displayStyle {
  case .optional: return parts.first == nil ? "nil" : words(for: mirror.children.first?.value ?? "")
  case .collection, .set, .dictionary: return "[\(list)]"
  case .tuple: return "(\(list))"
  case .enum where !(value is any CustomStringConvertible):
    guard let (name, payload) = mirror.children.first else { return "\(value)" }
    let isTuple = Mirror(reflecting: payload).displayStyle == .tuple
    return "\(name ?? "")\(isTuple ? words(for: payload) : "(\(words(for: payload)))")"
  case .struct where !(value is any CustomStringConvertible): return "\(type(of: value))(\(list))"
  default: return "\(value)"
  }
}

/// The first moments that are not equal in two values that print alike, or `nil` when there are none.
func momentsApart(_ seen: Any, _ expected: Any) -> String? {
  zip(moments(in: seen), moments(in: expected)).first { $0 != $1 }.map { seen, expected in
    "\(seen.rfc3339) is \(seen.timeIntervalSinceReferenceDate) s after 2001 where Date(milliseconds:) makes "
      + "\(expected.timeIntervalSinceReferenceDate) s"
  }
}

private func moments(in value: Any) -> [Date] {
  if let moment = value as? Date { return [moment] }
  return Mirror(reflecting: value).children.flatMap { moments(in: $0.value) }
}
