#!/usr/bin/env python3
"""Tries WalletHost's server against its own description, Examples/WalletHost/openapi.json, with schemathesis.

Usage: host_api_test.py BIN [EXAMPLES]

BIN is the folder of WalletServer and HomeGoodsHost, EXAMPLES how many requests are made for each operation at most.
Schemathesis must be installed. Whatever is sent, no answer may be a 5xx, or one that the description does not have.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from desk_test import TOKEN, Shop

DESCRIPTION = Path(__file__).parent.parent / "Examples/WalletHost/openapi.json"
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


def main(bin: Path, examples: int) -> None:
    with tempfile.TemporaryDirectory(prefix="host-api-") as folder:
        shop = Shop(bin, Path(folder))
        try:
            shop.fill()
            made = subprocess.run(
                [
                    sys.executable, "-m", "schemathesis.cli", "run", DESCRIPTION, "--url", shop.host,
                    "--checks", CHECKS, "--max-examples", str(examples), "--seed", "7",
                    "--header", f"Authorization: Bearer {TOKEN}", "--suppress-health-check", "all",
                ],
                cwd=folder,
                capture_output=True,
                text=True,
            )  # fmt: skip
            print(made.stdout[-4_000:])
            if made.returncode:
                raise SystemExit(f"host api: {made.stderr[-2_000:]}")
            if not shop.audit("issued") or shop.audit("imbalances"):
                raise SystemExit("host api: the ledger does not balance after it")
        finally:
            shop.stop()
    print("host api: every answer was one of those described, and the ledger balances")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) == 3 else 40)
