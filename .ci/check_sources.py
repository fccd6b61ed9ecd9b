#!/usr/bin/env python3
"""Keeps the rules of the sources that neither the compiler nor the formatter knows.

Usage: check_sources.py [ROOT] | --self-test
"""

import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from swift_source import split, swift_files

KIT = "Sources/OfferBridgeKit/"
LEDGER = KIT + "Ledger/InMemoryOfferLedger.swift"
ALL = ("Sources/", "Tests/", "Examples/")


@dataclass(frozen=True)
class Rule:
    name: str
    pattern: str
    where: tuple[str, ...]
    advice: str
    allowed: str = ""  # the one file in which it may stand
    times: int | None = None  # how often it may stand there; None is as often as one likes
    in_comments: bool = False
    needs_comment: bool = False


RULES = [
    Rule("identity", r"\bUUID(?:\.init)?\(\)", (KIT,), "ids are given by the host or derived"),
    Rule(
        "chance",
        r"\.random\b|\.randomElement\b|\.shuffled?\(|\bSystemRandomNumberGenerator\b|\barc4random",
        (KIT,),
        "chance is derived from a digest; only the in-memory ledger's default draws the salts of its trail",
        allowed=LEDGER,
        times=1,
    ),
    Rule(
        "task",
        r"\bTask\s*(?:<[^>{}]*>)?\s*(?:\([^(){}]*\))?\s*\{|\bTask\s*(?:<[^>{}]*>)?\s*\.(?:detached|immediate)\b",
        (KIT,),
        "work belongs to the caller's task; use a task group",
        allowed=KIT + "Messages/Outliving.swift",
        times=2,  # the type that is returned, and the task
    ),
    Rule("sleep", r"\bTask\s*(?:<[^>{}]*>)?\s*\.sleep\b", (KIT,), "wait on the clock that was given"),
    Rule(
        "time",
        r"\bDate(?:\.init)?\(\)|\bDate\.now\b|[(=:,]\s*\.now\b|\btimeIntervalSinceNow\b",
        (KIT,),
        "time comes in; only the in-memory ledger's default reads the clock, once",
        allowed=LEDGER,
        times=1,
    ),
    Rule(
        "calendar",
        r"\bsecondsFromGMT\b|\bCalendar(?:\.init)?\(|\bCalendar\.(?:current|autoupdatingCurrent)\b",
        (KIT,),
        "zones and calendars are LocalDay's alone",
        allowed=KIT + "LocalDay.swift",
    ),
    Rule(
        "test framework",
        r"(?m)^[ \t]*(?:@\w+(?:\([^)]*\))?[ \t]+)*(?:(?:public|package|internal|fileprivate|private)[ \t]+)?"
        r"import[ \t]+(?:\w+[ \t]+)?(?:Testing|XCTest)\b",
        ("Sources/",),
        "what ships imports no test framework",
    ),
    Rule("unfinished", r"\b(?:TODO|FIXME)\b", ALL, "finish it, or leave it out", in_comments=True),
    Rule(
        "unsafe",
        r"@unchecked\s+Sendable\b|\bnonisolated\(unsafe\)|\bunsafeBitCast\b",
        ALL,
        "say on the line above why it is sound",
        needs_comment=True,
    ),
]


def violations(root: Path) -> list[tuple[str, str]]:
    """Each violation as (name of the rule, what to print)."""
    found = []
    for folder in ALL:
        for path in swift_files(root / folder):
            name = path.relative_to(root).as_posix()
            code, comments = split(path.read_text(encoding="utf-8"))
            for rule in RULES:
                if not name.startswith(rule.where):
                    continue
                matches = list(re.finditer(rule.pattern, comments if rule.in_comments else code))
                if name == rule.allowed:
                    matches = [] if rule.times is None else matches[rule.times :]
                for match in matches:
                    start = match.start() + len(match[0]) - len(match[0].lstrip())
                    line = code.count("\n", 0, start)
                    if rule.needs_comment and is_explained(line, code.split("\n"), comments.split("\n")):
                        continue
                    what = " ".join(match[0].split())
                    found.append((rule.name, f"{name}:{line + 1}: {rule.name}: '{what}': {rule.advice}"))
    return found


def is_explained(line: int, code: list[str], comments: list[str]) -> bool:
    """Whether a comment ends on the line above; lines of attributes between are passed over."""
    above = line - 1
    while above >= 0 and re.fullmatch(r"\s*@[\w().,: ]+", code[above]):
        above -= 1
    return above >= 0 and not code[above].strip() and bool(comments[above].strip())


