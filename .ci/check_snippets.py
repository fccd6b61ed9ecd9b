#!/usr/bin/env python3
"""Type-checks the Swift blocks of the README, of Documentation and of the DocC articles.

Each page is one program: a block's types, extensions and imports belong to the blocks after it too, its
statements stand in an async throwing function of its own. A type that an earlier block has declared is
local to its block when declared again. `markdown_blocks.py` has the comments by which a page hides
set-up code or leaves a block out. A whole package manifest is checked as one; a part of a manifest,
headed `// Package.swift`, is left out.

Usage: check_snippets.py MODULES [PAGE ...] | --self-test
"""

import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from markdown_blocks import Block, Code, Misplaced, swift_blocks
from swift_source import split

PAGES = ("README.md", "Documentation/**/*.md", "Sources/**/*.docc/**/*.md")
DECLARATION = re.compile(
    r"(?:@\w+(?:\([^)]*\))?\s+|(?:public|package|internal|fileprivate|private|final|indirect|nonisolated)\s+)*"
    r"(?P<kind>import|struct|class|actor|enum|protocol|extension|typealias|func)\s+(?P<name>[\w.]+)"
)
ATTRIBUTE = re.compile(r"\s*@\w+(?:\(.*\))?\s*")


@dataclass
class Chunk(Code):
    kind: str = ""  # of a declaration; empty for statements
    name: str = ""


def chunks(part: Code) -> list[Chunk]:
    """The part's outermost declarations, and the statements between them."""
    found: list[Chunk] = []
    depth, is_open, attributes = 0, False, 0
    lines, code = part.text.split("\n"), split(part.text)[0].split("\n")
    for number, (text, line) in enumerate(zip(lines, code)):
        if not is_open and depth == 0:
            declares = DECLARATION.match(line.lstrip())
            if declares:
                above = number - attributes
                if found and attributes:
                    found[-1].text = "\n".join(found[-1].text.split("\n")[:-attributes])
                found.append(Chunk(part.line + above, "\n".join(lines[above : number + 1]), declares["kind"], declares["name"]))
                is_open = declares["kind"] not in ("import", "typealias")
            elif not found or found[-1].kind:
                found.append(Chunk(part.line + number, text))
            else:
                found[-1].text += "\n" + text
            attributes = attributes + 1 if ATTRIBUTE.fullmatch(line) else 0
        else:
            found[-1].text += "\n" + text
        depth += sum(line.count(c) for c in "({[") - sum(line.count(c) for c in ")}]")
        if "}" in line and depth == 0:
            is_open = False
    return [chunk for chunk in found if split(chunk.text)[0].strip()]


@dataclass
class Program:
    """The Swift file made of one page."""

    page: str
    imports: list[str] = field(default_factory=lambda: ["import Foundation", "import OfferBridgeKit"])
    shared: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    def located(self, chunk: Chunk) -> str:
        # A program has one entry point at most, a page may show several.
        text = re.sub(r"@main\b", "     ", chunk.text)
        return f'#sourceLocation(file: "{self.page}", line: {chunk.line})\n{text}\n#sourceLocation()'

    def add(self, block: Block) -> None:
        all_chunks = [chunk for part in (*block.given, block) for chunk in chunks(part)]
        has_statements = any(not chunk.kind for chunk in all_chunks)
        names = {chunk.name for chunk in all_chunks if chunk.kind not in ("", "import", "extension", "func")}
        body = []
        for chunk in all_chunks:
            if chunk.kind == "import":
                self.imports.append(self.located(chunk))
            elif not chunk.kind or chunk.kind == "func" and has_statements or chunk.name in self.names & names:
                body.append(self.located(chunk))
            else:
                self.shared.append(self.located(chunk))
        self.names |= names
        if body:
            lines = "\n".join(body)
            self.bodies.append(f"func block{len(self.bodies) + 1}() async throws {{\n{lines}\n}}")

    @property
    def is_empty(self) -> bool:
        return len(self.imports) == 2 and not self.shared and not self.bodies

    def __str__(self) -> str:
        return "\n".join([*self.imports, *self.shared, *self.bodies, ""])


def errors(page: Path, modules: str) -> tuple[int, int, str]:
    """How many blocks of the page were checked, how many left out, and what the compiler says of them."""
    program = Program(page.as_posix())
    manifests = []
    try:
        blocks = swift_blocks(page.read_text(encoding="utf-8"))
    except Misplaced as fault:
        return 0, 0, f"{page}:{fault}\n"
    left_out = 0
    for block in blocks:
        if block.is_skipped:
            left_out += 1
        elif re.match(r"\s*// (?:Package\.swift|swift-tools-version)", block.text):
            if "Package(" in block.text:
                manifests.append(program.located(Chunk(block.line, block.text)))
            else:
                left_out += 1
        else:
            program.add(block)
    said = "" if program.is_empty else type_check(str(program), ["-parse-as-library", "-I", modules])
    for manifest in manifests:
        said += type_check(manifest, ["-I", str(manifest_api()), "-package-description-version", "6.2.0"])
    return len(blocks) - left_out, left_out, said


