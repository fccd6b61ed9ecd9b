#!/usr/bin/env python3
"""Feeds redemptions and rollbacks of Voucherify's own Python models to the example adapter, and checks every answer.

The models are those of the PyPI package voucherify, pinned, installed into an environment in a temporary folder. They
are filled with seeded values: repeats, other content under a known id, rollbacks in parts, twice, too early and of
nothing, other customers, unknown vouchers, failures, and fields that are missing. What each line must come to is
worked out here, in Python and from the lines alone. Needs the network.

Usage: voucherify_peer.py EXECUTABLE [--quick] | --self-test

EXECUTABLE is VoucherifyAdapter.
"""

import json
import os
import platform
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = "VoucherifyAdapter"
PACKAGE, VERSION = "voucherify", "6.1.1"
CUSTOMERS = 12
LINES = 400
ISSUED_AT = datetime(2026, 1, 1, tzinfo=timezone.utc)
REDEEMABLE, FACE_VALUE = 2, 5_000
TOLERANCE = 300_000

Fields = dict[str, Any]


class Failure(Exception):
    """Why the peer cannot be asked, or what it was answered wrongly, as a sentence."""


# The lines.


def fields_of(seed: int, issued: dict[str, str]) -> list[Fields]:
    """What the models are filled with: some of everything that can come."""
    chance = random.Random(seed)
    made: list[Fields] = []
    redemptions: list[Fields] = []

    def moment() -> str:
        seconds = chance.choice([-4_000, -299, *range(1, 90_000, 997)])
        at = ISSUED_AT + timedelta(seconds=seconds, milliseconds=chance.choice([0, 0, 7, 250]))
        return at.isoformat()

    def redemption() -> Fields:
        name = f"customer-{chance.randrange(CUSTOMERS)}"
        found: Fields = {
            "object": "redemption", "id": f"r_{len(made)}", "date": moment(), "result": "SUCCESS",
            "status": "SUCCEEDED", "related_object_type": "voucher", "tracking_id": f"track_{name}",
        }  # fmt: skip
        by = chance.choice([name, name, name, f"customer-{chance.randrange(CUSTOMERS)}"])
        kind = chance.randrange(10)
        if kind < 5:
            found["voucher"] = {"code": f"CODE-{name}", "campaign": "SPRING", "type": "GIFT_VOUCHER"}
        elif kind < 7:
            found["metadata"] = {"issued_offer": issued[name], "till": chance.randrange(9)}
            found["voucher"] = {"code": "CODE-nobody"}
        elif kind < 9:
            by = name
            found["voucher"] = {"campaign": "SPRING" if kind == 7 else chance.choice(["SPRING", "AUTUMN"])}
        else:
            found["voucher"] = {"code": f"CODE-of-none-{chance.randrange(4)}"}
        if kind >= 7 or chance.random() < 0.7:
            found["customer"] = {"source_id": by, "id": f"cust_{by}", "email": f"{by}@example.com"}
        match chance.randrange(4):
            case 0 | 1:
                found["amount"] = chance.choice([0, 1, 250, 999, 2_500, 5_000, 5_001])
            case 2:
                found["order"] = {"total_applied_discount_amount": chance.randrange(3_000), "amount": 9_000}
        if chance.random() < 0.4:
            found.setdefault("order", {})["items"] = [
                {"id": f"ordli_{number if chance.random() < 0.9 else 0}", "amount": chance.randrange(400)}
                | ({"subtotal_amount": chance.randrange(400)} if chance.random() < 0.5 else {})
                for number in range(chance.randrange(1, 4))
            ]
        return found

    def rollback() -> Fields:
        parent = chance.choice(redemptions)["id"] if redemptions and chance.random() < 0.8 else None
        found: Fields = {
            "object": "redemption_rollback", "id": f"rr_{len(made)}", "date": moment(), "result": "SUCCESS",
            "status": "SUCCEEDED", "redemption": parent or f"r_{len(made) + chance.randrange(1, 40)}",
            "reason": "returned",
        }  # fmt: skip
        if chance.random() < 0.5:
            found["amount"] = -chance.choice([0, 1, 100, 250, 900, 2_500, 6_000])
        return found

    def broken() -> Fields:
        found = redemption() if chance.random() < 0.6 else rollback()
        match chance.randrange(7):
            case 0:
                found |= {"result": "FAILURE", "status": "FAILED", "failure_code": "quantity_exceeded"}
            case 1 | 2 | 3:
                del found[chance.choice(["id", "date", "result"])]
            case 4:
                found["amount"] = 77 if found["object"] == "redemption_rollback" else -77
            case 5:
                found.pop("redemption", None)
                found.pop("voucher", None)
                found.pop("metadata", None)
            case 6:
                found["id"] = "x" * 257
        return found

    for _ in range(LINES):
        match chance.randrange(12):
            case 0 if made:
                made.append(dict(chance.choice(made)))
            case 1 if made:
                made.append(chance.choice(made) | {"date": moment()})
            case 2:
                made.append(broken())
            case 3 | 4 | 5 | 6:
                made.append(rollback())
            case _:
                redemptions.append(redemption())
                made.append(redemptions[-1])
    return made


