extension TrailJourney {
  /// The journey as a Mermaid sequence diagram: campaigns on the left, the ledger, external systems on the right.
  ///
  /// Every text from outside is escaped, so that no name or reason can add to the drawing.
  public var sequenceDiagram: String {
    var campaigns: [String] = []
    var providers: [String] = []
    for entry in entries {
      if let campaign = entry.fact.campaign?.rawValue, !campaigns.contains(campaign) {
        campaigns.append(campaign)
      }
      if let provider = entry.fact.provider?.rawValue, !providers.contains(provider) {
        providers.append(provider)
      }
    }
    var lines = ["sequenceDiagram"]
    for (index, campaign) in campaigns.enumerated() {
      lines.append("  participant c\(index) as \(campaign.inDiagram)")
    }
    lines.append("  participant ledger as Ledger")
    for (index, provider) in providers.enumerated() {
      lines.append("  participant p\(index) as \(provider.inDiagram)")
    }
    for entry in entries {
      let campaign = entry.fact.campaign.flatMap { campaigns.firstIndex(of: $0.rawValue) }.map { "c\($0)" }
      let provider = entry.fact.provider.flatMap { providers.firstIndex(of: $0.rawValue) }.map { "p\($0)" }
      lines.append("  \(entry.arrow(campaign, provider))\(entry.words.inDiagram)")
    }
    return lines.joined(separator: "\n")
  }
}

extension TrailEntry {
  /// Who tells whom, up to the label.
  fileprivate func arrow(_ campaign: String?, _ provider: String?) -> String {
    let note = "Note over ledger: "
    switch (fact.subject, fact.cause) {
    case (.offer, .commit), (.step, .commit), (.message, .commit), (.replica, .commit):
      return campaign.map { "\($0)->>ledger: " } ?? note
    case (.message, .claim) where fact.to == .leased: return provider.map { "ledger->>\($0): " } ?? note
    case (.message, .settle) where fact.from == .leased: return provider.map { "\($0)-->>ledger: " } ?? note
    case (.event, .reconcile) where fact.from == nil: return provider.map { "\($0)->>ledger: " } ?? note
    default: return note
    }
  }
}

extension String {
  /// As a label: what Mermaid or a browser would read as its own is written as a character's number.
  fileprivate var inDiagram: String {
    var label = ""
    for scalar in onOneLine.unicodeScalars {
      switch scalar {
      case "#", ";", "<", ">", "&", "%", "\"", "'", "`", "{", "}", "\\", "@": label += "#\(scalar.value);"
      default: label.unicodeScalars.append(scalar)
      }
    }
    return label
  }
}
