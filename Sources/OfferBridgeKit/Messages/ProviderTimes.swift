extension MessageProvider {
  /// What does not fit together in the times that a provider states.
  func timeFaults(as id: ProviderID, lease: Duration) -> [ConfigurationFault] {
    let (timeout, window) = (timeout, idempotencyWindow)
    var faults: [ConfigurationFault] = []
    if timeout <= .zero { faults.append(.timeoutInvalid(timeout, of: id)) }
    if lease <= timeout { faults.append(.leaseTooShort(lease: lease, timeout: timeout, of: id)) }
    if let window, window <= max(timeout, .zero) {
      faults.append(.idempotencyWindowTooShort(window: window, timeout: timeout, of: id))
    }
    return faults
  }
}
