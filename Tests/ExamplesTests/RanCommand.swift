@testable import CompleteJourney

/// A run of the command in this process.
struct Ran {
  let status: Int32
  let stdout: String
  let stderr: String

  init(_ arguments: String...) async { await self.init(arguments) }

  init(_ arguments: [String]) async {
    var (stdout, stderr) = ("", "")
    status = await Main.run(arguments: arguments, stdout: { stdout += $0 }, stderr: { stderr += $0 })
    (self.stdout, self.stderr) = (stdout, stderr)
  }
}
