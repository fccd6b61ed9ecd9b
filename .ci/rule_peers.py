#!/usr/bin/env python3
"""Compares the cost of one compiled rule with that of two rule engines from PyPI, on the same work.

The work is that of the rows rule.5 and rule.20 of the benchmarks: the same clauses over the same profiles, all of
them met. The engines are installed, pinned, into an environment in a temporary folder, and run in one process
there; our own figures are those of OfferBridgeBenchmarks. All take turns, round by round, so that a noisy machine is
noisy for all, and the medians count. Needs the network, and Python 3.11, as one of the engines does.

Usage: rule_peers.py EXECUTABLE [--quick] | --self-test

EXECUTABLE is OfferBridgeBenchmarks, built for release.
"""

import gc
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RULE_ROWS = "Sources/OfferBridgeBenchmarks/RuleRows.swift"
PRODUCT = "OfferBridgeBenchmarks"
VERSIONS = {"zen-engine": "2.1.3", "common-expression-language": "0.10.0"}
OURS = "OfferBridgeKit"
EMPTY = "an empty Python call"
SIZES = (5, 20)
PROFILES = 64

COMPARABLE = (
    "Comparable is the cost of one more clause, in which what an evaluation costs once falls out: the times of 5 and\n"
    "20 clauses hold, for the engines alone, a call from Python (and for zen-engine the reading of the profile's\n"
    "dictionary, as it takes no prepared one); and even of one more clause it must be said that the engines find each\n"
    "value by its name in rules that are text at run time, while ours are compiled Swift, and clauses of stored\n"
    "numbers and flags, as these are, its cheapest."
)

Clause = tuple[str, str, float]
Profile = dict[str, bool | int | float]
Figures = dict[tuple[str, int], float]


class Failure(Exception):
    """Why there is no comparison, as a sentence."""


@dataclass(frozen=True)
class Plan:
    rounds: int
    # How long an engine is timed in a round, in seconds.
    length: float
    # What the benchmarks are asked for besides the row.
    options: tuple[str, ...]


FULL = Plan(rounds=15, length=0.25, options=())
QUICK = Plan(rounds=5, length=0.03, options=("--quick",))


# The work.


