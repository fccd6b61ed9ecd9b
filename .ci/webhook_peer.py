#!/usr/bin/env python3
"""Lets libraries from PyPI verify what WalletHost signs, and the other way round.

Usage: webhook_peer.py PEER | --self-test

PEER is WalletHost's WebhookPeer. A thousand messages each way by standardwebhooks, and each with one thing changed,
which must be refused; CloudEvents by cloudevents. The packages must be installed.
"""

import base64
import json
import random
import subprocess
import sys
from datetime import datetime, timezone


class Peer:
    """A line of JSON in, a line out."""

    def __init__(self, command: str) -> None:
        self.process = subprocess.Popen([command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, **question: object) -> dict:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


def tampered(chance: random.Random, headers: dict[str, str], body: bytes) -> tuple[dict[str, str], bytes]:
    """The message with one thing changed: a bit of the body, a digit of the time, a letter of the id, a code."""
    headers = dict(headers)
    kind = chance.randrange(4)
    if kind == 0 and body:
        at = chance.randrange(len(body))
        # Another letter of the same kind, so that it stays text.
        return headers, body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
    if kind == 1:
        headers["webhook-timestamp"] = str(int(headers["webhook-timestamp"]) + chance.choice([-1, 1]))
    elif kind == 2:
        headers["webhook-id"] += "x"
    else:
        version, code = headers["webhook-signature"].split(",")
        raw = bytearray(base64.b64decode(code))
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
        headers["webhook-signature"] = f"{version},{base64.b64encode(bytes(raw)).decode()}"
    return headers, body


def message(chance: random.Random) -> bytes:
    letters = "abcXYZ019 {}\":,[]äß€😀"
    return "".join(chance.choice(letters) for _ in range(chance.randrange(0, 400))).encode()


def compare(ask, webhook_of, count: int) -> str:
    """Raises where the two sides differ."""
    chance = random.Random(20)
    now = int(datetime.now(timezone.utc).timestamp())
    refused_there = refused_here = 0
    for number in range(count):
        secret = "whsec_" + base64.b64encode(chance.randbytes(chance.randrange(24, 65))).decode()
        body, id = message(chance), f"msg_{number}"
        theirs = webhook_of(secret)
        text = base64.b64encode(body).decode()

        # We sign, they verify.
        headers = dict(ask(ask="sign", secret=secret, id=id, at=now, body=text)["headers"])
        verified(theirs, body, headers)
        if refuses(theirs, *reversed(tampered(chance, headers, body))):
            refused_there += 1

        # They sign, we verify.
        moment = datetime.fromtimestamp(now, timezone.utc)
        headers = {
            "webhook-id": id,
            "webhook-timestamp": str(now),
            "webhook-signature": theirs.sign(id, moment, body.decode()),
        }
        told = ask(ask="verify", secret=secret, at=now, body=text, headers=list(headers.items()))
        if told.get("refusal"):
            raise AssertionError(f"message {number} of theirs is refused here: {told['refusal']}")
        changed, other = tampered(chance, headers, body)
        told = ask(
            ask="verify", secret=secret, at=now, body=base64.b64encode(other).decode(), headers=list(changed.items())
        )
        if told.get("refusal"):
            refused_here += 1
    if (refused_there, refused_here) != (count, count):
        raise AssertionError(f"of {count} tampered copies {refused_there} were refused there and {refused_here} here")
    return f"{count} of ours verified there, {count} of theirs here, each tampered copy refused on both sides"


def verified(theirs, body: bytes, headers: dict[str, str]) -> None:
    try:
        # What it reads as JSON afterwards is not its signature's affair.
        theirs.verify(body, headers)
    except ValueError as error:
        if type(error).__name__ == "WebhookVerificationError":
            raise


def refuses(theirs, body: bytes, headers: dict[str, str]) -> bool:
    try:
        theirs.verify(body, headers)
    except Exception as error:  # noqa: BLE001
        return type(error).__name__ == "WebhookVerificationError"
    return False


def envelope(ask) -> str:
    from cloudevents.core.bindings.http import HTTPMessage, from_http_event

    told = ask(ask="wrap", body='{"member":"ada","amount":5}')
    headers = {"content-type": "application/cloudevents+json"}
    event = from_http_event(HTTPMessage(headers=headers, body=told["envelope"].encode()))
    written = json.loads(told["envelope"])
    seen = {
        "id": event.get_id(),
        "source": event.get_source(),
        "type": event.get_type(),
        "subject": event.get_subject(),
        "time": event.get_time(),
        "data": event.get_data(),
    }
    for name in ("id", "source", "type", "subject", "data"):
        if seen[name] != written.get(name):
            raise AssertionError(f"{name} is {seen[name]!r} there and {written.get(name)!r} here")
    moment = datetime.fromisoformat(written["time"].replace("Z", "+00:00"))
    if seen["time"] != moment or seen["id"] != told["key"] or seen["data"] != json.loads(told["payload"]):
        raise AssertionError(f"time, id or data differ: {seen}")
    return "the envelope gives back id, source, type, time, subject and data"


def self_test() -> None:
    from types import SimpleNamespace

    class WebhookVerificationError(Exception):
        pass

    def always(secret: str):
        return SimpleNamespace(sign=lambda *_: "v1," + "A" * 43 + "=", verify=lambda *_: None)

    def answers(**question: object) -> dict:
        headers = [["webhook-id", "i"], ["webhook-timestamp", "1"], ["webhook-signature", "v1," + "A" * 43 + "="]]
        return {"headers": headers}

    for ask in (answers, lambda **question: answers(**question) | {"refusal": "no"}):
        try:
            compare(ask, always, 3)
        except AssertionError:
            continue
        raise SystemExit("webhook_peer: a side that accepts or refuses everything was not found out")
    print("webhook_peer: a side that accepts or refuses everything is found out")


if __name__ == "__main__":
    if sys.argv[1:] == ["--self-test"]:
        self_test()
    elif len(sys.argv) == 2:
        from standardwebhooks import Webhook

        peer = Peer(sys.argv[1])
        print(f"webhooks: {compare(peer.ask, Webhook, 1_000)}")
        print(f"cloudevents: {envelope(peer.ask)}")
    else:
        sys.exit(__doc__)