def manifest_api() -> Path:
    info = subprocess.run(["swiftc", "-print-target-info"], capture_output=True, text=True, check=True).stdout
    resources = re.search(r'"runtimeResourcePath": "(.*)"', info)
    return Path(resources[1] if resources else "", "pm", "ManifestAPI")


def type_check(source: str, options: list[str]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "Page.swift")
        file.write_text(source, encoding="utf-8")
        command = ["swiftc", "-typecheck", "-swift-version", "6", "-suppress-warnings", *options, str(file)]
        done = subprocess.run(command, capture_output=True, text=True)
        return "" if done.returncode == 0 else done.stderr or "the compiler failed and said nothing\n"


def check(pages: list[Path], modules: str) -> int:
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda page: errors(page, modules), pages))
    for _, _, said in results:
        print(said, end="")
    faulty = sum(bool(said) for _, _, said in results)
    checked, left_out = sum(result[0] for result in results), sum(result[1] for result in results)
    print(f"snippets: {len(pages)} pages, {checked} blocks compiled, {left_out} left out, {faulty} pages with errors")
    return 1 if faulty or not checked else 0


KIT = "public struct Counter { public init() {}; public func next() async throws -> Int { 1 } }"
FENCE = "```"
RIGHT = [
    "let n = try await Counter().next()\nprint(n)",
    "let a = 1\n```\n\n```swift\nlet a = 2",
    "struct A { var b: Int }\n```\n\n```swift\nlet a = A(b: 1)",
    "struct A {\n  var b = 1\n}\n```\n\n```swift\nstruct A {\n  var c = 2\n}\nprint(A().c)",
    "extension Counter {\n  func twice() async throws { _ = try await (next(), next()) }\n}\ntry await Counter().twice()",
    "func half(_ n: Int) -> Int { n / 2 }\n```\n\n```swift\nlet h = half(2)",
    "let n = 2\nfunc double() -> Int { n * 2 }\nprint(double())",
    "@main\nstruct App {\n  static func main() {}\n}\n```\n\n```swift\n@main struct Other {\n  static func main() {}\n}",
    "import Synchronization\nlet lock = Mutex(0)",
    "import Testing\n\n@Suite struct T {\n  @Test func `it counts`() { #expect(1 == 1) }\n}",
    "// Package.swift\n.package(url: \"x\", from: \"1.0.0\"),",
    "// swift-tools-version: 6.2\nimport PackageDescription\nlet package = Package(name: \"A\")",
]
WRONG = [  # with the line of the page on which the compiler must find the fault
    (3, "let n = try await Counter().before()"),
    (5, "// one\n\nlet n: Int = \"2\""),
    (4, "struct A {\n  var b: Missing\n}"),
    (7, "let a = 1\n```\n\n```swift\nprint(a)"),
    (6, "struct A {\n  var b = 1\n}\nprint(A().c)"),
    (3, "import NoSuchModule"),
    (5, "// swift-tools-version: 6.2\nimport PackageDescription\nlet package = Package(title: \"A\")"),
]


def self_test() -> int:
    faults = 0
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "Kit.swift")
        source.write_text(KIT)
        subprocess.run(
            ["swiftc", "-emit-module", "-parse-as-library", "-module-name", "OfferBridgeKit", "-o",
             f"{folder}/OfferBridgeKit.swiftmodule", str(source)],
            check=True,
        )  # fmt: skip

        def block(code: str, comments: str = "") -> str:
            return f"# Page\n{comments}{FENCE}swift\n{code}\n{FENCE}\n"

        expected: list[tuple[str, str]] = [(block(code), "") for code in RIGHT]
        expected += [(block(code), f"Page.md:{line}:") for line, code in WRONG]
        given = "<!-- snippet: given\nlet counter = Counter()\n-->\n<!-- tested -->\n"
        expected += [
            (block("let n = try await counter.next()", given), ""),
            (block("let n = try await counter.next()"), "Page.md:3:"),
            (block("let n = 1", given.replace("Counter", "Missing")), "Page.md:3:"),
            (block("not Swift at all", "<!-- snippet: skip -->\n"), ""),
            (block("let n = 1", "<!-- snippet: skipp -->\n"), "neither"),
            (block("let n = 1", "<!-- snippet: skip -->\n\nwords\n\n"), "no Swift block"),
        ]

        def found(number: int) -> str:
            page = Path(folder, str(number), "Page.md")
            page.parent.mkdir()
            page.write_text(expected[number][0])
            return errors(page, folder)[2]

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for (text, must_say), answer in zip(expected, pool.map(found, range(len(expected)))):
                if must_say not in answer or (must_say == "") != (answer == ""):
                    faults += 1
                    print(f"expected {must_say or 'no error'!r} of\n{text}\nfound:\n{answer}")
    print(f"check_snippets: {len(expected)} pages, {faults} faults")
    return 1 if faults else 0


def main() -> int:
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    pages = [Path(page) for page in sys.argv[2:]]
    return check(pages or sorted(page for pattern in PAGES for page in Path().glob(pattern)), sys.argv[1])


if __name__ == "__main__":
    sys.exit(main())
