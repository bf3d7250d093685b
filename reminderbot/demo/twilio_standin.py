"""A Twilio that lives on this machine: the Messages API over HTTP, with a memory, a clock and faults on demand.

It calls back too: when a text comes in, and when it is told to say how far texts have come.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import re
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from reminderbot.clock import Clock
from reminderbot.demo.twilio_callbacks import Callbacks
from reminderbot.demo.twilio_messages import Messages, RefusalError, Sms

ACCOUNT_SID = "AC" + "0" * 31 + "1"
TOKEN = "stand-in-token"  # noqa: S105 - a password for a server that exists only on this machine
LONGEST_HANG_SECONDS = 60.0
PATH = re.compile(r"/2010-04-01/Accounts/(?P<account>[^/]+)/Messages(?:/(?P<sid>[^/.]+))?\.json")


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with one coming request; `accepting`: after the request was carried out."""

    kind: str
    method: str
    status: int = 0
    code: int | None = None
    retry_after: int | None = None
    accepting: bool = False
    # How many requests of that method pass before it.
    after: int = 0
    # Of a line that breaks: before anything is said, within the head or the body; and how.
    at: str = "answer"
    how: str = "close"


class TwilioStandIn:
    """A context manager: `with TwilioStandIn(clock) as twilio: ... twilio.url ...`."""

    def __init__(
        self,
        clock: Clock,
        numbers: tuple[str, ...] = ("+447700900999",),
        account_sid: str = ACCOUNT_SID,
        token: str = TOKEN,
    ) -> None:
        self.account_sid, self.token = account_sid, token
        self.messages = Messages(clock, numbers)
        self.callbacks = Callbacks(account_sid, token)
        self._reported: set[tuple[str, str]] = set()
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        # Called between the carrying out of a POST and its answer, as Twilio may call us back in between.
        self.before_answer: Callable[[], None] = lambda: None
        self._faults: deque[Fault] = deque()
        self._stopped = threading.Event()
        self._server = _Server(self)

    @property
    def url(self) -> str:
        """What belongs into `[sms] api_base`."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def accepted(self) -> list[Sms]:
        """Every text taken for sending, oldest first: the truth, whatever was answered."""
        return [sms for sms in self.messages.kept if not sms.inbound]

    def receive(self, from_: str, to: str, body: str, at: datetime | None = None) -> str:
        """A customer's text to one of our numbers, now or `at`; its SID. Who asked for it is called."""
        sms = self.messages.receive(from_, to, body, at)
        self.callbacks.text(sms)
        return sms.sid

    def call_back(self) -> None:
        """Tell the senders of texts how far these have come by now, where they asked for it; each status once."""
        now = self.messages.clock.now()
        for sms in self.accepted:
            for status in sms.statuses(now):
                if (sms.sid, status) not in self._reported:
                    self._reported.add((sms.sid, status))
                    self.callbacks.report(sms, status, now)

    def list_lag(self, lag: timedelta) -> None:
        """From now on texts appear in the list this long after they were made."""
        self.messages.list_lag = lag

    def lose_next(self, code: int | None, status: str = "undelivered") -> None:
        """Take the next text for sending, and tell seconds later that it could not be delivered."""
        self.messages.next_ends.append((status, code))

    def fail_next(
        self,
        status: int,
        code: int | None = None,
        *,
        retry_after: int | None = None,
        accepting: bool = False,
        method: str = "POST",
        after: int = 0,
    ) -> None:
        """Answer the next request with an error; without `code` the body is no JSON, as from a proxy on the way.

        `after` lets that many requests pass first.
        """
        self._faults.append(Fault("fail", method, status, code, retry_after, accepting, after))

    def drop_next(self, *, accepting: bool = True, method: str = "POST") -> None:
        """Cut the line instead of answering the next request."""
        self.break_next("answer", "close", accepting=accepting, method=method)

    def hang_next(self, *, accepting: bool = True, method: str = "POST") -> None:
        """Say nothing to the next request until the stand-in is stopped."""
        self.break_next("answer", "hang", accepting=accepting, method=method)

    def break_next(
        self,
        at: str,
        how: str,
        *,
        accepting: bool = True,
        method: str = "POST",
        status: int = 502,
        after: int = 0,
    ) -> None:
        """Break off before the "answer" to the next request, within its "head" or its "body".

        `how`: "close", "reset", "hang" until the stand-in is stopped, or "drip" a byte at a time until then. `status`
        is what the head says where the request is not carried out.
        """
        self._faults.append(Fault("break", method, status, accepting=accepting, after=after, at=at, how=how))

    def junk_next(self, *, method: str = "POST") -> None:
        """Carry out the next request and answer it with something that is not JSON."""
        self._faults.append(Fault("junk", method, accepting=True))

    def __enter__(self) -> TwilioStandIn:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Serve in threads of its own until `stop`."""
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="twilio-stand-in", daemon=True).start()

    def stop(self) -> None:
        """Stop serving and release whoever hangs."""
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()

    def take_fault(self, method: str) -> Fault | None:
        """The fault meant for this request, once."""
        if not self._faults or self._faults[0].method != method:
            return None
        fault = self._faults.popleft()
        if fault.after == 0:
            return fault
        self._faults.appendleft(replace(fault, after=fault.after - 1))
        return None

    def wait_for_stop(self, seconds: float = LONGEST_HANG_SECONDS) -> bool:
        """True once it is stopped."""
        return self._stopped.wait(seconds)

    def perform(self, method: str, path: str, values: dict[str, str], login: str) -> tuple[int, dict[str, Any]]:
        """What Twilio would answer: HTTP status and JSON; RefusalError for its errors."""
        found = PATH.fullmatch(path)
        if not found:
            raise RefusalError(404, 20404, f"The requested resource {path} was not found")
        if login != f"{self.account_sid}:{self.token}" or found["account"] != self.account_sid:
            raise RefusalError(401, 20003, "Authenticate")
        if method == "POST" and not found["sid"]:
            return 201, self._resource(self.messages.create(values))
        if found["sid"]:
            sms = self.messages.get(found["sid"])
            if sms is None or method != "GET":
                raise RefusalError(404, 20404, f"The requested resource {path} was not found")
            return 200, self._resource(sms)
        return 200, self._page(path, values)

    def _resource(self, sms: Sms) -> dict[str, Any]:
        return sms.resource(self.account_sid, self.messages.clock.now())

    def _page(self, path: str, query: dict[str, str]) -> dict[str, Any]:
        size = min(max(int(query.get("PageSize", "50")), 1), 1000)
        number = int(query.get("Page", "0"))
        filters = {key: value for key, value in query.items() if key not in ("Page", "PageToken", "PageSize")}
        texts = self.messages.listed(filters)
        # The token names the last text shown, so that what arrives meanwhile shifts nothing.
        shown_last = query.get("PageToken", "").removeprefix("PA")
        start = next((i + 1 for i, sms in enumerate(texts) if sms.sid == shown_last), 0)
        page = texts[start : start + size]

        def uri(at: int, token: str = "") -> str:
            where = {**filters, "PageSize": size, "Page": at, **({"PageToken": token} if token else {})}
            return f"{path}?{urlencode(where)}"

        return {
            "messages": [self._resource(sms) for sms in page],
            "first_page_uri": uri(0),
            "next_page_uri": uri(number + 1, f"PA{page[-1].sid}") if start + size < len(texts) else None,
            "previous_page_uri": uri(number - 1) if number else None,
            "uri": uri(number),
            "page": number,
            "page_size": size,
            "start": number * size,
            "end": number * size + max(len(page) - 1, 0),
        }


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, twilio: TwilioStandIn) -> None:
        self.twilio = twilio
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hung up is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    # Head and body leave in one packet; two would wait for each other (Nagle and delayed ACK: 40 ms an answer).
    wbufsize = -1
    timeout = LONGEST_HANG_SECONDS

    def do_GET(self) -> None:
        self._serve(dict(parse_qsl(urlsplit(self.path).query)))

    def do_POST(self) -> None:
        form = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self._serve(dict(parse_qsl(form.decode(), keep_blank_values=True)))

    def date_time_string(self, timestamp: float | None = None) -> str:  # noqa: ARG002 - as the base class has it
        """Its Date is that of the story."""
        return format_datetime(self.server.twilio.messages.clock.now(), usegmt=True)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Numbers and texts belong in no log."""

    def _serve(self, values: dict[str, str]) -> None:
        twilio, method, path = self.server.twilio, self.command, urlsplit(self.path).path
        twilio.requests.append((method, path, values))
        fault = twilio.take_fault(method)
        if fault is None:
            self._answer(*self._perform(method, path, values), {})
            return
        carried_out = self._perform(method, path, values) if fault.accepting else (fault.status, b"<html>no</html>")
        if fault.kind == "break":
            self._break(fault, *carried_out)
        else:
            self._answer(*_spoiled(fault, carried_out[0]))

    def _perform(self, method: str, path: str, values: dict[str, str]) -> tuple[int, bytes]:
        try:
            status, body = self.server.twilio.perform(method, path, values, self._login())
        except RefusalError as error:
            return error.status, _error(error.status, error.code, str(error))
        if method == "POST":
            self.server.twilio.before_answer()
        return status, json.dumps(body).encode()

    def _login(self) -> str:
        kind, _, credentials = self.headers.get("Authorization", "").partition(" ")
        with contextlib.suppress(binascii.Error, UnicodeDecodeError):
            return base64.b64decode(credentials).decode() if kind == "Basic" else ""
        return ""

    def _break(self, fault: Fault, status: int, body: bytes) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            head = f"HTTP/1.1 {status} So\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n".encode()
            said = {"answer": b"", "head": head, "body": head + b"\r\n" + body[: len(body) // 2]}[fault.at]
            self.connection.sendall(said)
            if fault.how == "hang":
                self.server.twilio.wait_for_stop()
            # A head that never ends, or a body that takes its time.
            filler = b"X-Again: yes\r\n" if fault.at == "head" else body[len(body) // 2 :]
            while fault.how == "drip" and not self.server.twilio.wait_for_stop(0.05):
                self.connection.sendall(filler[:1])
                filler = filler[1:] or b" "
            if fault.how == "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
            else:
                self.connection.shutdown(socket.SHUT_RDWR)

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _spoiled(fault: Fault, status: int) -> tuple[int, bytes, dict[str, str]]:
    if fault.kind == "junk":
        return status, b"<html>hello</html>", {}
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    if fault.code is None:
        return fault.status, b"<html>upstream is unwell</html>", headers
    return fault.status, _error(fault.status, fault.code, "asked for"), headers


def _error(status: int, code: int, message: str) -> bytes:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return json.dumps({"code": code, "message": message, "more_info": more, "status": status}).encode()
