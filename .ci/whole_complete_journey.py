#!/usr/bin/env python3
"""Writes the bundled year of the CompleteJourney example to a folder, in the form that its `--data` reads.

Usage: whole_complete_journey.py DATA OUT
"""

import runpy
import shutil
import sys
from pathlib import Path


def main(data: Path, out: Path) -> None:
    form = runpy.run_path(str(Path(__file__).with_name("compact-complete-journey.py")))
    out.mkdir(parents=True)
    for name, whole in (("baskets", form["whole_baskets"]), ("campaign_households", form["whole_targets"])):
        compact = data / f"compact-{name.replace('_', '-')}.csv"
        (out / f"{name}.csv").write_text(whole(compact.read_text(encoding="utf-8")), encoding="utf-8")
    for name in ("campaigns.csv", "coupon_redemptions.csv"):
        shutil.copyfile(data / name, out / name)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
