#!/usr/bin/env python3
"""Makes a retailer's statement wrong in known places, and holds what CompleteJourney says of it against that.

Usage: statement_check.py COMMAND [ARGUMENT ...] < coupon_redemptions.csv
       statement_check.py --self-test

COMMAND is a CompleteJourney that has the redemptions of that file; `--json --statement FILE` is put behind it.
"""

import csv
import io
import json
import random
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

COLUMNS = ["redemption_id", "household_id", "coupon_upc", "campaign_id", "redemption_date"]
KEYS = {"lines", "matched", "missingHere", "missingThere", "duplicate", "customer", "time", "nothingMatched"}

Lines = list[list[str]]


def moved(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def made_wrong(lines: Lines, seed: int) -> tuple[Lines, dict[str, Any]]:
    """One line in a hundred removed, added, doubled, given to another household and moved by forty days."""
    chance = random.Random(seed)
    share = max(1, len(lines) // 100)
    picked = chance.sample(range(len(lines)), 4 * share)
    removed, doubled, given, later = (set(picked[i * share : (i + 1) * share]) for i in range(4))
    households = sorted({line[1] for line in lines})
    made: Lines = []
    for number, line in enumerate(lines):
        if number in removed:
            continue
        line = list(line)
        if number in given:
            line[1] = chance.choice([household for household in households if household != line[1]])
        if number in later:
            line[4] = moved(line[4], chance.choice([-40, 40]))
        made += [line, list(line)] if number in doubled else [line]
    added = [f"N{number:06}" for number in range(share)]
    made += [[name, *chance.choice(lines)[1:]] for name in added]
    chance.shuffle(made)
    ids = lambda numbers: sorted(lines[number][0] for number in numbers)  # noqa: E731
    expected = {
        "lines": len(made),
        "matched": len(lines) - 3 * share,
        "missingHere": added,
        "missingThere": ids(removed),
        "duplicate": ids(doubled),
        "customer": ids(given),
        "time": ids(later),
        "nothingMatched": False,
    }
    return made, expected


def in_lower_case(lines: Lines) -> tuple[Lines, dict[str, Any]]:
    expected = {
        "lines": len(lines),
        "matched": 0,
        "missingHere": sorted(line[0].lower() for line in lines),
        "missingThere": sorted(line[0] for line in lines),
        "duplicate": [],
        "customer": [],
        "time": [],
        "nothingMatched": True,
    }
    return [[line[0].lower(), *line[1:]] for line in lines], expected


def differences(expected: dict[str, Any], seen: Any) -> list[str]:
    if not isinstance(seen, dict) or set(seen) != KEYS:
        return [f"the keys are {sorted(seen) if isinstance(seen, dict) else seen}, not {sorted(KEYS)}"]
    return [
        f"{key} is {str(seen[key])[:300]}, not {str(expected[key])[:300]}"
        for key in sorted(KEYS)
        if type(seen[key]) is not type(expected[key]) or seen[key] != expected[key]
    ]


def written(lines: Lines) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(lines)
    return text.getvalue()


def run(command: list[str], statement: Path, *, is_json: bool = True) -> subprocess.CompletedProcess[str]:
    options = ["--json"] if is_json else []
    return subprocess.run([*command, *options, "--statement", str(statement)], capture_output=True, text=True, check=False)


def check(command: list[str], lines: Lines) -> list[str]:
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "statement.csv"
        cases = [("as it was received", (lines, whole(lines)))]
        cases += [(f"made wrong, seed {seed}", made_wrong(lines, seed)) for seed in (1, 2)]
        cases.append(("in lower case", in_lower_case(lines)))
        for name, (made, expected) in cases:
            path.write_text(written(made), encoding="utf-8")
            ran = run(command, path)
            if ran.returncode != 0:
                faults.append(f"{name}: it exited with {ran.returncode}: {ran.stderr[:500]}")
                continue
            faults += [f"{name}: {fault}" for fault in differences(expected, json.loads(ran.stdout))]
            if expected["nothingMatched"] != ("another case" in ran.stderr):
                faults.append(f"{name}: the reason is {ran.stderr[:300]!r}")
            print(f"statement {name}: {expected['lines']} lines, {expected['matched']} matched")
        told = run(command, path, is_json=False)
        if told.returncode != 0 or "another case" not in told.stdout:
            faults.append(f"the text does not say why nothing matched: {told.stdout[:300]!r}")
        ran = run(command, Path(folder) / "nowhere.csv")
        if ran.returncode in (0, 2) or ran.stdout or ran.returncode < 0:
            faults.append(f"a file that is not there: exit {ran.returncode}, printed {ran.stdout[:100]!r}")
    return faults


def whole(lines: Lines) -> dict[str, Any]:
    empty: dict[str, Any] = {key: [] for key in KEYS}
    return empty | {"lines": len(lines), "matched": len(lines), "nothingMatched": False}


def self_test() -> int:
    lines = [[f"R{number:06}", str(number % 90), "1", "26", "2017-03-03"] for number in range(1_000)]
    made, expected = made_wrong(lines, 1)
    assert len(made) == 1_010 and expected["matched"] == 970 and made_wrong(lines, 1) == (made, expected)
    faults = 0
    for right in (whole(lines), expected, in_lower_case(lines)[1]):
        if differences(right, dict(right)):
            print("a right answer was refused")
            faults += 1
        wrongs: list[Any] = [[], right | {"more": 1}]
        for key, value in right.items():
            wrongs.append({other: right[other] for other in right if other != key})
            wrongs.append(right | {key: None})
            wrongs.append(right | {key: not value if isinstance(value, bool) else value + 1 if isinstance(value, int) else [*value, "X"]})
            if isinstance(value, list) and len(value) > 1:
                wrongs.append(right | {key: value[::-1]})
        for wrong in wrongs:
            if not differences(right, wrong):
                print(f"accepted {str(wrong)[:200]}")
                faults += 1
    print(f"statement_check: {faults} faults")
    return 1 if faults else 0


def main() -> int:
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    rows = list(csv.reader(sys.stdin))
    if rows[:1] != [COLUMNS]:
        sys.exit(f"statement_check: the header is {rows[:1]}")
    faults = check(sys.argv[1:], rows[1:])
    print("\n".join(faults), end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
