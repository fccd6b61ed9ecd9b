#!/usr/bin/env python3
"""Prints how long the compiler checks the types of rules: blocks of lines, and chains joined by `&&`.

Each shape is a body of its own in one file, checked against the built modules; the least of three runs
counts, as others may use the machine. Nothing is compared with a bound: times differ from machine to
machine. Whoever changes an operator compares before with after.

Usage: rule_checking_time.py MODULES
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

CLAUSES = (
    "customer.tier == .gold",
    "customer.age >= 18",
    'event.channel == "ios"',
    'event["basket.total"] >= 20.5',
    'history.count(of: "purchase", inLast: .days(30)) >= 1',
    "customer.tier.isOneOf(.gold, .platinum)",
    '!history.holds("ten-off")',
    "customer.isOptedIn",
)
OPTIONAL = CLAUSES + ('customer.nickname == "A"', "customer.nickname != nil")

SHOPPER = """import OfferBridgeKit

enum Tier: Int, Comparable, Sendable {
  case basic, silver, gold, platinum
  static func < (a: Tier, b: Tier) -> Bool { a.rawValue < b.rawValue }
}

struct Shopper: Sendable {
  var tier = Tier.gold
  var age = 40
  var nickname: String?
  var isOptedIn = true
}
"""


def first(count: int, clauses: tuple[str, ...]) -> list[str]:
    return [clauses[index % len(clauses)] for index in range(count)]


SHAPES = {
    "20 lines": "\n".join(first(20, OPTIONAL)),
    "100 lines": "\n".join(first(100, OPTIONAL)),
    "10 terms joined by &&": " && ".join(first(10, CLAUSES)),
    "40 terms joined by &&": " && ".join(first(40, CLAUSES)),
    "10 terms joined by &&, two of them optional": " && ".join(first(10, OPTIONAL)),
    "20 terms joined by &&, four of them optional": " && ".join(first(20, OPTIONAL)),
}


def source() -> tuple[str, dict[int, str]]:
    """The file, and which line each shape's body begins on."""
    lines, bodies = SHOPPER.split("\n"), {}
    for index, (shape, body) in enumerate(SHAPES.items()):
        lines.append(f"struct Shape{index}: CampaignRule {{")
        lines.append("  var body: some CampaignRule<Shopper> {")
        bodies[len(lines)] = shape
        lines += body.split("\n") + ["  }", "}"]
    return "\n".join(lines) + "\n", bodies


def milliseconds(modules: Path, file: Path, bodies: dict[int, str]) -> dict[str, float]:
    command = ["swiftc", "-typecheck", "-swift-version", "6", "-I", str(modules)]
    command += ["-Xfrontend", "-debug-time-function-bodies", str(file)]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode:
        sys.exit(f"The compiler refused the rules:\n{run.stderr}")
    found = re.findall(rf"([\d.]+)ms\s+{re.escape(str(file))}:(\d+):", run.stdout + run.stderr)
    return {bodies[int(line)]: float(time) for time, line in found if int(line) in bodies}


def main(modules: Path) -> None:
    if not modules.joinpath("OfferBridgeKit.swiftmodule").exists():
        sys.exit(f"No OfferBridgeKit in {modules}. Run 'swift build' first.")
    text, bodies = source()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder).resolve() / "Rules.swift"
        file.write_text(text, encoding="utf-8")
        runs = [milliseconds(modules, file, bodies) for _ in range(3)]
    for shape in SHAPES:
        times = [run[shape] for run in runs if shape in run]
        if len(times) != len(runs):
            sys.exit(f"The compiler reported no time for '{shape}'.")
        print(f"{shape:46}{min(times):8.0f} ms")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
