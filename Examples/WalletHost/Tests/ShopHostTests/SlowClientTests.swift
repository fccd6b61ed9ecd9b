import Foundation
import NIOCore
import NIOPosix
import ServerPatience
import Testing

@testable import ShopHost

/// Those who connect to the shop, or to the wallet, and say next to nothing.
@Suite(.timeLimit(.minutes(1))) struct SlowClientTests {
  @Test func `a hundred slow clients at once are closed, and the shop is ready and at work meanwhile`()
    async throws
  {
    try await TestShop.run(patience: ServerPatience(.milliseconds(700))) { shop async throws in
      var slow: [any Channel] = []
      for address in [shop.hostAddress, shop.walletAddress] {
        for number in 0..<50 {
          slow.append(try await connect(to: address, saying: beginnings[number % beginnings.count]))
        }
      }
      #expect(try await shop.ask("GET", "/ready", token: nil).status == 200)
      try await shop.save("ada")
      #expect(try await shop.open("ada", id: "a-1").status == 200)
      try await shop.inTime { try await shop.cards(of: "ada").text.contains("W-1") }
      for channel in slow { try await channel.closeFuture.get() }
      #expect(try await shop.ask("GET", "/ready", token: nil).status == 200)
    }
  }

  /// Nothing; half a head; half of a body that is let in, and of one that is not.
  private var beginnings: [String] {
    let body = "content-length: 5000\r\n\r\n{\"name\":"
    return [
      "", "POST /actions HTTP/1.1\r\nhost:",
      "POST /actions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer \(TestShop.token)\r\n\(body)",
      "POST /messages HTTP/1.1\r\nhost: x\r\n\(body)",
    ]
  }

  private func connect(to address: String, saying text: String) async throws -> any Channel {
    let port = try #require(URLComponents(string: address)?.port)
    return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connect(host: "127.0.0.1", port: port)
      .map { channel in
        // Where it connected: its time runs, and this test may be long in coming to its turn.
        channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
        return channel
      }
      .get()
  }
}
