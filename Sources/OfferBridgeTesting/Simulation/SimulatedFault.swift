/// A class of what goes wrong in a simulation.
///
/// A run has a set of them; how often each strikes is drawn from its seed, so
/// that some runs are full of one and free of another.
public enum SimulatedFault: String, Sendable, Hashable, Codable, CaseIterable {
  // MARK: The ledger

  /// A call fails and has no effect: no connection, or a transaction that has to be repeated.
  case ledgerFails = "ledger.fails"
  /// A call has its effect, and its answer is lost.
  case ledgerLosesAnswers = "ledger.losesAnswers"
  /// A call, or its answer, takes up to a minute and a half.
  case ledgerSlow = "ledger.slow"

  // MARK: Processes

  /// A process ends right before a call to the ledger.
  case crashBeforeCall = "process.crashBeforeCall"
  /// A process ends right after a call to the ledger.
  case crashAfterCall = "process.crashAfterCall"
  /// A process stands still for longer than its leases, and goes on as if nothing had been.
  case pause = "process.pause"
  /// A process runs twice.
  case clone = "process.clone"
  /// A process is drained, and a new one takes its place.
  case drain = "process.drain"
  /// Some messages end every process that tries to send them.
  case poison = "process.poison"

  // MARK: Providers

  /// The external system is not reached.
  case unreachable = "provider.unreachable"
  /// It asks to come again.
  case notNow = "provider.notNow"
  /// It refuses for good.
  case refuses = "provider.refuses"
  /// It says nothing for longer than the lease.
  case hangs = "provider.hangs"
  /// It takes a message, and its acknowledgement is lost.
  case losesAcknowledgement = "provider.losesAcknowledgement"
  /// It takes a message, and acknowledges it when somebody else holds the lease.
  case acknowledgesLate = "provider.acknowledgesLate"
  /// It is given one attempt twice.
  case deliversTwice = "provider.deliversTwice"
  /// It acknowledges without a name for the replica.
  case givesNoReference = "provider.givesNoReference"
  /// It does not hear that a task is cancelled.
  case ignoresCancellation = "provider.ignoresCancellation"

  // MARK: What comes back

  /// An event is reported up to five times.
  case duplicates = "inbound.duplicates"
  /// Events overtake one another, so that a reversal comes before its redemption.
  case reorders = "inbound.reorders"
  /// A customer redeems when the offer is over.
  case redeemsLate = "inbound.redeemsLate"
  /// Something is redeemed that was never issued.
  case unknownOffer = "inbound.unknownOffer"
  /// Another event comes under an id that was used.
  case reusesID = "inbound.reusesID"
  /// More is redeemed than the offer is worth, or in another currency, or once too often.
  case redeemsTooMuch = "inbound.redeemsTooMuch"
  /// A redemption names a replica that no offer of ours has.
  case foreignReplica = "inbound.foreignReplica"
  /// Many events come in one call.
  case bursts = "inbound.bursts"

  // MARK: Clocks

  /// Devices and tills are up to an hour wrong, and processes wait for half or twice as long as they should.
  case skew = "clock.skew"
  /// The ledger's clock jumps back by some seconds.
  case jumpsBack = "clock.jumpsBack"
  /// The ledger's clock leaps ahead by some minutes.
  case leaps = "clock.leaps"
  /// The ledger's clock stands still for a while.
  case freezes = "clock.freezes"

  // MARK: Ourselves

  /// Leases are as short as they may be.
  case shortLease = "bridge.shortLease"
  /// Messages are claimed one by one.
  case smallBatches = "bridge.smallBatches"
  /// The delivery loop is not told that something was committed.
  case missedWake = "bridge.missedWake"

  // MARK: What a provider leaves open

  /// It takes a message and is still at it; some that it takes it refuses in the end.
  case takesLonger = "provider.takesLonger"
  /// It takes a message, and says a word that nobody knows.
  case saysUnknownWord = "provider.saysUnknownWord"
  /// It is asked for a key, and fails or says nothing.
  case lookUpFails = "provider.lookUpFails"
  /// It is asked for a key, and asks to come again.
  case lookUpNotNow = "provider.lookUpNotNow"
}
