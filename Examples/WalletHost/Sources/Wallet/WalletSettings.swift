public import ServerPatience
public import StandardWebhooks

/// What a wallet has to be told.
public struct WalletSettings: Sendable {
  /// The file of its database.
  public var database: String
  /// The port on loopback, 0 for one that is free.
  public var port: Int
  /// What hosts sign their messages with.
  public var messageSecrets: WebhookSecrets
  /// What it signs its own webhooks with.
  public var noticeSecrets: WebhookSecrets
  /// Where it reports redemptions to: the addresses of hosts that are one, of which the first that answers has it.
  public var noticeAddresses: [String]
  /// The number of its first card, and of its first redemption: wallets that report to one ledger need numbers of their
  /// own.
  public var firstNumber: Int64
  /// How long it waits for those who connect to it.
  public var patience: ServerPatience

  /// Some settings.
  ///
  /// - Parameters:
  ///   - database: The file of its database.
  ///   - port: The port on loopback, 0 for one that is free.
  ///   - messageSecrets: What hosts sign their messages with.
  ///   - noticeSecrets: What it signs its own webhooks with.
  ///   - noticeAddresses: Where it reports redemptions to; the first that answers has it.
  ///   - firstNumber: The number of its first card, and of its first redemption; 1 by default. A file that has reached
  ///     it goes on from where it is.
  ///   - patience: How long it waits for those who connect to it; 30 seconds by default.
  public init(
    database: String,
    port: Int,
    messageSecrets: WebhookSecrets,
    noticeSecrets: WebhookSecrets,
    noticeAddresses: [String],
    firstNumber: Int64 = 1,
    patience: ServerPatience = ServerPatience()
  ) {
    self.database = database
    self.port = port
    self.messageSecrets = messageSecrets
    self.noticeSecrets = noticeSecrets
    self.noticeAddresses = noticeAddresses
    self.firstNumber = firstNumber
    self.patience = patience
  }

  /// Reads them from the environment.
  ///
  /// `WALLET_DATABASE`, `WALLET_PORT`, `WALLET_MESSAGE_SECRET`,
  /// `WALLET_NOTICE_SECRET`, `WALLET_NOTICE_ADDRESS`, which may be several with commas between them;
  /// `WALLET_FIRST_NUMBER`, where another wallet has the numbers from 1; and `WALLET_PATIENCE_SECONDS`, where 30 are
  /// too many or few.
  ///
  /// - Parameter environment: The environment.
  /// - Throws: ``MissingSetting``, or what is wrong with a secret.
  public init(_ environment: [String: String]) throws {
    func setting(_ name: String) throws -> String {
      guard let value = environment[name], !value.isEmpty else { throw MissingSetting(name: name) }
      return value
    }
    guard let port = Int(try setting("WALLET_PORT")), (0...65_535).contains(port) else {
      throw MissingSetting(name: "WALLET_PORT")
    }
    guard let firstNumber = Int64(environment["WALLET_FIRST_NUMBER"] ?? "1"),
      (1...(1 << 53)).contains(firstNumber)
    else { throw MissingSetting(name: "WALLET_FIRST_NUMBER") }
    guard let patience = ServerPatience(optional: environment["WALLET_PATIENCE_SECONDS"]) else {
      throw MissingSetting(name: "WALLET_PATIENCE_SECONDS")
    }
    self.init(
      database: try setting("WALLET_DATABASE"),
      port: port,
      messageSecrets: try WebhookSecrets(listed: setting("WALLET_MESSAGE_SECRET"), named: "messages"),
      noticeSecrets: try WebhookSecrets(listed: setting("WALLET_NOTICE_SECRET"), named: "notices"),
      noticeAddresses: try setting("WALLET_NOTICE_ADDRESS").split(separator: ",")
        .map { $0.filter { $0 != " " } },
      firstNumber: firstNumber,
      patience: patience
    )
  }
}

/// A setting that is not there, or cannot be read.
public struct MissingSetting: Error, Hashable, CustomStringConvertible {
  /// The variable's name.
  public let name: String

  /// What to do.
  public var description: String { "\(name) is missing or cannot be read. Set it in the environment." }
}
