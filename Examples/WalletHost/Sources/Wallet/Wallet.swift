import AsyncHTTPClient
import Foundation
import HTTPTypes
public import Hummingbird
public import Logging
import NIOCore
import ServerPatience
import StandardWebhooks

/// An external system that owns the customers' cards: the source of truth of what is redeemed.
///
/// It shares nothing with the host but webhooks: messages come in as signed
/// CloudEvents, redemptions go out as signed JSON.
public struct Wallet: Sendable {
  let store: WalletStore
  let trouble = WalletTrouble()
  let receiver: WebhookReceiver
  let settings: WalletSettings
  let logger: Logger

  /// A wallet.
  ///
  /// - Parameters:
  ///   - settings: Its settings.
  ///   - logger: Where it writes.
  /// - Throws: What the database throws.
  public init(_ settings: WalletSettings, logger: Logger = Logger(label: "wallet")) throws {
    self.settings = settings
    self.logger = logger
    store = try WalletStore(path: settings.database, firstNumber: settings.firstNumber)
    receiver = WebhookReceiver(settings.messageSecrets)
  }

  /// What reports redemptions.
  var sender: WalletNoticeSender {
    WalletNoticeSender(
      store: store,
      trouble: trouble,
      signer: WebhookSigner(settings.noticeSecrets),
      addresses: NoticeAddresses(settings.noticeAddresses),
      client: WalletNoticeSender.client,
      logger: logger
    )
  }

  /// The server, with what reports redemptions.
  ///
  /// - Parameter onRunning: Is told the port once it answers.
  /// - Returns: What runs until it is asked to stop.
  public func application(onRunning: @escaping @Sendable (Int) -> Void = { _ in }) -> some ApplicationProtocol
  {
    Application(
      router: router(),
      server: .patient(settings.patience),
      configuration: .init(address: .hostname("127.0.0.1", port: settings.port), serverName: "wallet"),
      services: [sender],
      onServerRunning: { channel in onRunning(channel.localAddress?.port ?? 0) },
      logger: logger
    )
  }
}
