/// An error of a ledger that tells whose it is.
package protocol LedgerFault: Error {
  /// Whether every call would get it now, whatever it asks for: each of many has to wait for it no longer than one.
  var isEverybodys: Bool { get }
}
