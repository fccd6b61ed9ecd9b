/// Evenly spread bits for each customer, always the same ones under a salt: what holdouts and shares are drawn by.
///
/// The customer's UTF-8 bytes and the salt's are mixed by FNV-1a and a
/// SplitMix64 finaliser: not a secret, the same in every process and version.
package struct CustomerDraw: Sendable {
  private let salt: UInt64

  package init(salt: String) { self.salt = Self.fnv1a(salt) &* 0x9E37_79B9_7F4A_7C15 }

  package func bits(of customer: CustomerID) -> UInt64 {
    var mixed = Self.fnv1a(customer.rawValue) &+ salt
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  private static func fnv1a(_ text: String) -> UInt64 {
    var text = text
    return text.withUTF8 { bytes in
      var hash: UInt64 = 0xCBF2_9CE4_8422_2325
      for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
      return hash
    }
  }
}
