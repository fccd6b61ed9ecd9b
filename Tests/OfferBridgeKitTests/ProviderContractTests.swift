import OfferBridgeKit
import OfferBridgeTesting
import Testing

/// A contract is worth the faults that it finds.
@Suite struct ProviderContractTests {
  @Test(arguments: BrokenProvider.all)
  func `a broken provider is caught by the check that is named for its fault`(broken: BrokenProvider)
    async throws
  {
    let check = try #require(MessageProviderContract.checks.first { $0.name == broken.check })
    let violation = await #expect(throws: ContractViolation.self) {
      try await check.run(on: broken.underTest)
    }
    #expect(violation?.check == broken.check)
    #expect(violation?.expected != "an answer", "it threw: \(violation?.seen ?? "")")
  }

  @Test func `every check of the provider's contract has a fault that it is named for`() {
    let names = MessageProviderContract.checks.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(Set(names) == Set(BrokenProvider.all.map(\.check)))
  }

  private static let fake = MessageProviderUnderTest { condition in
    let wallet = FakeWallet()
    switch condition {
    case .accepting: break
    case .losingAnswer: wallet.loseAcknowledgements(1)
    default: return nil
    }
    return WalletStand(wallet, replicas: { wallet.cards.count })
  }

  @Test(arguments: MessageProviderContract.checks)
  func `the wallet that is faked keeps the contract`(check: ContractCheck<MessageProviderUnderTest>)
    async throws
  {
    try await check.run(on: Self.fake)
  }

  @Test func `what a contract does not try is told by name`() async throws {
    #expect(
      try await MessageProviderContract.untried(on: Self.fake) == [
        "deliver.sendsOnce", "deliver.keyIsTheSameOnEveryAttempt", "deliver.bytesArriveAsTheyAre",
        "deliver.contentTypeArrives", "deliver.customersDoNotMix", "deliver.failureInsideIsUnknown",
        "deliver.throttledIsRetry", "deliver.retryAfterIsHeard", "deliver.retryAfterDateIsHeard",
        "deliver.refusalIsRejected", "deliver.refusalInSuccessIsRejected", "deliver.unknownWordIsNoGuess",
        "deliver.busyIsTaken", "deliver.endsWhenCancelled", "deliver.cancelledIsUnknown",
        "deliver.sendsNothingAfterCancellation", "deliver.endsByItsTimeout", "deliver.blocksNoThread",
        "lookUp.failureIsNoAnswer", "window.isLongerThanAnAttempt",
      ]
    )
    #expect(
      try await MessageProviderContract.untried(
        on: MessageProviderUnderTest { ProviderPageTests.underTest($0) }
      )
        == []
    )
  }

  @Test func `a stand that cannot even accept is a violation`() async throws {
    let nothing = MessageProviderUnderTest { _ in nil }
    let violation = await #expect(throws: ContractViolation.self) {
      try await MessageProviderContract.untried(on: nothing)
    }
    #expect(violation?.expected == "a stand that accepts")
  }
}
