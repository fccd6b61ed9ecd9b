import Foundation
import Hummingbird
import Wallet

/// The external system as a process: `WALLET_PORT=8081 WALLET_DATABASE=… WalletServer`.
@main
struct WalletServer {
  static func main() async throws {
    let settings: WalletSettings
    do {
      settings = try WalletSettings(ProcessInfo.processInfo.environment)
    } catch {
      FileHandle.standardError.write(Data("WalletServer: \(error)\n".utf8))
      exit(2)
    }
    let application = try Wallet(settings).application { port in print("wallet: 127.0.0.1:\(port)") }
    try await application.runService()
  }
}
