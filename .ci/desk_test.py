#!/usr/bin/env python3
"""Drives the support desk's page of WalletHost in Chromium, as somebody at the desk does.

Usage: desk_test.py BIN [PICTURES]

BIN is the folder of WalletServer and HomeGoodsHost. Playwright must be installed, and a Chromium; its path is
CHROMIUM, or what `chromium` is. PICTURES is a folder for what one sees.
"""

import base64
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path


TOKEN = "a-token-that-nobody-guesses"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def ask(method: str, url: str, body: str = "") -> str:
    request = urllib.request.Request(url, body.encode() or None, {"authorization": f"Bearer {TOKEN}"}, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read().decode()


def in_time(what: str, holds) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if holds():
                return
        except (urllib.error.URLError, ConnectionError):
            pass
        time.sleep(0.1)
    raise SystemExit(f"desk: in a minute there was no {what}")


def expect(what: str, holds: bool) -> None:
    if not holds:
        raise SystemExit(f"desk: {what} is not so")
    print(f"desk: {what}")


class Shop:
    """Both processes, with something to see."""

    def __init__(self, bin: Path, folder: Path) -> None:
        wallet, host = free_port(), free_port()
        self.wallet, self.host = f"http://127.0.0.1:{wallet}", f"http://127.0.0.1:{host}"
        messages, notices = ("whsec_" + base64.b64encode(secrets.token_bytes(32)).decode() for _ in range(2))
        environment = os.environ | {
            "WALLET_PORT": str(wallet), "WALLET_DATABASE": str(folder / "wallet.sqlite"),
            "WALLET_MESSAGE_SECRET": messages, "WALLET_NOTICE_SECRET": notices,
            "WALLET_NOTICE_ADDRESS": f"{self.host}/webhooks/redemptions",
            "HOST_PORT": str(host), "HOST_FOLDER": str(folder), "HOST_WALLET_ADDRESS": self.wallet,
            "HOST_MESSAGE_SECRET": messages, "HOST_NOTICE_SECRET": notices, "HOST_TOKEN": TOKEN, "LOG_LEVEL": "error",
        }  # fmt: skip
        log = (folder / "log").open("w")
        self.processes = [
            subprocess.Popen([bin / name], env=environment, stdout=log, stderr=log)
            for name in ("WalletServer", "HomeGoodsHost")
        ]
        for address in (self.wallet, self.host):
            in_time("answer", lambda address=address: ask("GET", f"{address}/health"))

    def audit(self, name: str) -> int:
        return json.loads(ask("GET", f"{self.host}/audit"))[name]

    def open_app(self, customer: str, number: int) -> None:
        action = {
            "name": "app_opened", "id": f"a-{number}", "customer": customer, "at": "2026-06-01T12:00:00Z",
            "attributes": {"channel": "phone"},
        }  # fmt: skip
        ask("POST", f"{self.host}/actions", json.dumps(action))

    def fill(self) -> None:
        """One who redeems, one who gets nothing, one whose card is refused, and a redemption of nobody's card."""
        for customer, tier in (("ada", "gold"), ("bob", "bronze"), ("eve", "silver")):
            ask("PUT", f"{self.host}/customers/{customer}", json.dumps({"firstName": customer.title(), "tier": tier, "wantsOffers": True}))
        self.open_app("ada", 1)
        in_time("card", lambda: self.audit("replicasAccepted") == 1)
        wish = {"card": "W-1", "minorUnits": 500, "currency": "EUR", "request": "q-1"}
        ask("POST", f"{self.wallet}/wallet/ada/redeem", json.dumps(wish))
        in_time("redemption", lambda: self.audit("redeemed") == 1)
        ask("POST", f"{self.wallet}/trouble", '{"refusal":true}')
        self.open_app("eve", 2)
        in_time("dead letter", lambda: self.audit("messagesRejected") == 1)
        ask("POST", f"{self.wallet}/trouble", "{}")

    def stop(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            # One that the signal has ended, -15, did not end what was under way.
            if process.wait(timeout=30) != 0:
                raise SystemExit(f"desk: {process.args} ended with {process.returncode}")


def look(page, shop: Shop, folder: Path, picture) -> None:
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" and "401" not in line.text else None)
    page.goto(f"{shop.host}/desk")
    expect("without a token there is a door", page.get_by_label("Token").is_visible())
    # By keyboard alone.
    page.get_by_label("Token").focus()
    page.keyboard.type(TOKEN)
    page.keyboard.press("Enter")
    page.wait_for_selector("dl.counts")
    expect("the ledger balances", page.get_by_text("The ledger balances").is_visible())
    picture("counts")

    page.get_by_label("Customer’s id").fill("ada")
    page.keyboard.press("Enter")
    page.wait_for_selector("#found")
    expect("ada has an offer in the wallet", page.get_by_text("wallet: accepted").first.is_visible())
    expect("her journey is drawn", page.locator("#found svg line.arrow").count() >= 3)
    picture("customer")

    page.get_by_label("Customer’s id").fill("bob")
    page.get_by_role("button", name="Look").click()
    page.wait_for_selector("#found h2:has-text('bob')")
    tree = page.locator("#found pre").all_inner_texts()
    expect("bob is told why not", any("✗ customer.tier is one of [silver, gold]  (was bronze)" in text for text in tree))
    picture("why-not")

    letters = page.locator("#letters")
    expect("eve's card is a dead letter", letters.get_by_text("status 422, REFUSED").is_visible())
    letters.get_by_placeholder("why").fill("the wallet takes cards again")
    letters.get_by_role("button", name="Send again").click()
    letters.get_by_text("sent again").wait_for()
    in_time("second card", lambda: shop.audit("replicasAccepted") == 2)
    page.locator("dl.counts div:has(dt:text-is('in the wallet')) dd:text-is('2')").wait_for(timeout=30_000)
    expect("the counts follow by themselves", True)

    statement = ask("GET", f"{shop.wallet}/statement")
    (folder / "same.jsonl").write_text(statement)
    (folder / "more.jsonl").write_text(statement + statement.replace("R-1", "R-999"))
    for name, words in (("same", "1 lines"), ("more", "missing here")):
        page.locator("#file").set_input_files(folder / f"{name}.jsonl")
        page.get_by_role("button", name="Compare").click()
        page.locator("#report:not(:empty)").wait_for()
        said = page.locator("#report").inner_text()
        print("\n".join(f"      {line}" for line in said.splitlines()[:12]))
        expect(f"the statement is compared: {words}", words in said)
        if name == "more":
            expect("a redemption that is not here is named", "R-999" in said)
        picture(f"statement-{name}")
    expect("no script and no request failed", not faults or bool(print(faults)))


def main(bin: Path, pictures: Path | None) -> None:
    from playwright.sync_api import sync_playwright

    folder = Path(tempfile.mkdtemp(prefix="desk-"))
    shop = Shop(bin, folder)
    try:
        shop.fill()
        browser_path = os.environ.get("CHROMIUM") or shutil.which("chromium")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1280, "height": 900})

            def picture(name: str) -> None:
                if pictures:
                    page.screenshot(path=pictures / f"{name}.png", full_page=True)

            look(page, shop, folder, picture)
            state = page.context.storage_state()
            papers = {}
            for name, options in (
                ("phone", {"viewport": {"width": 390, "height": 844}}),
                ("dark", {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"}),
            ):
                page = browser.new_page(storage_state=state, bypass_csp=True, **options)
                page.goto(f"{shop.host}/desk?customer=ada&channel=phone")
                wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                expect(f"the page fits, {name}", wide <= 0)
                papers[name] = page.evaluate("getComputedStyle(document.body).backgroundColor")
                picture(name)
            expect("the page is dark where that is wished", papers["dark"] != papers["phone"])
            browser.close()
    finally:
        shop.stop()
    shutil.rmtree(folder)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) == 3 else None)
