import Foundation
import OfferBridgeKit

/// Reads redemptions and rollbacks as Voucherify writes them, one JSON object a line, and prints what each came to.
///
/// `VoucherifyAdapter CUSTOMERS < reports.jsonl`: so many customers, "customer-0" and on, were issued an offer on
/// 2026-01-01; their vouchers' codes are "CODE-customer-0" and on. First it prints their issued offers' ids; then an
/// answer for each line; at last how each line stands then, each tally, and whether the audit is balanced.
@main
enum Main {
  static func main() async {
    do {
      guard CommandLine.arguments.count == 2, let count = Int(CommandLine.arguments[1]),
        (1...10_000).contains(count)
      else {
        try FileHandle.standardError.write(contentsOf: Data("VoucherifyAdapter CUSTOMERS < REPORTS\n".utf8))
        exit(2)
      }
      let lines = sequence(state: ()) { _ in readLine(strippingNewline: true) }
      for output in try await answers(to: Array(lines), customers: count) { print(output) }
    } catch {
      try? FileHandle.standardError.write(contentsOf: Data("VoucherifyAdapter: \(error)\n".utf8))
      exit(1)
    }
  }

  /// What is printed, a line each.
  static func answers(to lines: [String], customers count: Int) async throws -> [String] {
    let shop = try await Shop(customers: count, issuedAt: Date(milliseconds: 1_767_225_600_000))
    let customers = (0..<count).map { CustomerID("customer-\($0)") }
    var output: [String] = []
    var issued: [String: String] = [:]
    for customer in customers {
      issued[customer.rawValue] = try await shop.bridge.issuedOffers(of: customer).first?.id.description
    }
    output.append(try json(Issued(issued: issued)))
    var ids: [String?] = []
    for line in lines {
      let (id, answer) = await take(line, into: shop)
      ids.append(id)
      output.append(try json(answer))
    }
    var stands: [Answer?] = []
    for id in ids {
      guard let id else {
        stands.append(nil)
        continue
      }
      stands.append(try await shop.bridge.match(of: id).map(Answer.init))
    }
    var tallies: [String: Tally] = [:]
    for customer in customers {
      let redeemed = try await shop.bridge.issuedOffers(of: customer).first?.redeemed ?? .none
      tallies[customer.rawValue] = Tally(
        count: redeemed.count,
        reversed: redeemed.reversed,
        amount: redeemed.amount?.minorUnits
      )
    }
    let audit = try await shop.bridge.audit()
    output.append(
      try json(End(stands: stands, tallies: tallies, received: audit.received, isBalanced: audit.isBalanced))
    )
    return output
  }

  /// One line's answer, and the id under which the bridge knows it.
  private static func take(_ line: String, into shop: Shop) async -> (id: String?, answer: Answer) {
    do {
      let report = try JSONDecoder().decode(VoucherifyReport.self, from: Data(line.utf8))
      switch try report.event(in: Shop.currency) {
      case .redemption(let redemption):
        return (redemption.id, Answer(try await shop.bridge.reconcile(redemption)))
      case .reversal(let reversal):
        return (reversal.id, Answer(try await shop.bridge.reconcile(reversal)))
      case .nothing(let why): return (nil, Answer(answer: "nothing", reasons: [why]))
      }
    } catch let error as DecodingError {
      return (nil, Answer(answer: "unreadable", reasons: [error.place]))
    } catch {
      return (nil, Answer(answer: "unusable", reasons: ["\(error)"]))
    }
  }

  private static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}

/// What the customers were issued, by their names.
struct Issued: Encodable {
  let issued: [String: String]
}

/// What became of one line.
struct Answer: Encodable {
  let answer: String
  let reasons: [String]

  init(answer: String, reasons: [String]) {
    self.answer = answer
    self.reasons = reasons
  }

  init(_ match: RedemptionMatch) {
    switch match {
    case .applied: self.init(answer: "applied", reasons: [])
    case .discrepant(let reasons, _): self.init(answer: "discrepant", reasons: reasons.map(\.rawValue))
    case .parked(let why): self.init(answer: "parked", reasons: [why.rawValue])
    case .duplicate: self.init(answer: "duplicate", reasons: [])
    case .conflict: self.init(answer: "conflict", reasons: [])
    }
  }
}

struct Tally: Encodable {
  let count: Int
  let reversed: Int
  let amount: Int64?
}

struct End: Encodable {
  let stands: [Answer?]
  let tallies: [String: Tally]
  let received: Int
  let isBalanced: Bool
}

extension DecodingError {
  /// Where in the line it is, without what stands there.
  fileprivate var place: String {
    let context: Context? =
      switch self {
      case .dataCorrupted(let context), .keyNotFound(_, let context), .typeMismatch(_, let context),
        .valueNotFound(_, let context):
        context
      @unknown default: nil
      }
    let path = (context?.codingPath ?? []).map(\.stringValue).joined(separator: ".")
    return path.isEmpty ? "the line" : path
  }
}
