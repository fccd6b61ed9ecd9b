#!/usr/bin/env python3
"""Checks what the examples, the simulator and the benchmarks print.

Usage: check_outputs.py diagram|home-goods|complete-journey|dry-run|decisions|simulation|benchmarks < OUTPUT
       check_outputs.py --self-test
"""

import json
import math
import sys
from collections.abc import Callable
from typing import Any

HOME_GOODS = {
    "actions": int, "issued": int, "refused": int, "messagesAccepted": int, "attempts": int,
    "redemptions": int, "matched": int, "discrepancies": int, "audit": str,
}  # fmt: skip
COMPLETE_JOURNEY = {
    "households": int, "baskets": int, "campaigns": int, "issued": int, "messagesAccepted": int,
    "redemptions": int, "matched": int, "redeemedBeforeIssue": int, "unknown": int, "duplicates": int,
    "audit": str, "seconds": float,
}  # fmt: skip
DRY_RUN = {
    "households": int, "baskets": int, "campaigns": int, "issued": int, "messages": int, "ledger": str,
    "seconds": float,
}  # fmt: skip
# Counted in the data by a computation of its own: each targeted household with a basket in the run time is issued
# the offer, and every redemption is of one.
IN_THE_DATA = {
    "baskets": 155_848, "households": 2_469, "campaigns": 27, "redemptions": 2_102, "issued": 6_404,
    "messagesAccepted": 6_404, "matched": 2_102,
}  # fmt: skip
SIMULATION = (
    "journeys", "violations", "mutantsKilled", "mutantsPlanted", "seconds", "virtualSeconds", "exhaustiveRuns",
)  # fmt: skip
BENCHMARK = ("name", "value", "unit", "against", "ratio")
BENCHMARKS = (
    "journey", "redemption", "memory.issued", "journey.10k", "journey.100k",
    "ledger.commit", "ledger.claimSettle", "ledger.reconcile", "ledger.pause", "statement", "statement.10k",
    "statement.growth",
)  # fmt: skip


class Wrong(Exception):
    pass


def expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Wrong(otherwise)


