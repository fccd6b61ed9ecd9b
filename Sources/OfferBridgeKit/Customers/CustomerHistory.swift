public import Foundation

/// A stretch of time that rules look back over: after its start, through its end.
///
/// The start is excluded and the end included, so that windows laid end to
/// end share no moment: "the last 30 days" at noon begins just after noon
/// thirty days ago and includes this noon.
public struct HistoryWindow: Sendable, Hashable, Codable {
  /// The excluded start.
  public let after: Date
  /// The included end.
  public let through: Date

  /// A window.
  ///
  /// - Parameters:
  ///   - after: The excluded start.
  ///   - through: The included end.
  public init(after: Date, through: Date) {
    self.after = after
    self.through = through
  }

  /// Whether the moment lies in the window.
  public func contains(_ moment: Date) -> Bool { after < moment && moment <= through }
}

/// Past actions that a decision needs: one name in one window.
///
/// Made by the bridge from the rules' clauses and the ledger's time, so that
/// a store needs no clock: everything in it is absolute.
public struct HistoryNeed: Sendable, Hashable {
  /// The actions' name.
  public let action: String
  /// When they happened.
  public let window: HistoryWindow

  /// A need.
  ///
  /// - Parameters:
  ///   - action: The actions' name.
  ///   - window: When they happened.
  public init(action: String, window: HistoryWindow) {
    self.action = action
    self.window = window
  }
}

/// What a customer did before, as far as a decision asked for it.
public struct CustomerHistory: Sendable, Hashable {
  /// The past actions, in any order; one that is given twice under one id counts once.
  public var actions: [CustomerAction]

  /// Nothing that counts.
  public static let empty = CustomerHistory([])

  /// The given actions.
  ///
  /// - Parameter actions: Past actions of one customer, in any order.
  public init(_ actions: [CustomerAction]) { self.actions = actions }
}
