import Foundation

/// Tells the story, or with `--json` prints only its numbers.
@main
struct Main {
  static func main() async {
    let arguments = CommandLine.arguments.dropFirst()
    if let unknown = arguments.first(where: { $0 != "--json" }) {
      complain("HomeGoods: unknown argument '\(unknown)'. Run it without arguments, or with --json.")
      exit(2)
    }
    let isJSON = !arguments.isEmpty
    do {
      var story = try await Story { line in if !isJSON { print(line) } }
      let summary = try await story.tell()
      if isJSON { print(try summary.json()) }
    } catch {
      complain("HomeGoods: \(error)")
      exit(1)
    }
  }

  /// On standard error, so that standard output holds the story or the object and nothing else.
  private static func complain(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }
}
