import Foundation
import OfferBridgeKit
import Testing

@testable import VoucherifyAdapter

/// What the adapter makes of Voucherify's JSON; its own models are asked by `.ci/voucherify_peer.py`.
@Suite struct VoucherifyAdapterTests {
  private func redemption(_ text: String) throws -> Redemption? {
    let report = try JSONDecoder().decode(VoucherifyReport.self, from: Data(text.utf8))
    if case .redemption(let redemption) = try report.event(in: "EUR") { return redemption }
    return nil
  }

  @Test func `a redemption is named by the voucher's code, and carries its order's items`() throws {
    let text = """
      {"object":"redemption","id":"r_1","date":"2026-01-02T03:04:05.250000Z","result":"SUCCESS",
       "customer":{"source_id":"ada"},"voucher":{"code":"CODE-ada"},
       "order":{"total_applied_discount_amount":150,
                "items":[{"id":"i1","amount":300},{"id":"i2","amount":90,"subtotal_amount":80}]}}
      """
    let expected = Redemption(
      id: "r_1",
      of: .replica("CODE-ada"),
      by: "ada",
      at: Date(milliseconds: 1_767_323_045_250),
      amount: Money(minorUnits: 150, currency: "EUR"),
      lines: [RedemptionLine("i1", weight: 300), RedemptionLine("i2", weight: 80)]
    )
    let read = try #require(try redemption(text))
    #expect(read.time.description == expected.time.description)
    #expect(read.reference == expected.reference && read.customer == expected.customer)
    #expect(read.amount == expected.amount && read.lines == expected.lines)
  }

  @Test func `a rollback gives back what it says, a failure nothing, and what is missing is named`()
    async throws
  {
    let redeemed = #"{"object":"redemption","id":"r","date":"2026-01-01T01:00:00Z","result":"SUCCESS","#
    let lines = [
      redeemed + #""amount":700,"voucher":{"code":"CODE-customer-0"}}"#,
      #"{"object":"redemption_rollback","id":"v","date":"2026-01-01T02:00:00Z","result":"SUCCESS","redemption":"r","amount":-200}"#,
      #"{"object":"redemption","id":"f","result":"FAILURE"}"#,
      #"{"object":"redemption","id":"g","result":"SUCCESS","voucher":{"code":"x"}}"#,
      #"{"object":"redemption_rollback","id":"w","date":"2026-01-01T02:00:00Z","result":"SUCCESS","redemption":"r","amount":-9223372036854775808}"#,
      #"{"object":"customer"}"#, "{",
    ]
    let output = try await Main.answers(to: lines, customers: 1)
    #expect(
      output.dropFirst().dropLast() == [
        #"{"answer":"applied","reasons":[]}"#, #"{"answer":"applied","reasons":[]}"#,
        #"{"answer":"nothing","reasons":["its result is FAILURE"]}"#,
        #"{"answer":"unusable","reasons":["The report has no date."]}"#,
        #"{"answer":"discrepant","reasons":["moreThanLeft"]}"#,
        #"{"answer":"unreadable","reasons":["object"]}"#,
        #"{"answer":"unreadable","reasons":["the line"]}"#,
      ]
    )
    #expect(output.last?.contains(#""isBalanced":true,"received":3"#) == true)
    #expect(output.last?.contains(#""customer-0":{"amount":0,"count":0,"reversed":1}"#) == true)
  }
}