def filled(fields: Fields) -> str:
    """The fields in Voucherify's own model, and as that writes itself."""
    import voucherify

    models = {"redemption": voucherify.Redemption, "redemption_rollback": voucherify.RedemptionRollback}
    model = models[fields["object"]].from_dict(fields)
    if model is None:
        raise Failure(f"The model takes no {fields['object']}.")
    return model.model_dump_json(by_alias=True, exclude_none=True)


def plain(fields: Fields) -> str:
    return json.dumps(fields)


# What the lines come to.


@dataclass(frozen=True)
class Event:
    id: str
    redemption: str | None  # Of a rollback.
    name: tuple[str, ...]  # By what it names the voucher.
    by: str | None
    at: int
    amount: int | None
    lines: tuple[tuple[str, int], ...] = ()


@dataclass
class Rest:
    event: Event
    left: int
    is_undone: bool = False


@dataclass
class State:
    stands: dict[str, list[Any]] = field(default_factory=dict)
    tallies: dict[str, tuple[int, int, int | None]] = field(default_factory=dict)


def event_of(line: str) -> Event | list[Any]:
    """The event, or the answer to what is none; of an answer that is unusable only that it is."""
    try:
        report = json.loads(line)
    except ValueError:
        return ["unreadable"]
    if "id" not in report or "result" not in report:
        return ["unusable"]
    if report["result"] != "SUCCESS":
        return ["nothing"]
    if "date" not in report:
        return ["unusable"]
    at = round((datetime.fromisoformat(report["date"].replace("Z", "+00:00"))).timestamp() * 1000)
    amount = report.get("amount")
    if report["object"] == "redemption_rollback":
        if "redemption" not in report or (amount or 0) > 0 or len(report["id"]) > 256:
            return ["unusable"]
        return Event(report["id"], report["redemption"], (), None, at, None if amount is None else -amount)
    voucher, order = report.get("voucher", {}), report.get("order", {})
    by = report.get("customer", {}).get("source_id")
    if amount is None:
        amount = order.get("total_applied_discount_amount")
    known = (report.get("metadata") or {}).get("issued_offer")
    if known:
        name = ("id", known)
    elif "code" in voucher:
        name = ("code", voucher["code"])
    elif by and "campaign" in voucher:
        name = ("campaign", by, voucher["campaign"])
    else:
        return ["unusable"]
    items = [(item["id"], item.get("subtotal_amount", item.get("amount", 0))) for item in order.get("items", [])]
    if len({item[0] for item in items}) != len(items):
        items = []
    if (amount or 0) < 0 or len(report["id"]) > 256:
        return ["unusable"]
    return Event(report["id"], None, name, by, at, amount, tuple(items))


def owner(event: Event, issued: dict[str, str]) -> str | None:
    match event.name:
        case ("id", known):
            return next((customer for customer, id in issued.items() if id == known), None)
        case ("code", code):
            return code.removeprefix("CODE-") if code.removeprefix("CODE-") in issued else None
        case ("campaign", customer, campaign):
            return customer if campaign == "SPRING" and customer in issued else None
    return None