def parsed(text: str) -> Any:
    """The one JSON value of the text: no second value, no key twice, no NaN."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        expect(len(keys) == len(set(keys)), f"a key stands twice: {keys}")
        return dict(pairs)

    def no_constant(name: str) -> None:
        raise Wrong(f"{name} is not JSON")

    try:
        return json.loads(text, object_pairs_hook=once, parse_constant=no_constant)
    except json.JSONDecodeError as error:
        raise Wrong(f"not one JSON value: {error}") from None


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def record(text: str, fields: dict[str, type]) -> dict[str, Any]:
    """An object of exactly these fields, whole counts from nought up."""
    value = parsed(text)
    expect(isinstance(value, dict), "not an object")
    expect(set(value) == set(fields), f"its keys are {sorted(value)}, not {sorted(fields)}")
    for key, kind in fields.items():
        if kind is str:
            expect(isinstance(value[key], str), f"{key} is no string")
        else:
            expect(is_number(value[key]) and value[key] >= 0, f"{key} is no number from 0 up")
            expect(kind is float or isinstance(value[key], int), f"{key} is no whole number")
    if "audit" in fields:
        expect(value["audit"] == "balanced", f"audit is {value['audit']!r}, not 'balanced'")
    return value


def diagram(text: str) -> str:
    lines = [line.strip() for line in text.splitlines()]
    expect("sequenceDiagram" in lines, "no line 'sequenceDiagram'")
    after = lines[lines.index("sequenceDiagram") + 1 :]
    steps = [line for line in after if "->>" in line or "-)" in line]
    expect(len(steps) > 0, "the diagram shows no step")
    return f"a sequence diagram of {len(steps)} steps"


def home_goods(text: str) -> str:
    told = record(text, HOME_GOODS)
    for key in ("actions", "issued", "refused", "redemptions", "matched"):
        expect(told[key] >= 1, f"{key} is 0")
    expect(told["attempts"] > told["messagesAccepted"] >= 1, "no message was sent again after the outage")
    expect(told["matched"] <= told["redemptions"], "more matched than redeemed")
    return f"{told['issued']} issued, {told['attempts']} attempts, {told['matched']} matched, balanced"


def complete_journey(text: str) -> str:
    told = record(text, COMPLETE_JOURNEY)
    for key, count in IN_THE_DATA.items():
        expect(told[key] == count, f"{key} is {told[key]}, and {count} in the data")
    answered = sum(told[key] for key in ("matched", "redeemedBeforeIssue", "unknown", "duplicates"))
    expect(told["redemptions"] == answered, f"{told['redemptions']} redemptions, {answered} of them answered")
    return f"{told['baskets']} baskets, {told['issued']} issued, {told['matched']} matched, balanced"


def dry_run(text: str) -> str:
    told = record(text, DRY_RUN)
    expect(told["ledger"] == "empty", f"the ledger is {told['ledger']!r}, not 'empty'")
    for key in ("households", "baskets", "campaigns", "issued"):
        expect(told[key] == IN_THE_DATA[key], f"{key} is {told[key]}, and {IN_THE_DATA[key]} in the data")
    messages = IN_THE_DATA["messagesAccepted"]
    expect(told["messages"] == messages, f"{told['messages']} messages, and {messages} in the data")
    return f"{told['issued']} would be issued, {told['messages']} would be sent, the ledger is empty"


def decisions(text: str) -> str:
    """The decisions of a dry run and those of the real run, one after the other: twice the same lines."""
    lines = text.splitlines()
    count = IN_THE_DATA["issued"] + IN_THE_DATA["messagesAccepted"]
    expect(len(lines) == 2 * count, f"{len(lines)} decisions in two runs, and {count} in the data")
    for number, (dry, real) in enumerate(zip(lines[:count], lines[count:], strict=True), 1):
        expect(dry == real, f"decision {number} is {dry!r} in the dry run, and {real!r} in the real one")
    sent = sum('through wallet: {"coupon":' in line for line in lines)
    expect(sent == 2 * IN_THE_DATA["messagesAccepted"], f"{sent} of the decisions say what is sent")
    return f"{count} decisions, in the dry run as in the real one, byte for byte"


def simulation(text: str) -> str:
    told = parsed(text)
    expect(isinstance(told, dict), "not an object")
    for key in SIMULATION:
        expect(is_number(told.get(key)) and told[key] >= 0, f"{key} is no number from 0 up")
    expect(told["violations"] == 0, f"{told['violations']} promises were broken: {told.get('firstViolations')}")
    expect(told["journeys"] >= 1_000 and told["exhaustiveRuns"] >= 1_000, "too little was tried")
    expect(told["mutantsPlanted"] >= 20, "fewer than 20 mutants were planted")
    expect(told["mutantsKilled"] == told["mutantsPlanted"], f"these live: {told.get('mutantsAlive')}")
    expect(told.get("unseenAnswers") == [], f"never seen: {told.get('unseenAnswers')}")
    expect(told.get("isSameInAnotherProcess") is True, "another process came to another trace")
    expect(isinstance(told.get("traceHash"), str) and told["traceHash"] != "", "no trace")
    faults = told.get("faults")
    expect(isinstance(faults, dict) and len(faults) >= 20, "fewer than 20 classes of faults struck")
    return f"{told['journeys']} journeys, {told['mutantsKilled']} mutants killed, trace {told['traceHash']}"


def benchmarks(text: str) -> str:
    rows = parsed(text)
    expect(isinstance(rows, list) and all(isinstance(row, dict) for row in rows), "not an array of objects")
    for row in rows:
        expect(set(row) == set(BENCHMARK), f"the keys of {row} are not {BENCHMARK}")
        for key in ("name", "unit"):
            expect(isinstance(row[key], str) and row[key] != "", f"{key} of {row} is no text")
        name = row["name"]
        expect(is_number(row["value"]) and row["value"] > 0, f"the value of {name} is no number above 0")
        against, ratio = row["against"], row["ratio"]
        expect(against is None or isinstance(against, str) or is_number(against), f"{name}: against what?")
        expect(ratio is None or is_number(ratio) and ratio > 0, f"the ratio of {name} is no number above 0")
        expect((against is None) == (ratio is None), f"{name} has only one of 'against' and 'ratio'")
    names = [row["name"] for row in rows]
    expect(len(names) == len(set(names)), f"a name stands twice: {names}")
    expect(set(BENCHMARKS) <= set(names), f"missing: {sorted(set(BENCHMARKS) - set(names))}")
    return f"{len(names)} figures"


CHECKS: dict[str, Callable[[str], str]] = {
    "diagram": diagram,
    "home-goods": home_goods,
    "complete-journey": complete_journey,
    "dry-run": dry_run,
    "decisions": decisions,
    "simulation": simulation,
    "benchmarks": benchmarks,
}


def self_test() -> list[str]:
    """Each right output is accepted, and each made wrong in one place is refused."""
    home = dict.fromkeys(HOME_GOODS, 2) | {"attempts": 3, "audit": "balanced"}
    journey = dict.fromkeys(COMPLETE_JOURNEY, 0) | IN_THE_DATA | {"audit": "balanced"}
    journey["seconds"] = 1.5
    dry = {key: IN_THE_DATA[key] for key in ("households", "baskets", "campaigns", "issued")}
    dry |= {"messages": IN_THE_DATA["messagesAccepted"], "ledger": "empty", "seconds": 1.5}
    decided = [f"{n}  8 issued 8 as k" for n in range(IN_THE_DATA["issued"])]
    decided += [f'{n}  w sends k through wallet: {{"coupon":"8"}}' for n in range(IN_THE_DATA["messagesAccepted"])]
    figure = {"value": 1.5, "unit": "µs", "against": "a loop", "ratio": 1.5}
    figures = [{"name": name} | figure for name in BENCHMARKS]
    figures.append({"name": "alone", "value": 1, "unit": "B", "against": None, "ratio": None})

    simulated = dict.fromkeys(SIMULATION, 50_000) | {"violations": 0, "seconds": 1.5, "traceHash": "1f"}
    simulated |= {"unseenAnswers": [], "isSameInAnotherProcess": True, "faults": {str(i): 1 for i in range(32)}}

    right = {
        "diagram": "```mermaid\nsequenceDiagram\n  host->>bridge: app_opened\n```",
        "home-goods": json.dumps(home),
        "complete-journey": json.dumps(journey),
        "dry-run": json.dumps(dry),
        "decisions": "\n".join(decided * 2),
        "simulation": json.dumps(simulated),
        "benchmarks": json.dumps(figures),
    }
    wrong: dict[str, list[str]] = {
        "diagram": ["", "a sequenceDiagram in words\nhost->>bridge: x", "sequenceDiagram\n"],
        "home-goods": [],
        "complete-journey": [],
        "dry-run": [],
        "decisions": [
            "", "\n".join(decided), "\n".join(decided * 3), "\n".join(decided + decided[:-1]),
            "\n".join(decided + decided[1:] + decided[:1]), "\n".join(decided[:1] * 2 * len(decided)),
            "\n".join([*decided, *decided[:-1], decided[-1].replace('"8"', '"9"')]),
        ],
        "simulation": ["", "[]"],
        "benchmarks": ["{}", "[]", "[1]", json.dumps([*figures, figures[0]])],
    }
    for name, value in (("home-goods", home), ("complete-journey", journey), ("dry-run", dry)):
        text = right[name]
        said = '"ledger": "empty"' if "ledger" in value else '"audit": "balanced"'
        wrong[name] += ["", "[]", f"Building\n{text}", f"{text}\n{text}", f"{text[:-1]}, {said}}}"]
        for key in value:
            wrong[name].append(json.dumps({other: value[other] for other in value if other != key}))
            wrong[name] += [json.dumps(value | {key: bad}) for bad in (None, True, -1, "1", float("nan"))]
            if key not in ("audit", "ledger", "seconds"):
                wrong[name].append(json.dumps(value | {key: 1.5}))
        off = {"ledger": "1 issued offers"} if "ledger" in value else {"audit": "off by 1"}
        wrong[name] += [json.dumps(value | off), json.dumps(value | {"more": 1})]
    wrong["home-goods"] += [
        json.dumps(home | change)
        for change in (
            {"actions": 0}, {"issued": 0}, {"refused": 0}, {"matched": 0}, {"matched": 3}, {"attempts": 2},
            {"messagesAccepted": 0},
        )  # fmt: skip
    ]
    wrong["dry-run"] += [json.dumps(dry | {key: dry[key] + 1}) for key in dry if key not in ("ledger", "seconds")]
    keys = ("households", "baskets", "campaigns", "redemptions", "matched", "redeemedBeforeIssue", "unknown", "duplicates")
    wrong["complete-journey"] += [json.dumps(journey | {key: journey[key] + 1}) for key in keys]
    wrong["complete-journey"] += [json.dumps(journey | {key: 0}) for key in ("issued", "messagesAccepted")]
    for key in simulated:
        wrong["simulation"].append(json.dumps({other: simulated[other] for other in simulated if other != key}))
        wrong["simulation"].append(json.dumps(simulated | {key: None}))
    wrong["simulation"] += [
        json.dumps(simulated | change)
        for change in (
            {"violations": 1}, {"mutantsKilled": 49_999}, {"mutantsPlanted": 7, "mutantsKilled": 7}, {"journeys": 10},
            {"unseenAnswers": ["settle.lostLease"]}, {"isSameInAnotherProcess": False}, {"traceHash": ""},
            {"faults": {}}, {"exhaustiveRuns": 0},
        )  # fmt: skip
    ]
    for index, name in enumerate(BENCHMARKS):
        wrong["benchmarks"].append(json.dumps(figures[:index] + figures[index + 1 :]))
    for change in (
        {"name": ""}, {"name": 1}, {"value": 0}, {"value": "1"}, {"value": float("inf")}, {"unit": None},
        {"ratio": 0}, {"ratio": None}, {"against": None}, {"against": []}, {"more": 1},
    ):  # fmt: skip
        wrong["benchmarks"].append(json.dumps([*figures, {"name": "other"} | figure | change]))
    for key in BENCHMARK:
        wrong["benchmarks"].append(json.dumps([*figures, {k: v for k, v in figures[-1].items() if k != key}]))

    faults = []
    for name, check in CHECKS.items():
        try:
            check(right[name])
        except Wrong as reason:
            faults.append(f"{name}: refused a right output: {reason}")
        for text in wrong[name]:
            try:
                check(text)
                faults.append(f"{name}: accepted {text!r}")
            except Wrong:
                pass
    refused = sum(map(len, wrong.values()))
    print(f"check_outputs: {len(right)} right outputs, {refused} wrong ones, {len(faults)} faults")
    return faults


def main() -> int:
    if sys.argv[1:] == ["--self-test"]:
        faults = self_test()
        print("\n".join(faults), end="\n" if faults else "")
        return 1 if faults else 0
    if len(sys.argv) != 2 or sys.argv[1] not in CHECKS:
        sys.exit(__doc__)
    text = sys.stdin.read()
    try:
        print(f"{sys.argv[1]}: {CHECKS[sys.argv[1]](text)}")
        return 0
    except Wrong as reason:
        print(f"{sys.argv[1]}: {reason}\nThe output was:\n{text[:2_000]}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