# Every violation below is planted in a tree of its own and must be caught by the rule named.
CAUGHT = [
    ("identity", KIT + "A.swift", "let id = UUID()"),
    ("identity", KIT + "A.swift", "let id = UUID.init()"),
    ("identity", KIT + "A.swift", r'let text = "id \(UUID())"'),
    ("identity", KIT + "A.swift", r'let text = #"id \#(UUID())"#'),
    ("chance", KIT + "A.swift", "let roll = Int.random(in: 1...6)"),
    ("chance", KIT + "A.swift", "let one = all.randomElement()"),
    ("chance", KIT + "A.swift", "let mixed = all.shuffled()"),
    ("chance", KIT + "A.swift", "var source = SystemRandomNumberGenerator()"),
    ("task", KIT + "A.swift", "Task { await send() }"),
    ("task", KIT + "A.swift", "Task(priority: .high) { await send() }"),
    ("task", KIT + "A.swift", "let task = Task<Void, Never> { await send() }"),
    ("task", KIT + "A.swift", "Task.detached { await send() }"),
    ("sleep", KIT + "A.swift", "try await Task.sleep(for: .seconds(1))"),
    ("sleep", KIT + "A.swift", "try await Task<Never, Never>.sleep(for: .seconds(1))"),
    ("time", KIT + "A.swift", "let now = Date()"),
    ("time", KIT + "A.swift", "let now = Date.now"),
    ("time", KIT + "A.swift", "let now: Date = .now"),
    ("time", LEDGER, "let first = Date()\nlet second = Date()"),
    ("time", LEDGER, "let first = Date()\nlet second = Date.now"),
    ("time", KIT + "Rules/InMemoryOfferLedger.swift", "let now = Date()"),
    ("calendar", KIT + "A.swift", "let offset = zone.secondsFromGMT(for: moment)"),
    ("calendar", KIT + "A.swift", "let calendar = Calendar(identifier: .gregorian)"),
    ("calendar", KIT + "A.swift", "let calendar = Calendar.current"),
    ("test framework", "Sources/OfferBridgeTesting/A.swift", "import Testing"),
    ("test framework", "Sources/OfferBridgeTesting/A.swift", "public import XCTest"),
    ("test framework", "Sources/OfferBridgeTesting/A.swift", "@preconcurrency import struct Testing.Tag"),
    ("unfinished", "Tests/OfferBridgeKitTests/A.swift", "// TODO: later"),
    ("unfinished", KIT + "A.swift", "/* FIXME */"),
    ("unsafe", KIT + "A.swift", "final class Box: @unchecked Sendable {}"),
    ("unsafe", KIT + "A.swift", "// Far above.\n\nfinal class Box: @unchecked Sendable {}"),
    ("unsafe", KIT + "A.swift", "let a = 1  // Not of its own line.\nfinal class Box: @unchecked Sendable {}"),
    ("unsafe", KIT + "A.swift", "nonisolated(unsafe) var count = 0"),
    ("unsafe", "Examples/HomeGoods/A.swift", "let bits = unsafeBitCast(value, to: Int.self)"),
]

# None of these may be caught.
FREE = [
    (KIT + "A.swift", "/// Never `UUID()`, nor `Task { }`, nor `Date()`.\nlet id = name"),
    (KIT + "A.swift", '/* /* Date() */ Date() */ let text = "Date() \\" UUID()"'),
    (KIT + "A.swift", 'let text = """\n  Task { Date() }\n  "quoted" UUID()\n  """'),
    (KIT + "A.swift", 'let text = #"a \\(UUID()) "Date()" b"#'),
    (KIT + "A.swift", r'let text = "\(names.map { "(\($0))" }.joined()) Date()"'),
    (KIT + "A.swift", "let date = Date(timeIntervalSince1970: 0)\nlet id = UUID(uuidString: text)"),
    (KIT + "A.swift", "await withTaskGroup(of: Void.self) { group in }\nlet moment = context.now"),
    (LEDGER, "init(now: @escaping () -> Date = { Date() }) {}"),
    (KIT + "LocalDay.swift", "let calendar = Calendar(identifier: .gregorian)\nlet s = zone.secondsFromGMT()"),
    ("Sources/OfferBridgeTesting/A.swift", "import OfferBridgeKit\nlet now = Date()"),
    ("Tests/OfferBridgeKitTests/A.swift", "import Testing\nlet id = UUID()\nTask { }"),
    (KIT + "A.swift", "// Sound: the lock guards it.\nfinal class Box: @unchecked Sendable {}"),
    (KIT + "A.swift", "/// Sound: the lock guards it.\n@usableFromInline\nfinal class Box: @unchecked Sendable {}"),
    (KIT + ".build/A.swift", "let id = UUID()"),
]


def self_test() -> list[str]:
    faults = []
    if unproven := {rule.name for rule in RULES} - {name for name, _, _ in CAUGHT}:
        faults.append(f"no violation is planted for: {', '.join(sorted(unproven))}")
    for name, path, text in CAUGHT:
        if [rule for rule, _ in planted(path, text)] != [name]:
            faults.append(f"{path}: expected '{name}' once for {text!r}, found {planted(path, text)}")
    for path, text in FREE:
        if caught := planted(path, text):
            faults.append(f"{path}: nothing is wrong with {text!r}, found {caught}")
    return faults


def planted(path: str, text: str) -> list[tuple[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, path)
        file.parent.mkdir(parents=True)
        file.write_text(text + "\n", encoding="utf-8")
        return violations(Path(folder))


def main() -> int:
    if sys.argv[1:] == ["--self-test"]:
        faults = self_test()
        summary = f"check_sources: {len(RULES)} rules, {len(CAUGHT)} planted violations, {len(FREE)} harmless lines"
    else:
        root = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
        faults = [text for _, text in violations(root)]
        files = sum(len(swift_files(root / folder)) for folder in ALL)
        if not swift_files(root / KIT):
            faults.append(f"{KIT}: no Swift file here")
        summary = f"sources: {files} files, {len(RULES)} rules"
    print("\n".join([*faults, f"{summary}, {len(faults)} faults"]))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
