#!/usr/bin/env python3
"""Checks that each block of README and Documentation under `<!-- tested -->` stands in a test, word for word.

White space, line comments, imports and trailing commas do not count.

Usage: check_readme_is_tested.py [ROOT] | --self-test
"""

import re
import sys
import tempfile
from pathlib import Path

from markdown_blocks import Misplaced, swift_blocks
from swift_source import split, swift_files


def normalised(source: str) -> str:
    _, comments = split(source)
    kept = "".join(letter for letter, comment in zip(source, comments) if comment in " \n" or letter in " \n")
    kept = re.sub(r"(?m)^\s*import\s.*$", "", kept)
    return re.sub(r",(?=[)\]}>])", "", re.sub(r"\s+", "", kept))


def untested(root: Path) -> tuple[int, list[str]]:
    """How many blocks are marked, and those that stand in no test."""
    tests = [normalised(file.read_text(encoding="utf-8")) for file in swift_files(root / "Tests")]
    marked, found = {}, []
    for page in [root / "README.md", *sorted(root.glob("Documentation/**/*.md"))]:
        name = page.relative_to(root).as_posix()
        try:
            blocks = [block for block in swift_blocks(page.read_text(encoding="utf-8")) if block.is_tested]
        except Misplaced as fault:
            found.append(f"{name}:{fault}")
            continue
        marked[name] = len(blocks)
        for block in blocks:
            code = normalised(block.text)
            if code == "" or not any(code in test for test in tests):
                found.append(f"{name}:{block.line}: this block stands in no file of Tests")
    if marked.get("README.md") == 0:
        found.append("README.md: no Swift block is marked as tested")
    return sum(marked.values()), found


def self_test() -> list[str]:
    test = '@Test func f() {\n  let a = [\n    1, 2,  // two\n  ]\n  print(a, "x // y")\n}\n'
    right = ['let a = [1, 2]\nprint(a, "x // y")  // [1, 2]', "import OfferBridgeKit\n\nlet a = [1, 2,]"]
    wrong = ["let a = [1, 3]", 'print(a, "x // z")', 'print(a, "x")', "let b = 1", "// let a = [1, 2]"]
    cases = [(f"<!-- tested -->\n```swift\n{code}\n```\n", True) for code in right]
    cases += [(f"<!-- tested -->\n```swift\n{code}\n```\n", False) for code in wrong]
    cases += [(f"```swift\n{right[0]}\n```\n", False), (f"<!-- tested -->\nwords\n```swift\n{right[0]}\n```\n", False)]
    faults = []
    for readme, is_right in cases:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "Tests").mkdir()
            Path(folder, "Tests/A.swift").write_text(test)
            Path(folder, "README.md").write_text(readme)
            Path(folder, "Documentation").mkdir()
            Path(folder, "Documentation/A.md").write_text(readme)
            if is_right == bool(untested(Path(folder))[1]):
                faults.append(f"{'refused' if is_right else 'accepted'}: {readme}")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "Tests").mkdir()
        Path(folder, "Tests/A.swift").write_text(test)
        Path(folder, "Documentation").mkdir()
        Path(folder, "README.md").write_text(cases[0][0])
        Path(folder, "Documentation/A.md").write_text(cases[2][0])
        if [fault.split(":")[0] for fault in untested(Path(folder))[1]] != ["Documentation/A.md"]:
            faults.append("a page of Documentation is not checked by itself")
    return faults


def main() -> int:
    if sys.argv[1:] == ["--self-test"]:
        faults, summary = self_test(), "check_readme_is_tested: 10 pages"
    else:
        marked, faults = untested(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
        summary = f"README and Documentation: {marked} blocks marked as tested"
    print("\n".join([*faults, f"{summary}, {len(faults)} faults"]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
