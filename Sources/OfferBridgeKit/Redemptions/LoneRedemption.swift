/// The fold of one redemption over the one copy that it means: what ``RedemptionFold`` says of the two, without its
/// lists.
enum LoneRedemption {
  /// The whole fold of one redemption.
  ///
  /// - Parameters:
  ///   - event: The event, whose content is a redemption.
  ///   - reference: By what its content names the copy.
  ///   - amount: The amount of its content.
  ///   - customer: Who redeemed, where its content tells.
  ///   - copy: The copy.
  /// - Returns: How the event stands, what is redeemed of the copy, and a bit for each replica that is proven.
  static func folded(
    _ event: ExternalEvent,
    by reference: RedemptionReference,
    _ amount: Money?,
    _ customer: CustomerID?,
    over copy: IssuedOffer
  ) -> (match: RedemptionMatch, redeemed: RedemptionTally, evidence: UInt64) {
    var tally = RunningTally()
    var reasons = tally.redeem(amount, at: event.time, of: copy, by: customer).reasons
    var evidence: UInt64 = 0
    var isConfirmed = false
    if let replica = copy.replicaIndex(at: event.id.source) {
      if reasons.isEmpty, reference.namesOneReplica { evidence = 1 << UInt64(replica) }
      isConfirmed = copy[replicaState: replica].isConfirmed || evidence != 0
    }
    if !isConfirmed { reasons.append(.unconfirmedReplica) }
    return (RedemptionMatch(reasons, on: copy.id), tally.redeemed, evidence)
  }
}
