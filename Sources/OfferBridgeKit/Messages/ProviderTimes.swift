extension MessageProvider {
  /// What does not fit together in the times that a provider states.
  func timeFaults(as id: ProviderID, lease: Duration, margin: Duration) -> [ConfigurationFault] {
    let (timeout, window) = (timeout, idempotencyWindow)
    var faults: [ConfigurationFault] = []
    if timeout <= .zero { faults.append(.timeoutInvalid(timeout, of: id)) }
    if lease <= timeout || lease.bounded < timeout.bounded + margin.bounded {
      faults.append(.leaseTooShort(lease: lease, timeout: timeout, margin: margin, of: id))
    }
    if let window, window <= max(timeout, .zero) {
      faults.append(.idempotencyWindowTooShort(window: window, timeout: timeout, of: id))
    }
    return faults
  }
}