def folded(events: list[Event], issued: dict[str, str]) -> State:
    """How all stand: the redemptions of each customer in the order of their times, each with its rollbacks."""
    state = State(tallies=dict.fromkeys(issued, (0, 0, None)))
    in_order = sorted(events, key=lambda event: (event.at, event.id.encode()))
    redemptions = {event.id: event for event in events if event.redemption is None}
    start = round(ISSUED_AT.timestamp() * 1000)
    rests: dict[str, Rest] = {}
    waiting: dict[str, list[Event]] = {}
    sums: dict[str, list[int]] = {customer: [0, 0, 0, 0] for customer in issued}  # Count, reversed, amount, told.

    def roll_back(event: Event, rest: Rest, customer: str) -> None:
        if rest.is_undone:
            state.stands[event.id] = ["discrepant", "alreadyReversed"]
            return
        wanted = rest.left if event.amount is None else event.amount
        taken, told = min(wanted, rest.left), event.amount is None or rest.event.amount is not None
        rest.left -= taken
        sums[customer][2] -= taken
        if event.amount is None or (told and rest.left == 0):
            rest.is_undone = True
            sums[customer][0] -= 1
            sums[customer][1] += 1
        state.stands[event.id] = ["applied"] if told and taken == wanted else ["discrepant", "moreThanLeft"]

    for event in in_order:
        if event.redemption is not None:
            target = redemptions.get(event.redemption)
            customer = owner(target, issued) if target else None
            if target is None or customer is None:
                state.stands[event.id] = ["parked", "reversalBeforeRedemption"]
            elif target.id in rests:
                roll_back(event, rests[target.id], customer)
            else:
                waiting.setdefault(target.id, []).append(event)
            continue
        customer = owner(event, issued)
        if customer is None:
            state.stands[event.id] = ["parked", "unknownOffer"]
            continue
        sums[customer][0] += 1
        sums[customer][2] += event.amount or 0
        sums[customer][3] |= event.amount is not None
        reasons = []
        if event.at < start - TOLERANCE:
            reasons.append("beforeIssue")
        if event.by not in (None, customer):
            reasons.append("otherCustomer")
        if sums[customer][0] > REDEEMABLE or sums[customer][2] > FACE_VALUE:
            reasons.append("overLimit")
        state.stands[event.id] = ["discrepant", *sorted(reasons)] if reasons else ["applied"]
        rests[event.id] = Rest(event, event.amount or 0)
        for early in waiting.pop(event.id, []):
            roll_back(early, rests[event.id], customer)
    state.tallies = {
        customer: (count, undone, amount if told else None) for customer, (count, undone, amount, told) in sums.items()
    }
    return state


def expected(lines: list[str], issued: dict[str, str]) -> tuple[list[list[Any]], State, list[str | None], int]:
    """The answer to each line right after it, how all stand in the end, each line's id, and how many were received."""
    known: dict[str, Event] = {}
    answers: list[list[Any]] = []
    ids: list[str | None] = []
    received = 0
    for line in lines:
        event = event_of(line)
        if isinstance(event, list):
            answers.append(event)
            ids.append(None)
            continue
        received += 1
        ids.append(event.id)
        if event.id in known:
            answers.append(["duplicate"] if known[event.id] == event else ["conflict"])
            continue
        known[event.id] = event
        answers.append(folded(list(known.values()), issued).stands[event.id])
    return answers, folded(list(known.values()), issued), ids, received


def checked(lines: list[str], printed: str) -> Counter[str]:
    """Refuses output that differs from what is expected, and counts the answers."""
    try:
        output = [json.loads(line) for line in printed.splitlines()]
        issued, seen, end = output[0]["issued"], output[1:-1], output[-1]
        answers = [[each["answer"], *each["reasons"]] for each in seen]
        stands = [each and [each["answer"], *each["reasons"]] for each in end["stands"]]
        tallies = {name: (each["count"], each["reversed"], each.get("amount")) for name, each in end["tallies"].items()}
        received, is_balanced = end["received"], end["isBalanced"]
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise Failure(f"{PRODUCT} prints what cannot be read: {error!r}") from None
    if len(issued) != CUSTOMERS:
        raise Failure(f"{len(issued)} customers were issued the offer, not {CUSTOMERS}.")
    wanted, state, ids, taken = expected(lines, issued)
    for number, line in enumerate(lines):
        got = answers[number] if number < len(answers) else None
        # Why a line is none is told in words.
        got = got[:1] if got and got[0] in ("nothing", "unusable", "unreadable") else got
        if got != wanted[number]:
            raise Failure(f"Line {number + 1} is answered {got}, not {wanted[number]}: {line[:400]}")
        name = ids[number]
        if stands[number] != (name and state.stands[name]):
            raise Failure(f"Line {number + 1} stands as {stands[number]}, not {name and state.stands[name]}: {line[:400]}")
    for what, got, right in (
        ("answers", len(answers), len(lines)),
        ("tallies", tallies, state.tallies),
        ("events received", received, taken),
        ("the audit's balance", is_balanced, True),
    ):
        if got != right:
            raise Failure(f"{what}: {got}, not {right}.")
    return Counter(" ".join(answer) for answer in wanted)


