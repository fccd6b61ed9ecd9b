import OfferBridgeTesting
import Testing

@testable import OfferBridgeKit

/// The table by which the ledger finds rows, beside a dictionary that cannot be wrong.
@Suite struct RowIndexTests {
  @Test(arguments: [UInt32.max, 0xFF, 0xFF00_0003, 0])
  func `what was put in is found, and what was taken out is not, however the hashes collide`(mask: UInt32) {
    var random = Seeded(UInt64(mask))
    var index = RowIndex()
    var expected: [Int32: UInt32] = [:]
    // Where all hashes are one, every look-up walks over all rows.
    let steps: Int32 = mask == 0 ? 600 : 6000
    for row in 0..<steps {
      let hash = UInt32.random(in: 0 ... .max, using: &random) & mask
      index.insert(hash, row)
      expected[row] = hash
      if row % 3 == 2, let gone = (0...row).randomElement(using: &random),
        let hash = expected.removeValue(forKey: gone)
      {
        index.remove(hash, gone)
        #expect(index.row(hash, where: { $0 == gone }) == nil)
      }
    }
    for (row, hash) in expected { #expect(index.row(hash, where: { $0 == row }) == row) }
    #expect(index.count == expected.count)
    #expect(index.rows.sorted() == expected.keys.sorted())
  }

  @Test func `an empty one finds nothing, and taking out what is not there changes nothing`() {
    var index = RowIndex()
    #expect(index.row(7, where: { _ in true }) == nil)
    index.insert(7, 1)
    index.remove(7, 2)
    index.remove(8, 1)
    #expect(index.row(7, where: { $0 == 1 }) == 1)
    #expect(index.row(8, where: { _ in true }) == nil)
  }
}
