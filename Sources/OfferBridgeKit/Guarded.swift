#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Synchronization
#endif

#if canImport(Glibc) || canImport(Musl)
// `Mutex` sleeps and wakes by the kernel's futex on Linux, which the thread sanitizer does not know: it would report
// every guarded value as a race, and a real one would be lost among them. It does know pthread's mutex. The price is
// one allocation a lock, and a few nanoseconds a call.
// Unchecked because of the two pointers: what they point at is touched with the lock held alone, or by the last owner.
/// A value that one task at a time may touch.
package final class Guarded<Value: Sendable>: @unchecked Sendable {
  // Not a variable, whose every use the runtime would guard a second time, for a fifth of a short step's instructions.
  private let value: UnsafeMutablePointer<Value>
  private let lock: UnsafeMutablePointer<pthread_mutex_t>

  /// Guards a value.
  package init(_ value: Value) {
    self.value = .allocate(capacity: 1)
    self.value.initialize(to: value)
    lock = .allocate(capacity: 1)
    lock.initialize(to: pthread_mutex_t())
    pthread_mutex_init(lock, nil)
  }

  deinit {
    pthread_mutex_destroy(lock)
    lock.deallocate()
    value.deinitialize(count: 1)
    value.deallocate()
  }

  /// Runs the body while nobody else touches the value; the body must not call back into the lock.
  package func withLock<Answer, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Answer
  ) throws(Failure) -> sending Answer {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return try body(&value.pointee)
  }
}
#else
/// A value that one task at a time may touch.
///
/// The system's lock beneath `Mutex` is known to the thread sanitizer here.
package typealias Guarded = Mutex
#endif