# The peer.


def run(*command: str, otherwise: str, given: str = "") -> str:
    """What a command prints, or its last words with the sentence."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, input=given)
    except OSError as error:
        raise Failure(f"{otherwise}: {error}") from None
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-12:])
        raise Failure(f"{otherwise}:\n{last}")
    return done.stdout


def install(folder: str) -> str:
    """The Python of a new environment with the models in it."""
    run(sys.executable, "-m", "venv", folder, otherwise="No Python environment could be made for the models")
    python = str(Path(folder, "Scripts/python.exe" if os.name == "nt" else "bin/python"))
    run(
        python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input",
        f"{PACKAGE}=={VERSION}",
        otherwise=f"{PACKAGE} {VERSION} cannot be installed for Python {platform.python_version()}",
    )  # fmt: skip
    return python


def broken_line(lines: list[str], seed: int) -> list[str]:
    """The lines, and one that was cut short on its way."""
    chance = random.Random(seed)
    cut = chance.choice(lines)
    lines.insert(chance.randrange(len(lines)), cut[: len(cut) // 2])
    return lines


def ask(executable: str, seeds: int) -> None:
    command = (executable, str(CUSTOMERS))
    issued = json.loads(run(*command, otherwise=f"{PRODUCT} does not run").splitlines()[0])["issued"]
    answers: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        python = install(folder)
        for seed in range(1, seeds + 1):
            made = "\n".join(json.dumps(fields) for fields in fields_of(seed, issued))
            lines = run(python, __file__, "--fill", given=made, otherwise="The models cannot be filled").splitlines()
            lines = broken_line(lines, seed)
            answers += checked(lines, run(*command, given="\n".join(lines) + "\n", otherwise=f"{PRODUCT} fails"))
    lacking = {"applied", "duplicate", "conflict", "nothing", "unusable", "unreadable"} - set(answers)
    if lacking:
        raise Failure(f"No line was answered {', '.join(sorted(lacking))}: the run is blind to it.")
    print(f"{PACKAGE} {VERSION}: {answers.total()} lines of {seeds} seeds, every answer as it must be")
    for answer, count in sorted(answers.items(), key=lambda each: (-each[1], each[0])):
        print(f"  {count:6} {answer}")


# The check of the check.


def printed_by(lines: list[str], issued: dict[str, str]) -> str:
    """What an adapter without a fault prints."""
    answers, state, ids, received = expected(lines, issued)

    def words(answer: list[Any]) -> Fields:
        return {"answer": answer[0], "reasons": answer[1:]}

    tallies = {name: {"count": a, "reversed": b, "amount": c} for name, (a, b, c) in state.tallies.items()}
    stands = [name and words(state.stands[name]) for name in ids]
    end = {"stands": stands, "tallies": tallies, "received": received, "isBalanced": True}
    return "\n".join(json.dumps(each) for each in ({"issued": issued}, *map(words, answers), end))


def self_test() -> int:
    count, faults = 0, []

    def expect(refused: bool, what: str, check: Callable[[], object]) -> None:
        nonlocal count
        count += 1
        try:
            check()
            found = False
        except Failure:
            found = True
        if found != refused:
            faults.append(f"{what}: {'refused' if found else 'not noticed'}")

    issued = {f"customer-{number}": f"id-{number}" for number in range(CUSTOMERS)}
    lines = broken_line([plain(fields) for fields in fields_of(1, issued)], 1)
    right = printed_by(lines, issued)
    output = [json.loads(line) for line in right.splitlines()]
    expect(False, "right output", lambda: checked(lines, right))

    def bent(change: Callable[[list[Any]], object]) -> str:
        other = json.loads(json.dumps(output))
        change(other)
        return "\n".join(json.dumps(each) for each in other)

    for word in ("applied", "discrepant", "parked", "duplicate", "conflict", "nothing", "unusable", "unreadable"):
        place = next(number for number, each in enumerate(output[1:-1], 1) if each["answer"] == word)
        other = "conflict" if word == "applied" else "applied"

        def change(all: list[Any], place: int = place, other: str = other) -> None:
            all[place]["answer"] = other

        expect(True, f"{word} answered {other}", lambda change=change: checked(lines, bent(change)))
    name = next(name for name, each in output[-1]["tallies"].items() if each["amount"])
    for what, change in {
        "a reason left out": lambda all: next(each for each in all[1:] if each["reasons"])["reasons"].pop(),
        "an answer left out": lambda all: all.pop(5),
        "a tally": lambda all: all[-1]["tallies"][name].update(count=99),
        "an amount": lambda all: all[-1]["tallies"][name].update(amount=1),
        "what stands": lambda all: all[-1]["stands"].reverse(),
        "received": lambda all: all[-1].update(received=1),
        "the audit": lambda all: all[-1].update(isBalanced=False),
        "no end": lambda all: all.pop(),
        "a customer": lambda all: all[0]["issued"].pop(name),
    }.items():
        expect(True, what, lambda change=change: checked(lines, bent(change)))
    for wrong in ("", "{}", "[1]\n[2]"):
        expect(True, f"the output {wrong!r}", lambda wrong=wrong: checked(lines, wrong))
    expect(True, "a command that fails", lambda: run(sys.executable, "-c", "exit(1)", otherwise="planted"))
    expect(True, "a command that is missing", lambda: run("no-such-command", otherwise="planted"))

    # The model itself, on a story that is worked out by hand.
    def line(**fields: Any) -> str:
        at = ISSUED_AT + timedelta(seconds=fields.pop("at"))
        return json.dumps({"result": "SUCCESS", "date": at.isoformat(), "object": "redemption", **fields})

    code = {"code": "CODE-customer-0"}
    story = [
        line(object="redemption_rollback", id="v", at=5, redemption="r", amount=-300),
        line(id="r", at=1, amount=1_000, voucher=code),
        line(object="redemption_rollback", id="w", at=6, redemption="r"),
        line(object="redemption_rollback", id="x", at=7, redemption="r"),
        line(id="s", at=8, amount=5_001, voucher=code, customer={"source_id": "customer-1"}),
        line(id="s", at=9, amount=5_001, voucher=code, customer={"source_id": "customer-1"}),
    ]
    answers, state, _, received = expected(story, issued)
    by_hand = [
        ["parked", "reversalBeforeRedemption"], ["applied"], ["applied"], ["discrepant", "alreadyReversed"],
        ["discrepant", "otherCustomer", "overLimit"], ["conflict"],
    ]  # fmt: skip
    for what, found, wanted in (
        ("the story", answers, by_hand),
        ("its first line in the end", state.stands["v"], ["applied"]),
        ("its tally", state.tallies["customer-0"], (1, 1, 5_001)),
        ("its events", received, 6),
    ):
        count += 1
        if found != wanted:
            faults.append(f"{what}: {found}, not {wanted}")
    print("\n".join([*faults, f"voucherify_peer: {count} cases, {len(faults)} faults"]))
    return 1 if faults else 0


def main() -> int:
    arguments = sys.argv[1:]
    if arguments == ["--self-test"]:
        return self_test()
    if arguments == ["--fill"]:
        for each in sys.stdin:
            print(filled(json.loads(each)))
        return 0
    if not arguments or arguments[1:] not in ([], ["--quick"]):
        sys.exit(__doc__)
    try:
        ask(str(Path(arguments[0]).resolve()), 3 if arguments[1:] else 30)
    except Failure as failure:
        sys.exit(f"voucherify_peer: {failure}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
