import Foundation
import OfferBridgeKit

extension ForgettingLedgerContract {
  // Its colon is in no key: what has it is a person's.
  private static let ada: CustomerID = "ada:1"

  static let forgetChecks: [ContractCheck<LedgerUnderTest>] = [
    .init("forget.personalGoesCountedStays") { trial in
      _ = try trial.people
      let limits = [CampaignLimit.perCustomer(1), .total(9)]
      let plan = trial.plan(
        "ada:action",
        to: ada,
        limits: limits,
        redeemable: .times(9),
        payload: Array("ada:text".utf8)
      )
      let id = try await trial.issue(plan)
      try await trial.commit(trial.plan("ada:refused", to: ada, limits: limits))
      try await trial.settled(try await trial.claimOne(), .accepted("ada:card"))
      try await trial.reconcile(trial.redemption("r-1", of: .replica("ada:card"), 5))
      try await trial.reconcile(trial.redemption("r-2", of: .customer(ada, replica: "TEN"), 2))
      try await trial.reconcile(trial.reversal("v-1", of: "r-2"))
      let bobs = try await trial.delivered("b-1", to: "bob", redeemable: .times(9))
      let details = RedemptionDetails(customer: ada, lines: [], transaction: "ada:basket")
      try await trial.reconcile(
        trial.event("r-3", .redemption(.issuedOffer(bobs), amount: nil, details))
      )
      let (before, known) = (try await trial.audit(), try await trial.record(id))
      let theirs = try await trial.record(bobs)
      let text = try await trial.everything()
      try trial.expect("what is written of ada", text.contains("ada:"), seen: "nothing")

      let what = try await trial.forgotten(ada)
      try trial.expect("issued offers", what.issuedOffers, is: 1)
      try trial.expect("messages", what.messages, is: 1)
      try trial.expect("events", what.events, is: 3)
      try trial.expect("replicas", what.replicas.map(\.replica.state), is: [.accepted("ada:card")])
      let left = try await trial.everything().split(separator: "\n").first { $0.contains("ada:") }
      try trial.expect("what is left of a person", left ?? "", is: "")
      for listing in [LedgerListing.issuedOffers(of: ada), .messages(of: ada), .events(of: ada)] {
        try trial.expect("\(listing)", try await trial.list(listing).entries, is: [])
      }
      try trial.expect("their trail", try await trial.trail(.customer(ada)).count, is: 0)
      try trial.expect("the sums", try await trial.audit(), is: before)
      let now = try await trial.record(id)
      try trial.expect("what is redeemed", now.issuedOffer.redeemed, is: known.issuedOffer.redeemed)
      try trial.expect("the matches", now.events.map(\.match), is: known.events.map(\.match))
      try trial.expect("what it took from limits", now.limitUses.map(\.amount), is: [1, 1])
      let others = try await trial.record(bobs)
      try trial.expect("another's offer", others.issuedOffer, is: theirs.issuedOffer)
      try trial.expect("another's messages", others.messages, is: theirs.messages)
      try trial.expect("another's matches", others.events.map(\.match), is: theirs.events.map(\.match))
    },

    .init("forget.openIsWithdrawn") { trial in
      _ = try trial.people
      let id = try await trial.issue(trial.plan("a-1", to: ada))
      let buried = try await trial.claimOne()
      try await trial.settled(buried, .buried(reason: "spent", isUnknown: false))
      let open = try await trial.issue(trial.plan("a-2", to: ada))
      let what = try await trial.forgotten(ada)
      try trial.expect("open messages", what.withdrawn, is: 1)
      try trial.expect("what is sent", try await trial.claim().claims, is: [])
      let redriven = try await trial.redrive(buried.message)
      if case .redriven = redriven {
        try trial.expect("a redrive", redriven, is: .refused(.buried(reason: "")))
      }
      try trial.expect("the replica", try await trial.replica(of: open), is: .notSent(.offerClosed))
      try await trial.close(id)
      // What a proof ended is not resumed when the proof goes: another system redeemed before.
      let proven = try await trial.issue(trial.plan("a-3", to: ada, through: ["sms", "wallet"]))
      try await trial.reconcile(trial.redemption("r-1", of: .issuedOffer(proven)))
      try await trial.forgotten(ada)
      let earlier = trial.redemption("r-0", of: .issuedOffer(proven), after: .minutes(-1), from: "sms")
      let match = try await trial.reconcile(earlier)
      try trial.expect("what redeemed first", match, is: .applied(to: proven))
      trial.wait(.hours(1))
      for provider: ProviderID in ["sms", "wallet"] {
        let claims = try await trial.claim(from: provider).claims
        try trial.expect("what is sent later by \(provider)", claims, is: [])
      }
      try await trial.audit()
    },

    .init("forget.busyWhileHeld") { trial in
      _ = try trial.people
      try await trial.issue(trial.plan("a-1", to: ada))
      let claim = try await trial.claimOne()
      let before = try await trial.trail()
      try trial.expect(
        "while a worker has it",
        try await trial.forget(ada),
        is: .busy(until: claim.lease.until)
      )
      try trial.expect("the trail", try await trial.trail(), is: before)
      try trial.expect("their offers", try await trial.names(of: ada), is: ["a-1"])
      trial.wait(.seconds(60))
      let what = try await trial.forgotten(ada)
      try trial.expect("what may be there", what.replicas.map(\.replica.state), is: [.unknown])
      try trial.expect("the worker", try await trial.settle(claim, .accepted("W")), is: .alreadySettled)
      try await trial.audit()
    },

    .init("forget.repeatsStayKnown") { trial in
      _ = try trial.people
      let plan = trial.plan("a-1", to: ada, redeemable: .times(9))
      let id = try await trial.issue(plan)
      let event = trial.redemption("r-1", of: .customer(ada, replica: "TEN"))
      try await trial.reconcile(event)
      try await trial.forgotten(ada)
      try trial.expect("the event", try await trial.reconcile(event), is: .duplicate)
      try trial.expect("the action", try await trial.commit(plan), is: .conflict)
      let late = trial.redemption("r-2", of: .issuedOffer(id))
      try trial.expect("a late one", try await trial.reconcile(late).issuedOffer, is: id)
      let named = trial.redemption("r-3", of: .customer(ada, replica: "TEN"))
      try trial.expect("one that names them", try await trial.reconcile(named), is: .parked(.unknownOffer))
      try await trial.issue(trial.plan("a-2", to: ada))
      try trial.expect("somebody's first", try await trial.names(of: ada), is: ["a-2"])
      try await trial.audit()
    },

    .init("forget.lateClosingRecallsNothing") { trial in
      _ = try trial.people
      let id = try await trial.delivered("a-1", to: ada)
      // Written before, and sent to the ledger after.
      let recall = trial.message(about: try await trial.issued(id), .recall)
      try await trial.forgotten(ada)
      for time in ["first", "second"] {
        try await trial.close(id, recalls: [recall])
        let messages = try await trial.record(id).messages
        try trial.expect("messages, the \(time) time", messages.map(\.message.purpose), is: [.issue])
        try trial.expect("what is sent, the \(time) time", try await trial.claim().claims, is: [])
      }
      let left = try await trial.everything().split(separator: "\n").first { $0.contains("ada:") }
      try trial.expect("what is written of a person", left ?? "", is: "")
      try await trial.audit()
    },

    .init("forget.latePlansAreConflicts") { trial in
      _ = try trial.people
      func end(of offer: IssuedOffer) -> JourneyPlan {
        let step = DerivedKey.derive("contract end", "\(offer.id)")
        return JourneyPlan(
          tenant: trial.tenant,
          trigger: TriggerRecord(
            id: TriggerID(.expiry, "\(offer.id)"),
            customer: offer.customer,
            fingerprint: .derive("contract trigger", "\(offer.id)")
          ),
          plannedAt: trial.time.now,
          triggerVersion: 0,
          nodes: [PlanNode(key: step, campaign: "reward", content: .event(name: "ten_off_expiring"))]
        )
      }
      let hers = try await trial.issued(trial.delivered("a-1", to: ada))
      let his = try await trial.issued(trial.delivered("b-1", to: "bob"))
      let (end, reminder) = (end(of: hers), trial.reminder("reminder", of: hers))
      try await trial.forgotten(ada)
      try trial.expect("an end that was listed before", try await trial.commit(end), is: .conflict)
      try trial.expect("a message about it", try await trial.commit(reminder), is: .conflict)
      let left = try await trial.everything().split(separator: "\n").first { $0.contains("ada:") }
      try trial.expect("what is written of a person", left ?? "", is: "")
      try await trial.issue(trial.reminder("another", of: his))
      try await trial.audit()
    },

    .init("forget.trailStaysWhole") { trial in
      _ = try trial.people
      try await trial.delivered("a-1", to: ada)
      try await trial.delivered("b-1", to: "bob")
      let before = try await trial.trail()
      try await trial.forgotten(ada)
      let after = try await trial.trail()
      try trial.expect("the digests", after.prefix(before.count).map(\.hash), is: before.map(\.hash))
      let kept = after.compactMap(\.personal?.customer)
      try trial.expect("whom it names", Set(kept), is: ["bob"])
      let told = try trial.steps.unwrap("one entry more", after.count == before.count + 1 ? after.last : nil)
      try trial.expect("its cause", told.fact.cause, is: .forget)
      try trial.expect("what it tells", told.fact.to, is: .forgotten)
      try trial.expect("nothing personal", told.personal == nil && told.commitment == nil, seen: told)
      try await trial.verifyTrail()
    },

    .init("forget.repeatIsUnknown") { trial in
      _ = try trial.people
      try trial.expect("nobody", try await trial.forget(ada), is: .unknownCustomer)
      let other = LedgerTrial(trial, tenant: "other")
      for tenant in [trial, other] { try await tenant.delivered("a-1", to: ada) }
      try await trial.forgotten(ada)
      try trial.expect("once more", try await trial.forget(ada), is: .unknownCustomer)
      try trial.expect("another tenant's", try await other.names(of: ada), is: ["a-1"])
      try await other.audit()
    },
  ]
}
