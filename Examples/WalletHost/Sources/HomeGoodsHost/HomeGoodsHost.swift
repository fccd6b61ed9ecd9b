import Foundation
import Hummingbird
import ShopHost

/// The shop as a process: `HOST_PORT=8080 HOST_FOLDER=… HomeGoodsHost`.
@main
struct HomeGoodsHost {
  static func main() async throws {
    let settings: HostSettings
    do {
      settings = try HostSettings(ProcessInfo.processInfo.environment)
    } catch {
      FileHandle.standardError.write(Data("HomeGoodsHost: \(error)\n".utf8))
      exit(2)
    }
    let application = try await ShopHost(settings).application { port in print("host: 127.0.0.1:\(port)") }
    try await application.runService()
  }
}
