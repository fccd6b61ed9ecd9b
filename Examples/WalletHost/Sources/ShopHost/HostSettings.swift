public import Logging
public import ServerPatience
public import StandardWebhooks

/// What a host has to be told.
public struct HostSettings: Sendable {
  /// The folder of the shop's two files, customers and offers; it must be there.
  public var folder: String
  /// The port on loopback, 0 for one that is free.
  public var port: Int
  /// Where the wallet listens, such as "http://127.0.0.1:8081".
  public var walletAddress: String
  /// What it signs its messages to the wallet with.
  public var messageSecrets: WebhookSecrets
  /// What the wallet signs its webhooks with.
  public var noticeSecrets: WebhookSecrets
  /// What the app and the desk show to be let in.
  public var token: AccessToken
  /// The PostgreSQL database that has the ledger, such as "postgresql://shop@10.0.0.5/shop"; `nil`, the default, for a
  /// file in the folder.
  public var postgres: String?
  /// How long it waits for those who connect to it.
  public var patience: ServerPatience
  /// From which level on it writes to its log; `nil`, the default, for the logger's own.
  public var logLevel: Logger.Level?

  /// Some settings.
  ///
  /// - Parameters:
  ///   - folder: The folder of the shop's two files, customers and offers.
  ///   - port: The port on loopback, 0 for one that is free.
  ///   - walletAddress: Where the wallet listens.
  ///   - messageSecrets: What it signs its messages to the wallet with.
  ///   - noticeSecrets: What the wallet signs its webhooks with.
  ///   - token: What the app and the desk show to be let in.
  ///   - postgres: The PostgreSQL database that has the ledger; `nil`, the default, for a file in the folder.
  ///   - patience: How long it waits for those who connect to it; 30 seconds by default.
  ///   - logLevel: From which level on it writes to its log; `nil`, the default, for the logger's own.
  public init(
    folder: String,
    port: Int,
    walletAddress: String,
    messageSecrets: WebhookSecrets,
    noticeSecrets: WebhookSecrets,
    token: AccessToken,
    postgres: String? = nil,
    patience: ServerPatience = ServerPatience(),
    logLevel: Logger.Level? = nil
  ) {
    self.folder = folder
    self.port = port
    self.walletAddress = walletAddress
    self.messageSecrets = messageSecrets
    self.noticeSecrets = noticeSecrets
    self.token = token
    self.postgres = postgres
    self.patience = patience
    self.logLevel = logLevel
  }

  /// Reads them from the environment.
  ///
  /// `HOST_FOLDER`, `HOST_PORT`, `HOST_WALLET_ADDRESS`,
  /// `HOST_MESSAGE_SECRET`, `HOST_NOTICE_SECRET`, `HOST_TOKEN`;
  /// and `HOST_POSTGRES`, where the ledger is in PostgreSQL, `HOST_PATIENCE_SECONDS`, where 30 are too many or few, and
  /// `LOG_LEVEL`, where its log shall have more or less.
  ///
  /// - Parameter environment: The environment.
  /// - Throws: ``HostSettingFault``, or what is wrong with a secret.
  public init(_ environment: [String: String]) throws {
    func setting(_ name: String) throws -> String {
      guard let value = environment[name], !value.isEmpty else { throw HostSettingFault(name: name) }
      return value
    }
    guard let port = Int(try setting("HOST_PORT")), (0...65_535).contains(port) else {
      throw HostSettingFault(name: "HOST_PORT")
    }
    guard let token = AccessToken(try setting("HOST_TOKEN")) else {
      throw HostSettingFault(name: "HOST_TOKEN")
    }
    guard let patience = ServerPatience(optional: environment["HOST_PATIENCE_SECONDS"]) else {
      throw HostSettingFault(name: "HOST_PATIENCE_SECONDS")
    }
    let level = environment["LOG_LEVEL"].flatMap { $0.isEmpty ? nil : $0 }
    let logLevel = level.flatMap { Logger.Level(rawValue: $0) }
    guard level == nil || logLevel != nil else { throw HostSettingFault(name: "LOG_LEVEL") }
    self.init(
      folder: try setting("HOST_FOLDER"),
      port: port,
      walletAddress: try setting("HOST_WALLET_ADDRESS"),
      messageSecrets: try WebhookSecrets(listed: setting("HOST_MESSAGE_SECRET"), named: "messages"),
      noticeSecrets: try WebhookSecrets(listed: setting("HOST_NOTICE_SECRET"), named: "notices"),
      token: token,
      postgres: environment["HOST_POSTGRES"].flatMap { $0.isEmpty ? nil : $0 },
      patience: patience,
      logLevel: logLevel
    )
  }
}

/// A setting that is not there, or cannot be read.
public struct HostSettingFault: Error, Hashable, CustomStringConvertible {
  /// The variable's name.
  public let name: String

  /// What to do.
  public var description: String {
    name == "HOST_TOKEN"
      ? "HOST_TOKEN is missing or shorter than 16 characters. Set a long one that nobody guesses."
      : "\(name) is missing or cannot be read. Set it in the environment."
  }
}
