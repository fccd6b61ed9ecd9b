/// What the external system knows of a message key: the answer to ``MessageProvider/lookUp(_:)``.
public enum DeliveryLookup: Sendable, Hashable {
  /// It has the replica. The reference is its name for this customer's one, where it gives one.
  case found(reference: ReplicaReference? = nil)
  /// It has not: the message is attempted.
  case notFound
  /// It cannot be asked by key: the message is buried, and not sent again.
  case notSupported
}
