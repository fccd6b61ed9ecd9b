/// What a sweep through a code pool came to.
public struct CodeSweep: Sendable, Hashable, Codable {
  /// How many lost codes were given back.
  ///
  /// One that somebody took anew at that moment counts as well, and stays theirs.
  public internal(set) var givenBack: Int
  /// The fence that it came to.
  ///
  /// Up to there every code is an issued offer's, or free: the next sweep may begin behind it.
  public internal(set) var mark: Int

  package init(givenBack: Int, mark: Int) {
    self.givenBack = givenBack
    self.mark = mark
  }
}