def clauses(size: int) -> list[Clause]:
    """Property, comparison and limit of each clause; a flag is compared with nothing."""
    return [
        clause
        for step in range(size // 5)
        for clause in (
            ("isOptedIn", "", 0),
            ("age", ">=", 18 + step),
            ("visits", ">", 10 - step),
            ("points", ">=", 500 + step),
            ("balance", ">", 10.0 + step),
        )
    ]


def profiles() -> list[Profile]:
    """The properties that the clauses read; the others would only be more for an engine to take in."""
    return [
        {"isOptedIn": True, "age": 30 + number % 20, "visits": 12, "points": 600 + number, "balance": 20.5}
        for number in range(PROFILES)
    ]


# What the above is a copy of.
IN_SWIFT = (
    """
    static let five = Rule<Profile> {
        $0.customer.isOptedIn
        $0.customer.age >= 18
        $0.customer.visits > 10
        $0.customer.points >= 500
        $0.customer.balance > 10
    }
    """,
    """
    static let twenty = Rule<Profile> {
        for step in 0..<4 {
            $0.customer.isOptedIn
            $0.customer.age >= 18 + step
            $0.customer.visits > 10 - step
            $0.customer.points >= 500 + step
            $0.customer.balance > 10 + Double(step)
        }
    }
    """,
    "var isOptedIn = true",
    "var visits = 12",
    "var balance = 20.5",
    "(0..<64).map { Self.context($0) }",
    "Profile(age: 30 + number % 20, points: 600 + number)",
)


def check_source(source: str) -> None:
    """Refuses a benchmark that does other work than the engines are given here."""
    words = " ".join(source.split())
    for part in IN_SWIFT:
        copied = " ".join(part.split())
        if copied not in words:
            raise Failure(f"{RULE_ROWS} no longer says '{copied}': the engines would be given other work.")


# The engines.


@dataclass(frozen=True)
class Engine:
    conjunction: str
    # An expression as what evaluates it in a context.
    compiled: Callable[[str], Callable[[Any], Any]]
    # A profile as the cheapest context that the engine takes.
    context: Callable[[Profile], Any]

    def expression(self, parts: list[Clause]) -> str:
        texts = (f"{name} {sign} {limit}" if sign else name for name, sign, limit in parts)
        return f" {self.conjunction} ".join(texts)


def installed_engines() -> dict[str, Engine]:
    import cel
    import zen

    return {
        "zen-engine": Engine("and", lambda text: zen.compile_expression(text).evaluate, lambda profile: profile),
        "common-expression-language": Engine("&&", lambda text: cel.compile(text).execute, cel.Context),
    }


def check_answers(name: str, engine: Engine, size: int) -> None:
    """Each clause must be met by each profile, all together too, and not all when the last is not."""
    every = clauses(size)

    def expect(met: bool, parts: list[Clause], profile: Profile) -> None:
        text = engine.expression(parts)
        try:
            answer = engine.compiled(text)(engine.context(profile))
        except Exception as error:
            raise Failure(f"{name} fails at '{text}' over {profile}: {error!r}.") from None
        if answer is not met:
            wanted = "met" if met else "not met"
            raise Failure(f"{name} answers {answer!r}, not '{wanted}', to '{text}' over {profile}.")

    for profile in profiles():
        for parts in [every, *([clause] for clause in every)]:
            expect(True, parts, profile)
        property_name, _, limit = every[-1]
        expect(False, every, profile | {property_name: limit})


def nanoseconds(name: str, evaluate: Callable[[Any], Any], contexts: list[Any], passes: int) -> float:
    """What one evaluation costs."""
    met = 0
    gc.disable()
    start = time.perf_counter_ns()
    for _ in range(passes):
        for context in contexts:
            if evaluate(context):
                met += 1
    length = time.perf_counter_ns() - start
    gc.enable()
    count = passes * len(contexts)
    if met != count:
        raise Failure(f"{name} answers 'met' {met} times of {count}, and all are.")
    return length / count


def empty(_: object) -> bool:
    return True


def serve(length: float) -> None:
    """Times in the engines' process what each line asks for, after a first word that all answers are right."""
    work: dict[tuple[str, int], tuple[Callable[[Any], Any], list[Any]]] = {
        (EMPTY, size): (empty, profiles()) for size in SIZES
    }
    for name, engine in installed_engines().items():
        contexts = [engine.context(profile) for profile in profiles()]
        for size in SIZES:
            check_answers(name, engine, size)
            work[name, size] = (engine.compiled(engine.expression(clauses(size))), contexts)
    passes = {}
    for key, (evaluate, contexts) in work.items():
        once = nanoseconds(key[0], evaluate, contexts, passes=50)
        passes[key] = max(1, round(length * 1e9 / once / len(contexts)))
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        name, size = json.loads(line)
        figure = nanoseconds(name, *work[name, size], passes[name, size])
        print(json.dumps({"ns": figure}), flush=True)


# The turns.


def run(*command: str, otherwise: str) -> str:
    """What a command prints, or its last words with the sentence."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, stdin=subprocess.DEVNULL)
    except OSError as error:
        raise Failure(f"{otherwise}: {error}") from None
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-12:])
        raise Failure(f"{otherwise}:\n{last}")
    return done.stdout


def install(folder: str) -> str:
    """The Python of a new environment with the engines in it."""
    run(sys.executable, "-m", "venv", folder, otherwise="No Python environment could be made for the engines")
    python = str(Path(folder, "Scripts/python.exe" if os.name == "nt" else "bin/python"))
    for name, version in VERSIONS.items():
        run(
            python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input",
            "--only-binary", ":all:", f"{name}=={version}",
            otherwise=f"{name} {version} cannot be installed for Python {platform.python_version()}",
        )  # fmt: skip
    return python


@contextmanager
def peers(python: str, plan: Plan) -> Iterator[Callable[[str, int], float]]:
    """The engines' process: asks it for the cost of an engine and a number of clauses."""
    command = [python, __file__, "--serve", str(plan.length)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        to, of = process.stdin, process.stdout
        assert to and of

        def answer(key: str) -> Any:
            line = of.readline()
            told = json.loads(line) if line else {"failure": "The engines' process ended without an answer."}
            if "failure" in told:
                raise Failure(told["failure"])
            return told[key]

        def ask(name: str, size: int) -> float:
            # A process that has ended says why, or nothing, when its answer is read.
            with suppress(BrokenPipeError):
                to.write(json.dumps([name, size]) + "\n")
                to.flush()
            return float(answer("ns"))

        try:
            answer("ready")
            yield ask
        finally:
            with suppress(BrokenPipeError):
                to.close()


def ours(executable: str, size: int, plan: Plan) -> float:
    row = f"rule.{size}"
    printed = run(executable, "--json", *plan.options, "--only", row, otherwise=f"{PRODUCT} does not run")
    return row_value(printed, row)


def row_value(printed: str, row: str) -> float:
    try:
        found = [each["value"] for each in json.loads(printed) if each["name"] == row and each["unit"] == "ns"]
    except (ValueError, KeyError, TypeError):
        found = []
    if len(found) != 1 or not isinstance(found[0], int | float) or not found[0] > 0:
        raise Failure(f"{PRODUCT} prints no nanoseconds for {row}:\n{printed[:500]}")
    return float(found[0])


def measured(executable: str, plan: Plan) -> Figures:
    """The medians by engine and number of clauses."""
    with tempfile.TemporaryDirectory() as folder, peers(install(folder), plan) as ask:
        turns = [(name, size) for name in (OURS, *VERSIONS, EMPTY) for size in SIZES]
        rounds: dict[tuple[str, int], list[float]] = {turn: [] for turn in turns}
        for number in range(plan.rounds):
            # Who goes first changes.
            for name, size in reversed(turns) if number % 2 else turns:
                rounds[name, size].append(ours(executable, size, plan) if name == OURS else ask(name, size))
    return {turn: median(figures) for turn, figures in rounds.items()}


# The table.


def table(figures: Figures) -> str:
    few, many = SIZES

    def columns(name: str) -> list[float]:
        return [figures[name, few], figures[name, many], (figures[name, many] - figures[name, few]) / (many - few)]

    def times(value: float, our: float) -> str:
        return f"{value / our:.1f}" if value > 0 and our > 0 else "-"

    head = ["engine"]
    for title in (f"{few} clauses, ns", f"{many} clauses, ns", "one more clause, ns"):
        head += [title, "times ours"]
    cells = [head]
    for name in (OURS, *VERSIONS):
        cells.append([name])
        for value, our, decimals in zip(columns(name), columns(OURS), (1, 1, 2), strict=True):
            cells[-1] += [f"{value:.{decimals}f}", times(value, our)]
    # It has no clauses.
    cells.append([EMPTY, f"{figures[EMPTY, few]:.1f}", "", f"{figures[EMPTY, many]:.1f}", "", "", ""])
    widths = [max(len(line[column]) for line in cells) for column in range(len(head))]
    return "\n".join(
        "  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])]).rstrip() for line in cells
    )


def compare(executable: str, plan: Plan) -> None:
    check_source((ROOT / RULE_ROWS).read_text(encoding="utf-8"))
    figures = measured(executable, plan)
    versions = ", ".join(f"{name} {version}" for name, version in VERSIONS.items())
    print(f"{versions}, Python {platform.python_version()}; medians of {plan.rounds} rounds in turns\n")
    print(f"{table(figures)}\n\n{COMPARABLE}")


def self_test() -> int:
    faults: list[str] = []
    count = 0

    def expect(refused: bool, what: str, check: Callable[[], object]) -> None:
        nonlocal count
        count += 1
        try:
            check()
        except Failure as reason:
            if not refused:
                faults.append(f"{what}: refused: {reason}")
        else:
            if refused:
                faults.append(f"{what}: accepted")

    def engine(answer: Callable[[str, Profile], Any]) -> Engine:
        return Engine("and", lambda text: lambda profile: answer(text, profile), lambda profile: profile)

    def right(text: str, profile: Profile) -> bool:
        return bool(eval(text, {}, dict(profile)))

    source = (ROOT / RULE_ROWS).read_text(encoding="utf-8")
    expect(False, "the benchmarks' source", lambda: check_source(source))
    for part in IN_SWIFT:
        less = " ".join(source.split()).replace(" ".join(part.split()), "")
        expect(True, f"a source without '{part.strip()}'", lambda less=less: check_source(less))

    answers: dict[str, tuple[bool, Callable[[str, Profile], Any]]] = {
        "right answers": (False, right),
        "never met": (True, lambda text, profile: False),
        "always met": (True, lambda text, profile: True),
        "no answer": (True, lambda text, profile: None),
        "a number": (True, lambda text, profile: int(right(text, profile))),
        "an error": (True, lambda text, profile: right(f"{text} or", profile)),
        "the last clause left out": (True, lambda text, profile: right(text.rpartition(" and ")[0] or text, profile)),
    }
    for what, (refused, answer) in answers.items():
        for size in SIZES:
            made = engine(answer)
            expect(refused, what, lambda made=made, size=size: check_answers("planted", made, size))
    expect(False, "all met", lambda: nanoseconds("planted", empty, profiles(), 2))
    expect(True, "one not met", lambda: nanoseconds("planted", lambda profile: profile["age"] > 30, profiles(), 2))

    row: dict[str, object] = {"name": "rule.5", "value": 1.5, "unit": "ns"}
    expect(False, "a row", lambda: row_value(json.dumps([row]), "rule.5"))
    for wrong in ("", "[]", "{}", "[1]", json.dumps([row, row]), *(json.dumps([row | change]) for change in (
        {"name": "rule.20"}, {"value": 0}, {"value": "1"}, {"unit": "µs"},
    ))):  # fmt: skip
        expect(True, f"the output {wrong!r}", lambda wrong=wrong: row_value(wrong, "rule.5"))
    expect(True, "a command that fails", lambda: run(sys.executable, "-c", "exit(1)", otherwise="planted"))
    expect(True, "a command that is missing", lambda: run("no-such-command", otherwise="planted"))

    few, many = SIZES
    figures = {(name, size): 10.0 + 2 * size for name in (*VERSIONS, EMPTY) for size in SIZES}
    lines = table(figures | {(OURS, few): 10.0, (OURS, many): 25.0}).splitlines()
    got = [line.removeprefix(name).split() for name, line in zip((OURS, *VERSIONS, EMPTY), lines[1:], strict=True)]
    theirs = ["20.0", "2.0", "50.0", "2.0", "2.00", "2.0"]
    noisy = table(figures | {(OURS, few): 10.0, (OURS, many): 9.0}).splitlines()[2].split()[1:]
    for what, found, wanted in (
        ("table", got, [["10.0", "1.0", "25.0", "1.0", "1.00", "1.0"], theirs, theirs, ["20.0", "50.0"]]),
        ("a clause of ours for nothing", noisy, ["20.0", "2.0", "50.0", "5.6", "2.00", "-"]),
    ):
        count += 1
        if found != wanted:
            faults.append(f"{what}: {found}, not {wanted}")
    print("\n".join([*faults, f"rule_peers: {count} cases, {len(faults)} faults"]))
    return 1 if faults else 0


def main() -> int:
    arguments = sys.argv[1:]
    if arguments == ["--self-test"]:
        return self_test()
    if len(arguments) == 2 and arguments[0] == "--serve":
        try:
            serve(float(arguments[1]))
        except Failure as failure:
            print(json.dumps({"failure": str(failure)}), flush=True)
        return 0
    if not arguments or arguments[1:] not in ([], ["--quick"]):
        sys.exit(__doc__)
    try:
        compare(str(Path(arguments[0]).resolve()), QUICK if arguments[1:] else FULL)
    except Failure as failure:
        sys.exit(f"rule_peers: {failure}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
