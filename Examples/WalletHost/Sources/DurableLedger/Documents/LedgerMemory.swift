package import OfferBridgeKit

/// What a ledger remembers of its rows, a memory for each kind of document.
package struct LedgerMemory: Sendable {
  private let issuedOffers: DocumentMemory<IssuedOffer>
  private let messages: DocumentMemory<OfferMessage>
  private let events: DocumentMemory<ExternalEvent>
  private let matches: DocumentMemory<RedemptionMatch>

  /// - Parameter bytes: How many bytes of text it holds at most.
  init(bytes: Int) {
    // Two ages of each kind.
    let most = max(0, bytes) / 8
    issuedOffers = DocumentMemory(most: most)
    messages = DocumentMemory(most: most)
    events = DocumentMemory(most: most)
    matches = DocumentMemory(most: most)
  }

  /// How many documents it remembers.
  package var count: Int { issuedOffers.count + messages.count + events.count + matches.count }

  /// Forgets it all: who is forgotten is in no memory either.
  package func clear() {
    issuedOffers.clear()
    messages.clear()
    events.clear()
    matches.clear()
  }

  // One by one, and not for any kind of document: so the compiler knows the kind in everything beneath.

  /// The JSON of an issued offer, on one line.
  package func text(_ offer: IssuedOffer) throws -> String { try issuedOffers.text(offer) }

  /// The JSON of a message, on one line.
  package func text(_ message: OfferMessage) throws -> String { try messages.text(message) }

  /// The JSON of an external system's event, on one line.
  package func text(_ event: ExternalEvent) throws -> String { try events.text(event) }

  /// The JSON of how an event stands, on one line.
  package func text(_ match: RedemptionMatch) throws -> String { try matches.text(match) }

  /// Reads an issued offer.
  package func issuedOffer(_ text: String) throws -> IssuedOffer { try issuedOffers.value(text) }

  /// Reads a message.
  package func message(_ text: String) throws -> OfferMessage { try messages.value(text) }

  /// Reads an external system's event.
  package func event(_ text: String) throws -> ExternalEvent { try events.value(text) }

  /// Reads how an event stands.
  package func match(_ text: String) throws -> RedemptionMatch { try matches.value(text) }
}
