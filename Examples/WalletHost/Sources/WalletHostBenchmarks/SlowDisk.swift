import Foundation
import GRDBSQLite
import Synchronization

/// Has SQLite's flushes take longer: what sharing one brings depends on the disk, and this machine has but one.
///
/// It stands in front of SQLite's own way to the files, for all that are opened from then on. Nothing else takes longer.
enum SlowDisk {
  /// SQLite's ways to deal with a file.
  // Sound: nobody changes them once they are made.
  private struct Methods: Hashable, @unchecked Sendable { let address: UnsafePointer<sqlite3_io_methods> }

  private struct State {
    var length = Duration.zero
    var isThere = false
    /// SQLite's own, and the same with longer flushes.
    var slow: [Methods: Methods] = [:]
  }

  private static let state = Mutex(State())

  /// Lets each flush take so much longer, until it is told otherwise.
  static func prolongFlushes(by length: Duration) throws {
    try state.withLock { state in
      state.length = length
      if state.isThere { return }
      guard let own = sqlite3_vfs_find(nil) else { throw NotWritten() }
      let slow = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
      slow.initialize(to: own.pointee)
      slow.pointee.zName = UnsafePointer(strdup("slow"))
      slow.pointee.xOpen = { _, name, file, flags, givenFlags in
        guard let own = sqlite3_vfs_find("unix") else { return SQLITE_CANTOPEN }
        let answer = own.pointee.xOpen(own, name, file, flags, givenFlags)
        if answer == SQLITE_OK, let file, let methods = file.pointee.pMethods {
          file.pointee.pMethods = SlowDisk.prolonged(Methods(address: methods)).address
        }
        return answer
      }
      guard sqlite3_vfs_register(slow, 1) == SQLITE_OK else { throw NotWritten() }
      state.isThere = true
    }
  }

  private static func prolonged(_ own: Methods) -> Methods {
    state.withLock { state in
      if let known = state.slow[own] { return known }
      let slow = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
      slow.initialize(to: own.address.pointee)
      slow.pointee.xSync = { file, flags in SlowDisk.flush(file, flags) }
      state.slow[own] = Methods(address: slow)
      return Methods(address: slow)
    }
  }

  private static func flush(_ file: UnsafeMutablePointer<sqlite3_file>?, _ flags: CInt) -> CInt {
    let (length, own) = state.withLock { state in
      (state.length, state.slow.first { $0.value.address == file?.pointee.pMethods }?.key)
    }
    Thread.sleep(forTimeInterval: length / .seconds(1))
    return own?.address.pointee.xSync(file, flags) ?? SQLITE_IOERR
  }
}
