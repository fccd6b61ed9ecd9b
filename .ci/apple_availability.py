#!/usr/bin/env python3
"""Finds uses of standard library and Foundation API that is newer than the package's Apple platforms.

The compiler on Linux does not look at Apple's availability, so that API of a later macOS compiles there
and breaks on a Mac. But the toolchain's modules carry the availability: this joins what the compiler's
syntax tree of a target refers to with what the modules' symbol graphs say of it. The platforms are those
of Package.swift. What stands in `#available` is reported too, as these targets have no use for it, and
what Apple's own Foundation has later than its open source form says cannot be seen here.

Usage: apple_availability.py MODULES TARGET ... | --self-test
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from swift_source import swift_files

LIBRARIES = (
    "Swift", "Foundation", "FoundationEssentials", "_Concurrency", "Synchronization", "_StringProcessing",
    "Observation",
)  # fmt: skip
PLATFORMS = {"macos": "macOS", "ios": "iOS", "tvos": "tvOS", "watchos": "watchOS", "visionos": "visionOS"}
TYPES = {"swift.struct", "swift.class", "swift.enum", "swift.protocol", "swift.actor"}

Version = tuple[int, int]


@dataclass
class Newer:
    """What a program for the floors may not use: by unique identifier, and types also by name."""

    symbols: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)


def run(*command: str, text: str | None = None) -> str:
    done = subprocess.run(command, capture_output=True, text=True, input=text)
    if done.returncode:
        sys.exit(f"{' '.join(command[:4])} …\n{done.stderr}")
    return done.stdout


def floors_and_features() -> tuple[dict[str, Version], list[str]]:
    manifest = json.loads(run("swift", "package", "dump-package"))
    floors = {}
    for platform in manifest["platforms"]:
        major, minor = (platform["version"].split(".") + ["0"])[:2]
        floors[PLATFORMS[platform["platformName"]]] = (int(major), int(minor))
    kinds = (setting["kind"] for target in manifest["targets"] for setting in target["settings"])
    features = {kind["enableUpcomingFeature"]["_0"] for kind in kinds if "enableUpcomingFeature" in kind}
    return floors, sorted(features)


def newer_than(*all_floors: dict[str, Version]) -> list[Newer]:
    """For each set of floors what is newer than it."""
    triple = json.loads(run("swiftc", "-print-target-info"))["target"]["unversionedTriple"]
    answer = [Newer() for _ in all_floors]
    with tempfile.TemporaryDirectory() as folder:

        def extract(library: str) -> None:
            run("swift-symbolgraph-extract", "-module-name", library, "-target", triple,
                "-output-dir", folder, "-minimum-access-level", "public", "-skip-synthesized-members")  # fmt: skip

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(extract, LIBRARIES))
        for file in Path(folder).glob("*.symbols.json"):
            graph = json.loads(file.read_text(encoding="utf-8"))
            for floors, newer in zip(all_floors, answer):
                add(graph, floors, newer)
    return answer


def add(graph: dict[str, Any], floors: dict[str, Version], newer: Newer) -> None:
    for symbol in graph["symbols"]:
        needs = {}
        for availability in symbol.get("availability", []):
            domain, introduced = availability.get("domain"), availability.get("introduced")
            if domain in floors and availability.get("isUnconditionallyUnavailable"):
                needs[domain] = f"is not on {domain}"
            elif domain in floors and introduced:
                version = (introduced.get("major", 0), introduced.get("minor", 0))
                if version > floors[domain]:
                    needs[domain] = f"{domain} {version[0]}.{version[1]}"
        if needs:
            path = ".".join(symbol["pathComponents"])
            text = f"'{path}' needs " + ", ".join(needs[domain] for domain in sorted(needs))
            newer.symbols[symbol["identifier"]["precise"]] = text
            if symbol["kind"]["identifier"] in TYPES:
                newer.types[f"{graph['module']['name']}.{path}"] = text
                newer.types[f"Swift.{path}"] = text
    for relation in graph["relationships"]:
        if relation["kind"] == "memberOf":
            newer.parents[relation["source"]] = relation["target"]


def package_name(modules: str) -> str:
    """What the build called the package: SwiftPM takes the name of the folder that the clone lies in."""
    for plan in Path(modules).resolve().parent.parent.parent.glob("*.yaml"):
        if found := re.search(r'"-package-name","([^"]+)"', plan.read_text(encoding="utf-8")):
            return found[1]
    return "package"


def syntax_trees(module: str, files: list[Path], modules: str, features: list[str]) -> Iterator[dict[str, Any]]:
    options = [part for feature in features for part in ("-enable-upcoming-feature", feature)]
    with tempfile.TemporaryDirectory() as folder:
        # Asked for all files at once, the compiler dumps only the first: each file must be a primary one.
        trees = {file: Path(folder, f"{number}.json") for number, file in enumerate(files)}
        primary = [part for file, tree in trees.items() for part in ("-primary-file", str(file), "-o", str(tree))]
        run(
            "swiftc", "-frontend", "-dump-ast", "-dump-ast-format", "json", "-swift-version", "6", "-parse-as-library",
            "-package-name", package_name(modules), *options, "-I", modules, "-module-name", module, *primary,
        )  # fmt: skip
        for file, tree in trees.items():
            dumped = json.loads(tree.read_text(encoding="utf-8"))
            if dumped["filename"] != str(file):
                sys.exit(f"{file}: the compiler dumped {dumped['filename']} instead")
            yield dumped


def references(tree: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """What the tree refers to, declarations as `s:…` and types as `$s…`, with the offset in the file."""
    nodes: list[tuple[Any, int]] = [(tree, 0)]
    while nodes:
        node, offset = nodes.pop()
        if isinstance(node, list):
            nodes += [(each, offset) for each in node]
        elif isinstance(node, dict):
            offset = node.get("range", {}).get("start", offset)
            for key, value in node.items():
                if isinstance(value, str):
                    if key.endswith("usr") or value.startswith("$s"):
                        yield value, offset
                elif key != "inherits":  # mostly what the compiler adds by itself
                    nodes.append((value, offset))


def uses(module: str, files: list[Path], modules: str, features: list[str], newer: Newer) -> set[tuple[str, int, str]]:
    """Each use of what is newer, as (file, line, what it needs)."""
    found: set[tuple[str, int, str]] = set()
    types: dict[str, set[tuple[str, int]]] = {}
    for tree in syntax_trees(module, files, modules, features):
        file = tree["filename"]
        source = Path(file).read_bytes()
        for name, offset in set(references(tree)):
            place = (file, source.count(b"\n", 0, offset) + 1)
            if name.startswith("$s"):
                types.setdefault(name, set()).add(place)
            while name:
                if name in newer.symbols:
                    found.add((*place, newer.symbols[name]))
                name = newer.parents.get(name, "")
    mangled = sorted(types)
    demangled = run("swift-demangle", "--compact", text="\n".join(mangled) + "\n").splitlines()
    words = re.compile(r"[\w.]+")
    for name, readable in zip(mangled, demangled, strict=True):
        for word in words.findall(readable):
            if word in newer.types:
                found.update((*place, newer.types[word]) for place in types[name])
    return found


def check(modules: str, targets: list[str]) -> int:
    floors, features = floors_and_features()
    (newer,) = newer_than(floors)
    faults = [f"Package.swift: no floor for {name}" for name in PLATFORMS.values() if name not in floors]
    if not newer.symbols:
        faults.append("the toolchain's modules carry no availability: nothing could be found here")
    count = 0
    for target in targets:
        files = swift_files(Path("Sources", target))
        count += len(files)
        found = uses(target, files, modules, features, newer)
        faults += [f"{file}:{line}: {text}" for file, line, text in sorted(found)]
    than = ", ".join(f"{name} {major}.{minor}" for name, (major, minor) in floors.items())
    print("\n".join([*faults, f"availability: {count} files, {len(faults)} uses of what is newer than {than}"]))
    return 1 if faults or not count else 0


HARMLESS = """
import Foundation
import Synchronization
struct Box: Sendable { let text: String; let moment: Date }
final class Lock: Sendable { let count = Mutex(0); func next() -> Int { count.withLock { $0 += 1; return $0 } } }
func wait(_ clock: some Clock<Duration>) async throws { try await clock.sleep(for: .seconds(1)) }
"""
# Each line uses something of macOS 26, as a call, a member, or only in a type.
NEW = [
    "func start() { _ = Task.immediate { 1 } }",
    "func length(_ all: [Int]) -> Int { all.enumerated().count }",
    "func show(_ bytes: borrowing UTF8Span) {}",
    "struct Three { var all: InlineArray<3, Int> }",
]


def self_test() -> int:
    newer, older = newer_than({"macOS": (15, 0), "iOS": (18, 0)}, {"macOS": (14, 0)})
    faults = 0

    def lines(text: str, than: Newer) -> set[int]:
        with tempfile.TemporaryDirectory() as folder:
            files = [Path(folder, name) for name in ("First.swift", "Planted.swift", "Last.swift")]
            for file in files:
                file.write_text(text if file.stem == "Planted" else f"struct {file.stem} {{}}\n")
            return {line for _, line, _ in uses("Planted", files, folder, [], than)}

    for text, than, expected in (
        (HARMLESS, newer, set()),
        (HARMLESS, older, {5}),
        *((HARMLESS + line, newer, {7}) for line in NEW),
    ):
        found = lines(text, than)
        if found != expected:
            faults += 1
            print(f"expected {expected or 'nothing'}, found {found or 'nothing'} in\n{text}")
    print(f"apple_availability: {2 + len(NEW)} files, {faults} faults")
    return 1 if faults else 0


def main() -> int:
    sys.setrecursionlimit(10_000)  # syntax trees are deep
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    return check(sys.argv[1], sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
