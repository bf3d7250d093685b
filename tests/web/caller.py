"""Calls the served pages over real HTTP, signed as Twilio signs, or badly."""

from __future__ import annotations

import dataclasses
import hashlib
import http.client
import itertools
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from reminderbot.house import House
from reminderbot.inbox.twilio_webhook import TwilioWebhook
from reminderbot.web.app import serve
from tests.servers.ports import free_port

PUBLIC = "https://shop.example"
TOKEN, OLD = "snowdrop", "bluebell"
CUSTOMER, OURS = "+447700900123", "+447700900999"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
Pairs = Sequence[tuple[str, str]]
_numbers = itertools.count(1)


def new_sid() -> str:
    return f"SM{next(_numbers):032x}"


def text(sid: str, body: str = "STOP", *more: tuple[str, str]) -> Pairs:
    return (("MessageSid", sid), ("From", CUSTOMER), ("To", OURS), ("Body", body), *more)


class _Params(dict[str, list[str]]):
    def getlist(self, name: str) -> list[str]:
        return self[name]


@dataclass(frozen=True)
class Caller:
    """Twilio, or somebody who pretends to be."""

    port: int
    # What its owner wrote at Twilio: the address that is called and signed.
    url: str = f"{PUBLIC}/twilio/inbound"
    token: str = TOKEN
    headers: dict[str, str] = field(default_factory=dict)

    def form(self, pairs: Pairs, *, signed: Pairs | None = None, url: str = "") -> int:
        """Post a form; with `signed`, the signature covers other fields, with `url` another address."""
        params = _Params()
        for name, value in signed if signed is not None else pairs:
            params.setdefault(name, []).append(value)
        signature = RequestValidator(self.token).compute_signature(url or self.url, params)
        return self.raw(urlencode(pairs).encode(), FORM, signature)

    def json(self, pairs: Pairs, *, signed: Pairs | None = None) -> int:
        """Post JSON, whose hash the address holds."""
        body = json.dumps(dict(pairs)).encode()
        covered = json.dumps(dict(signed if signed is not None else pairs)).encode()
        mark = "&" if "?" in self.url else "?"
        called = dataclasses.replace(self, url=f"{self.url}{mark}bodySHA256={hashlib.sha256(covered).hexdigest()}")
        return called.raw(body, JSON, RequestValidator(self.token).compute_signature(called.url, {}))

    def raw(self, body: bytes, content_type: str = FORM, signature: str | None = None, method: str = "POST") -> int:
        """The status of the answer, which must be empty."""
        status, said, _ = self.ask(body, content_type, signature, method)
        assert status != 200 or said == '<?xml version="1.0" encoding="UTF-8"?><Response/>'
        return status

    def ask(
        self, body: bytes = b"", content_type: str = FORM, signature: str | None = None, method: str = "POST"
    ) -> tuple[int, str, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        host, _, path = self.url.partition("://")[2].partition("/")
        headers = {"Host": host, "Content-Type": content_type, **self.headers}
        if signature is not None:
            headers["X-Twilio-Signature"] = signature
        connection.request(method, f"/{path}", body, headers)
        answer = connection.getresponse()
        said = answer.read().decode()
        connection.close()
        kept = {name.lower(): value for name, value in answer.getheaders() if name.lower() != "date"}
        return answer.status, said, kept


@contextmanager
def served(house: House, public: str = PUBLIC, tokens: Sequence[str] = (TOKEN,)) -> Iterator[int]:
    """The pages of this house, with Twilio's addresses below `public`, where that is not empty; gives the port."""
    webhook = TwilioWebhook(public, tokens) if public else None
    here = dataclasses.replace(house, webhook=webhook, ending=threading.Event())
    port = free_port()
    thread = serve(here, ("127.0.0.1", port))
    assert thread is not None
    try:
        yield port
    finally:
        here.ending.set()
        thread.join(20)
        assert not thread.is_alive()
