package import Foundation

/// The executables of this package, which lie beside its tests.
package enum BuiltExecutable {
  private final class Here {}

  /// Where one is.
  package static func named(_ name: String) -> URL {
    #if canImport(Darwin)
    let tests = Bundle(for: Here.self).bundleURL
    #else
    let tests = Bundle.main.executableURL ?? Bundle.main.bundleURL
    #endif
    return tests.deletingLastPathComponent().appending(path: name)
  }
}
