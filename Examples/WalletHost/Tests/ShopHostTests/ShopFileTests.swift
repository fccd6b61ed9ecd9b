import Foundation
import OfferBridgeKit
import SQLiteOfferLedger
import Testing

@testable import ShopHost

/// The shop's own file, beside its ledger.
@Suite struct ShopFileTests {
  private func inFolder(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "shop-file-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder.appending(path: "shop.sqlite").path)
  }

  @Test func `what is forgotten, merged or saved is on the disk when it is answered`() async throws {
    try await inFolder { path in
      let durability = try ShopStore(at: path).durability()
      #expect(durability == .init(journal: "wal", synchronous: 2))
    }
  }

  @Test func `shops that open their file at once, which is not there yet, all find it whole`() async throws {
    for _ in 0..<8 {
      try await inFolder { path in
        let stores = try await withThrowingTaskGroup(of: ShopStore.self) { group in
          for _ in 0..<8 { group.addTask { try ShopStore(at: path) } }
          return try await group.reduce(into: []) { $0.append($1) }
        }
        let ada = Shopper(firstName: "Ada", tier: .gold, wantsOffers: true)
        let isSaved = try await stores[0].save(ada, as: "ada")
        #expect(isSaved)
        for store in stores {
          let found = try await store.customer("ada")
          #expect(found == ada)
        }
      }
    }
  }
}
