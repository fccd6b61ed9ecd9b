import Foundation
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Testing

@testable import ServerPatience

/// Clients that are slow on purpose, or fall silent, and how long a server has them.
@Suite(.timeLimit(.minutes(2))) struct ServerPatienceTests {
  @Test(arguments: SlowClient.allCases)
  func `a hundred clients that never come to an end are closed, and others are answered meanwhile`(
    client: SlowClient
  ) async throws {
    try await TestServer.run(ServerPatience(.milliseconds(500))) { server async throws in
      let slow = try await server.connect(client, count: 100)
      #expect(try await server.isWell())
      for channel in slow { try await channel.closeFuture.get() }
      #expect(try await server.isWell())
    }
  }

  @Test func `a client that takes no answer is closed`() async throws {
    try await TestServer.run(ServerPatience(.milliseconds(500))) { server async throws in
      let channel = try await server.connect(takingNothingOf: "GET /much HTTP/1.1\r\nhost: x\r\n\r\n")
      // It does not read, and so need not see that the connection is over: the server does.
      try await server.answers.wait(for: 1)
      try? await channel.close()
    }
  }

  @Test func `a body that keeps its pace is waited for much longer than the patience`() async throws {
    try await TestServer.run(ServerPatience(.milliseconds(500))) { server async throws in
      // Twice the least pace, for three times the patience.
      let pace = 2 * ServerPatience.leastPace
      let size = pace * 3 / 2
      let answer = try await server.send(size, to: "/count", atPace: pace)
      #expect(answer.hasPrefix("HTTP/1.1 200"))
      #expect(answer.hasSuffix("\(size)"))
    }
  }

  @Test func `a server that does not want more of a body waits for as long as it likes`() async throws {
    try await TestServer.run(ServerPatience(.milliseconds(200))) { server async throws in
      let answer = try await server.send(1 << 22, to: "/slowly")
      #expect(answer.hasPrefix("HTTP/1.1 200"))
    }
  }

  @Test func `a server that is asked to stop waits for slow clients no longer than it says`() async throws {
    let patience = ServerPatience(.seconds(3_600), timeToStop: .milliseconds(300))
    try await TestServer.run(patience) { server async throws in
      var slow: [any Channel] = []
      for client in SlowClient.allCases { slow += try await server.connect(client, count: 10) }
      #expect(try await server.isWell())
      await server.stop()
      for channel in slow { try await channel.closeFuture.get() }
    }
  }

  @Test(arguments: ["", "0", "-1", "soon", "nan", "1e9"])
  func `a patience that is none is not read`(text: String) {
    #expect(ServerPatience(seconds: text) == nil)
  }

  @Test func `a patience is read in seconds`() {
    #expect(ServerPatience(seconds: "2.5")?.time == .milliseconds(2_500))
    #expect(ServerPatience().time == .seconds(30))
    #expect(ServerPatience(optional: nil)?.time == .seconds(30))
    #expect(ServerPatience(optional: "")?.time == .seconds(30))
    #expect(ServerPatience(optional: "2.5")?.time == .milliseconds(2_500))
    #expect(ServerPatience(optional: "soon") == nil)
  }
}
