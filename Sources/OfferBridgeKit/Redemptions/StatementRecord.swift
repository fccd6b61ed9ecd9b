/// One line of an external system's statement: a redemption or a reversal that it says took place.
///
/// It is made of what a notice of the same thing is made of, so that a host
/// maps its wallet's words once.
///
/// ```swift
/// StatementRecord(Redemption(id: "r-1", of: .customer("ada", replica: "TEN"), on: day, in: oslo))
/// StatementRecord(Redemption(id: "r-2", of: .replica("W1"), at: moment), standing: .reversed)
/// StatementRecord(Reversal(id: "v-1", of: "r-1", at: moment))
/// ```
///
/// What a line does not tell is not compared: an amount, who redeemed, how it stands.
public struct StatementRecord: Sendable, Hashable {
  /// What a line is about.
  public enum Content: Sendable, Hashable {
    /// A redemption.
    case redemption(Redemption)
    /// A redemption was undone, all of it or a part.
    case reversal(Reversal)
  }

  /// How a redemption stands, where a statement says it in a column of the redemption's own line.
  public enum Standing: String, Sendable, Hashable, CaseIterable {
    /// It counts; a part of it may have been reversed.
    case stands
    /// It was wholly reversed.
    case reversed
  }

  /// What the line is about.
  public let content: Content
  /// How the redemption stands, or `nil` where that is not told.
  public let standing: Standing?

  /// A line about a redemption.
  ///
  /// - Parameters:
  ///   - redemption: The redemption. A source that it names must be the statement's.
  ///   - standing: How it stands by now; not told by default.
  public init(_ redemption: Redemption, standing: Standing? = nil) {
    content = .redemption(redemption)
    self.standing = standing
  }

  /// A line about a reversal.
  ///
  /// - Parameter reversal: The reversal. A source that it names must be the statement's.
  public init(_ reversal: Reversal) {
    content = .reversal(reversal)
    standing = nil
  }

  /// The external system's id of the redemption or reversal.
  public var id: String {
    switch content {
    case .redemption(let redemption): redemption.id
    case .reversal(let reversal): reversal.id
    }
  }

  /// When the external system says that it happened.
  public var time: RedemptionTime {
    switch content {
    case .redemption(let redemption): redemption.time
    case .reversal(let reversal): reversal.time
    }
  }

  /// The provider that the line itself names, or `nil`.
  var source: ProviderID? {
    switch content {
    case .redemption(let redemption): redemption.source
    case .reversal(let reversal): reversal.source
    }
  }

  /// The line as the event that it would be if it were reported.
  ///
  /// - Parameter source: The statement's provider.
  /// - Returns: The event.
  /// - Throws: ``OfferBridgeError`` that names what is unusable.
  func event(from source: ProviderID) throws(OfferBridgeError) -> ExternalEvent {
    let content: ExternalEvent.Content =
      switch self.content {
      case .redemption(let redemption): redemption.content
      case .reversal(let reversal): reversal.content
      }
    let time = try content.checked(id, from: self.source, at: time)
    return ExternalEvent(id: ExternalEventID(source: source, id: id), content: content, time: time)
  }
}
