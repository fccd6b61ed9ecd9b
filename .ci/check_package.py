#!/usr/bin/env python3
"""Checks that the root package depends on nothing and that its top level holds only what it should.

Usage: check_package.py [ROOT] | --self-test
"""

import json
import subprocess
import sys
from pathlib import Path

from swift_source import split

TOP_LEVEL = {
    "Package.swift", "Sources", "Tests", "Examples", "Documentation",
    "CHANGELOG.md", "README.md", "LICENSE",
}  # fmt: skip
REQUIRED = {"Package.swift", "Sources", "Tests", "CHANGELOG.md", "README.md", "LICENSE"}


def faults(dependencies: list[str], manifest: str, files: list[str]) -> list[str]:
    """What is wrong, given what the package resolves to, its manifest and the files under version control."""
    found = [f"the root package depends on '{name}'" for name in dependencies]
    code, _ = split(manifest)
    for line, text in enumerate(code.split("\n"), start=1):
        if ".package(" in text:
            found.append(f"Package.swift:{line}: a package dependency")
        if "unsafeFlags" in text:
            found.append(f"Package.swift:{line}: unsafe flags, with which no version of it can be depended upon")
    top = {file.split("/")[0] for file in files}
    found += [f"{name}: does not belong at the top level" for name in sorted(top - TOP_LEVEL) if name[0] != "."]
    found += [f"{name}: missing" for name in sorted(REQUIRED - top)]
    for file in files:
        if ".build" in file.split("/") or file.split("/")[-1] == "Package.resolved":
            found.append(f"{file}: made by the build, not for version control")
    return found


def files_of(root: Path) -> list[str]:
    """The files that are, or could be, committed; outside of a repository all but those of hidden folders."""
    git = ["git", "-c", "safe.directory=*", "-C", str(root), "ls-files", "-z", "--cached"]
    try:
        tracked = subprocess.run(git, capture_output=True, text=True, check=True).stdout
        untracked = subprocess.run(
            [*git[:-1], "--others", "--exclude-standard"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        all_files = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
        return sorted(str(file) for file in all_files if not file.parts[0].startswith("."))
    names = set(filter(None, (tracked + untracked).split("\0")))
    return sorted(name for name in names if (root / name).exists())


def dependencies_of(root: Path) -> list[str]:
    shown = subprocess.run(
        ["swift", "package", "--package-path", str(root), "show-dependencies", "--format", "json"],
        capture_output=True,
        text=True,
    )
    if shown.returncode:
        sys.exit(shown.stderr)
    return [each["identity"] for each in json.loads(shown.stdout)["dependencies"]]


def self_test() -> list[str]:
    good = [*sorted(REQUIRED - {"Sources", "Tests"}), "Sources/A.swift", "Tests/B.swift", ".gitignore", ".ci/run"]
    manifest = "// No .package( here.\nlet package = Package(name: \"A\")\n"
    cases: list[tuple[str, list[str], str, list[str]]] = [
        ("a dependency", ["swift-log"], manifest, good),
        ("a declared dependency", [], manifest + '.package(url: "x", from: "1.0.0")', good),
        ("unsafe flags", [], manifest + '.unsafeFlags(["-O"])', good),
        ("a stray file", [], manifest, [*good, "notes.txt"]),
        ("a stray folder", [], manifest, [*good, "Scripts/a.py"]),
        ("a missing file", [], manifest, [file for file in good if file != "LICENSE"]),
        ("a resolved file", [], manifest, [*good, "Examples/A/Package.resolved"]),
        ("a built file", [], manifest, [*good, "Examples/A/.build/a.o"]),
    ]
    wrong = [f"not caught: {name}" for name, *case in cases if len(faults(*case)) != 1]
    return wrong + [f"nothing is wrong, found: {fault}" for fault in faults([], manifest, good)]


def main() -> int:
    if sys.argv[1:] == ["--self-test"]:
        found, summary = self_test(), "check_package: 8 planted faults"
    else:
        root = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
        manifest = (root / "Package.swift").read_text(encoding="utf-8")
        files = files_of(root)
        found, summary = faults(dependencies_of(root), manifest, files), f"package: no dependencies, {len(files)} files"
    print("\n".join([*found, f"{summary}, {len(found)} faults" if found else summary]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
