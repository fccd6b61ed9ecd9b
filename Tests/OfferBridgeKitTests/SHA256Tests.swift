import OfferBridgeKit
import Testing

struct SHA256Tests {
  /// FIPS 180-2 appendix B, and the lengths around the end of a block.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
        + "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
  ])
  func `the published vectors come out`(text: String, digest: String) {
    var hash = SHA256()
    hash.append(text)
    #expect(hex(hash.digest()) == digest)
  }

  @Test func `a million letters a come out`() {
    var hash = SHA256()
    let letters = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    letters.withUnsafeBytes { hash.append($0) }
    #expect(hex(hash.digest()) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  /// Compares the digest of the 201 digests with the one worked out in Python.
  ///
  /// `sha256(b"".join(sha256(bytes((i*7+n)&255 for i in range(n))).digest() for n in range(201)))`
  @Test(arguments: [1, 3, 7, 55, 63, 64, 65, 200])
  func `every length from 0 to 200 comes out, in pieces of any size`(piece: Int) {
    var all = SHA256()
    for count in 0...200 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7 + count) }
      var hash = SHA256()
      bytes.withUnsafeBytes { bytes in
        for start in stride(from: 0, to: count, by: piece) {
          hash.append(UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + piece, count)]))
        }
      }
      let (a, b, c, d) = hash.digest()
      withUnsafeBytes(of: (a.bigEndian, b.bigEndian, c.bigEndian, d.bigEndian)) { all.append($0) }
    }
    #expect(hex(all.digest()) == "e673d33f6940a6d3856d0d305fd88363ae0ba3b96e2411d8ddd5e0dd443f4525")
  }

  @Test func `taking the digest does not end the message`() {
    var hash = SHA256()
    hash.append("ab")
    let before = hash.digest()
    hash.append("c")
    #expect(hex(before) == "fb8e20fc2e4c3f248c60c39bd652f3c1347298bb977b8b4d5903b85055620603")
    #expect(hex(hash.digest()) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test func `an empty piece changes nothing`() {
    var hash = SHA256()
    hash.append("")
    hash.append(UnsafeRawBufferPointer(start: nil, count: 0))
    #expect(hex(hash.digest()) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }

  private func hex(_ digest: SHA256.Digest) -> String {
    [digest.0, digest.1, digest.2, digest.3].map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}
