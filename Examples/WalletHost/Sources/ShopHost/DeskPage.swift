import Foundation
import OfferBridgeKit

/// The support desk's one page.
struct DeskPage {
  struct Customer {
    let id: CustomerID
    let offers: [IssuedOffer]
    let journey: TrailJourney
    let question: DeskQuestion
    let why: [(campaign: String, tree: String)]
    /// What could not be told, in a sentence.
    let fault: String?
  }

  /// How many of a list it shows at most; where there are more, it says so.
  static let most = 50

  let audit: LedgerAudit
  let open: [OpenMatter]
  let deadLetters: [MessageRecord]
  let customer: Customer?

  var html: HTML {
    Self.page(
      """
      <header><h1>Home Goods desk</h1><p class=\(audit.isBalanced ? "good" : "bad")>\
      \(audit.isBalanced ? "The ledger balances" : "The ledger does not balance: \(audit.imbalances.joined(separator: "; "))")</p></header>
      \(counts)
      <main>
      \(search)
      \(customer.map(Self.section) ?? "")
      \(openMatters)
      \(letters)
      \(statement)
      </main>
      """
    )
  }

  static let door: HTML = page(
    """
    <header><h1>Home Goods desk</h1></header><main><section><h2>Who are you?</h2>
    <form method=post action="/desk/enter"><label for=token>Token</label>
    <input id=token name=token type=password autocomplete=current-password required>
    <button>Enter</button></form></section></main>
    """
  )

  private static func page(_ body: HTML) -> HTML {
    """
    <!doctype html>
    <html lang=en><head><meta charset=utf-8><meta name=viewport content="width=device-width, initial-scale=1">
    <title>Home Goods desk</title><link rel=stylesheet href="/desk/style.css"><script src="/desk/desk.js" defer></script></head>
    <body>\(body)</body></html>
    """
  }

  // MARK: - Sections

  private var counts: HTML {
    let all = [
      ("issued", audit.issued), ("in the wallet", audit.replicasAccepted),
      ("on their way", audit.messagesOpen),
      ("redeemed", audit.redeemed), ("reversed", audit.reversed), ("parked", audit.parked),
      ("discrepant", audit.discrepant), ("dead letters", audit.messagesBuried + audit.messagesRejected),
    ]
    let cells: [HTML] = all.map { "<div><dt>\($0.0)</dt><dd>\($0.1)</dd></div>" }
    return "<dl class=counts>\(cells)</dl>"
  }

  private var search: HTML {
    """
    <section><h2>Customer</h2><form method=get action="/desk" role=search>
    <label for=customer>Customer’s id</label><input id=customer name=customer required value="\(customer?.id.rawValue ?? "")">
    <label for=action>would do</label><input id=action name=action value="\(customer?.question.action ?? "app_opened")">
    <label for=channel>on</label><input id=channel name=channel value="\(customer?.question.channel ?? "phone")">
    <button>Look</button></form></section>
    """
  }

  private static func section(_ customer: Customer) -> HTML {
    let rows: [HTML] = customer.offers.map { offer in
      let replicas = offer.replicas.map { "\($0.provider): \($0.state)" }.joined(separator: ", ")
      return """
        <tr><td>\(offer.offer.rawValue)</td><td>\(offer.issuedAt.formatted(.iso8601))</td><td>\(replicas)</td>\
        <td>\(offer.redeemed.count)</td><td>\(offer.closure.map { "\($0.kind)" } ?? "")</td></tr>
        """
    }
    let trees: [HTML] = customer.why.map { "<h4>\($0.campaign)</h4><pre>\($0.tree)</pre>" }
    let fault: HTML = customer.fault.map { "<p class=bad>\($0)</p>" } ?? ""
    let table: HTML =
      rows.isEmpty
      ? "<p class=quiet>No offer was issued.</p>"
      : """
      <div class=wide><table><thead><tr><th>offer</th><th>issued</th><th>replica</th><th>redeemed</th><th>ended</th></tr></thead>\
      <tbody>\(rows)</tbody></table></div>
      """
    return """
      <section id=found><h2>\(customer.id.rawValue)</h2>\(fault)\(table)
      <h3>What happened</h3>\(SequencePicture(customer.journey.sequenceDiagram).svg)
      <details><summary>As text</summary><pre>\(customer.journey.description)</pre></details>
      <h3>Why, and why not, on \(customer.question.action)</h3>\(trees.isEmpty ? ["<p class=quiet>No campaign hears that.</p>"] : trees)
      </section>
      """
  }

  private var openMatters: HTML {
    let rows: [HTML] = open.map { matter in
      "<tr><td>\(matter.description)</td><td>\(matter.advice)</td></tr>"
    }
    let table: HTML =
      rows.isEmpty
      ? "<p class=quiet>Nothing waits.</p>"
      : "<div class=wide><table><thead><tr><th>what</th><th>what to do</th></tr></thead><tbody>\(rows)</tbody></table></div>"
    let rest: HTML =
      open.count < Self.most
      ? ""
      : """
      <p class=quiet>These are the first \(open.count). In all, \(audit.parked) redemptions are parked, \
      \(audit.discrepant) discrepant, and \(audit.messagesOpen) messages on their way.</p>
      """
    return "<section id=open><h2>Not settled</h2>\(table)\(rest)</section>"
  }

  private var letters: HTML {
    let rows: [HTML] = deadLetters.map { record in
      let key = record.message.key.description
      return """
        <tr><td>\(record.message.customer.rawValue)</td><td>\(record.message.campaign.rawValue)</td>\
        <td>\(record.state.name.rawValue)</td><td>\(record.attempts)</td><td>\(record.lastFailure ?? "")</td>\
        <td><form class=redrive data-key="\(key)"><label class=hidden for="why-\(key)">Why</label>\
        <input id="why-\(key)" name=reason required placeholder="why" maxlength=200>\
        <label><input type=checkbox name=isNew> as a new message</label><button>Send again</button></form></td></tr>
        """
    }
    let table: HTML =
      rows.isEmpty
      ? "<p class=quiet>None.</p>"
      : """
      <div class=wide><table><thead><tr><th>customer</th><th>campaign</th><th>ended</th><th>attempts</th><th>last failure</th>\
      <th></th></tr></thead><tbody>\(rows)</tbody></table></div>
      """
    let all = audit.messagesBuried + audit.messagesRejected
    let rest: HTML =
      all <= deadLetters.count ? "" : "<p class=quiet>These are the first \(deadLetters.count) of \(all).</p>"
    return "<section id=letters><h2>Dead letters</h2>\(table)\(rest)</section>"
  }

  private var statement: HTML {
    """
    <section id=statement><h2>Statement</h2><form id=upload><label for=file>The wallet’s statement, a line of JSON each</label>
    <input id=file type=file required><button>Compare</button>
    <progress id=progress max=100 value=0 hidden></progress></form>
    <pre id=report role=status aria-live=polite></pre></section>
    """
  }
}
