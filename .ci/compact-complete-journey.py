#!/usr/bin/env python3
"""Makes Examples/CompleteJourney/Data from a folder with the shared columns.

    python3 .ci/compact-complete-journey.py DIR OUT

DIR holds baskets.csv or baskets.csv.gz, campaigns.csv, campaign_households.csv
and coupon_redemptions.csv. OUT gets the four files the example bundles; what
each column means is in Examples/CompleteJourney/Data/README.md.

Nothing is lost: every file is read back and compared with what went in, byte
for byte, before the script says it is done.
"""

import gzip
import shutil
import sys
from datetime import datetime, timezone
from pathlib import Path

LIMIT = 3_000_000  # bytes, the whole folder: a checkout should stay small

BASKETS = "basket_id,household_id,checked_out_at,amount_cents"
COMPACT_BASKETS = "basket_id_gap,household_id,seconds_gap,amount_cents"
TARGETS = "campaign_id,household_id"
COMPACT_TARGETS = "campaign_id,household_id_gap"


def rows(text, header, name):
    first, *lines = text.removesuffix("\n").split("\n")
    if first != header:
        sys.exit(f"{name}: the first line is {first!r}, not {header!r}.")
    return [line.split(",") for line in lines]


def table(header, lines):
    return "\n".join([header, *(",".join(map(str, line)) for line in lines)]) + "\n"


def seconds(moment):
    return int(datetime.strptime(moment, "%Y-%m-%dT%H:%M:%S%z").timestamp())


def moment(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def compact_baskets(text):
    # By id, neighbouring ids are close and share a store, a day and often a
    # household: gaps are shorter than in time order. Sorting by (time, id)
    # brings the file's own order back.
    baskets = [
        (int(basket), household, seconds(at), int(cents))
        for basket, household, at, cents in rows(text, BASKETS, "baskets.csv")
    ]
    lines, last = [], (0, "", 0)
    for basket, household, at, cents in sorted(baskets):
        ditto = "" if household == last[1] else household
        lines.append((basket - last[0], ditto, at - last[2], cents))
        last = (basket, household, at)
    return table(COMPACT_BASKETS, lines)


def whole_baskets(text):
    baskets, basket, household, at = [], 0, "", 0
    for id_gap, ditto, seconds_gap, cents in rows(text, COMPACT_BASKETS, "compact-baskets.csv"):
        basket, household, at = basket + int(id_gap), ditto or household, at + int(seconds_gap)
        baskets.append((at, basket, household, cents))
    lines = [(basket, household, moment(at), cents) for at, basket, household, cents in sorted(baskets)]
    return table(BASKETS, lines)


def compact_targets(text):
    lines, last = [], ("", 0)
    for campaign, household in rows(text, TARGETS, "campaign_households.csv"):
        if campaign != last[0]:
            lines.append((campaign, household))
        else:
            lines.append(("", int(household) - last[1]))
        last = (campaign, int(household))
    return table(COMPACT_TARGETS, lines)


def whole_targets(text):
    lines, campaign, household = [], "", 0
    for ditto, gap in rows(text, COMPACT_TARGETS, "compact-campaign-households.csv"):
        campaign, household = ditto or campaign, int(gap) + (0 if ditto else household)
        lines.append((campaign, household))
    return table(TARGETS, lines)


def shared_text(folder, name):
    packed = folder / f"{name}.gz"
    content = gzip.decompress(packed.read_bytes()) if packed.exists() else (folder / name).read_bytes()
    return content.decode("utf-8")


def main(folder, out):
    out.mkdir(parents=True, exist_ok=True)
    for name, compact, whole in [
        ("baskets.csv", compact_baskets, whole_baskets),
        ("campaign_households.csv", compact_targets, whole_targets),
    ]:
        text = shared_text(folder, name)
        made = out / f"compact-{name.replace('_', '-')}"
        made.write_bytes(compact(text).encode("utf-8"))
        if whole(made.read_bytes().decode("utf-8")) != text:
            sys.exit(f"{made} does not give {name} back byte for byte: its order or its spelling differs.")
    for name in ["campaigns.csv", "coupon_redemptions.csv"]:
        shutil.copyfile(folder / name, out / name)
    size = sum(file.stat().st_size for file in out.iterdir())
    if size > LIMIT:
        sys.exit(f"{out} holds {size:,} bytes, {size - LIMIT:,} more than it may.")
    print(f"{out}: {size:,} bytes, read back byte for byte.")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
