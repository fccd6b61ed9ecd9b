import Foundation
import Testing

/// What the compiler says of rules that are wrong: one error each, on the line that is wrong.
///
/// The compiler is asked itself, over the modules that these tests were built with.
@Suite struct WrongRuleTests {
  /// A line of a rule, and what the compiler says of it; nothing where it is right.
  struct Line: Sendable {
    let code: String
    let error: String?
  }

  private static let lines = [
    Line(code: "customer.city == \"Oslo\"", error: nil),
    Line(
      code: "customer.ciyt == \"Oslo\"",
      error:
        "value of type 'CustomerScope<Shopper>' has no dynamic member 'ciyt' using key path from root type 'Shopper'"
    ),
    Line(
      code: "customer.tier == \"gold\"",
      error:
        "binary operator '==' cannot be applied to operands of type 'CustomerOperand<Shopper, Tier>' and 'String'"
    ),
    Line(
      code: "customer.age >= \"18\"",
      error:
        "binary operator '>=' cannot be applied to operands of type 'CustomerOperand<Shopper, Int>' and 'String'"
    ),
    Line(
      code: "customer.plan == Plan()",
      error: "operator function '==' requires that 'Plan' conform to 'Equatable'"
    ),
    Line(
      code: "customer.plan > Plan()",
      error: "operator function '>' requires that 'Plan' conform to 'Comparable'"
    ),
    Line(
      code: "true",
      error: "static method 'buildExpression' requires that 'Bool' conform to 'CampaignRule'"
    ),
    Line(
      code: "cities.isEmpty",
      error: "static method 'buildExpression' requires that 'Bool' conform to 'CampaignRule'"
    ),
    Line(
      code: "OfAnother()",
      error: "static method 'buildExpression' requires the types 'Shopper' and 'Int' be equivalent"
    ),
    Line(code: "customer.age >= 18 && customer.city.hasPrefix(\"O\")", error: nil),
  ]

  private static let shared = """
    import OfferBridgeKit
    enum Tier: Sendable { case basic, gold }
    struct Plan: Sendable {}
    struct Shopper: Sendable {
      var city = "Oslo"
      var age = 40
      var tier = Tier.gold
      var plan = Plan()
      var isOptedIn = true
    }
    struct OfAnother: CampaignRule {
      var body: some CampaignRule<Int> { Everyone() }
    }
    """

  @Test func `each wrong line has one error of its own, and the right ones none`() throws {
    var source = Self.shared.split(separator: "\n").map(String.init)
    var lines: [Int: Line] = [:]
    for (index, line) in Self.lines.enumerated() {
      source += [
        "struct Rule\(index): CampaignRule {",
        "  let cities: [String]",
        "  var body: some CampaignRule<Shopper> {",
        "    customer.age >= 18",
        "    \(line.code)",
        "    customer.isOptedIn",
        "  }",
        "}",
      ]
      lines[source.count - 3] = line
    }
    var errors = try errors(in: source.joined(separator: "\n"))
    for (number, line) in lines {
      #expect(errors.removeValue(forKey: number) ?? [] == [line.error].compactMap(\.self), "\(line.code)")
    }
    #expect(errors.isEmpty, "errors on other lines")
  }

  /// The texts of the compiler's errors by line.
  private func errors(in source: String) throws -> [Int: [String]] {
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).swift")
    try Data(source.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let compiler = Process()
    compiler.executableURL = URL(filePath: "/usr/bin/env")
    compiler.arguments = [
      "swiftc", "-typecheck", "-swift-version", "6", "-diagnostic-style", "llvm", "-no-color-diagnostics",
      "-module-name", "WrongRules", "-I", try modules().path, file.path,
    ]
    let output = Pipe()
    compiler.standardError = output
    try compiler.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    compiler.waitUntilExit()
    var errors: [Int: [String]] = [:]
    // <file>:6:14: error: <text>
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 4).map(String.init)
      guard parts.count == 5, parts[3] == " error" else { continue }
      let number = try #require(Int(parts[1]))
      errors[number, default: []].append(parts[4].trimmingCharacters(in: .whitespaces))
    }
    return errors
  }

  /// Where the build that made these tests put its modules.
  private func modules() throws -> URL {
    var folder = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
    while folder.path != "/" {
      let modules = folder.appending(path: "Modules")
      if FileManager.default.fileExists(atPath: modules.appending(path: "OfferBridgeKit.swiftmodule").path) {
        return modules
      }
      folder = folder.deletingLastPathComponent()
    }
    throw NoModules()
  }

  private struct NoModules: Error, CustomStringConvertible {
    var description: String { "No Modules folder above \(CommandLine.arguments[0]). Build with SwiftPM." }
  }
}
