"""The addresses that Twilio calls: what is not proved to be Twilio's is turned away, a text is kept before the answer.

The answer is always empty: reminderbot never answers a message by itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DBAPIError

from reminderbot.clock import elapsed
from reminderbot.core.token import Purpose, read_token
from reminderbot.core.webhook import Calls, Refusal
from reminderbot.house import House
from reminderbot.inbox.twilio_webhook import (
    REPORT_PATH,
    TEXT_PATH,
    Call,
    TwilioWebhook,
    delivery_report_in,
    is_opt_out,
    text_in,
)
from reminderbot.logs import log, log_bug
from reminderbot.runs.delivery_report import take_delivery_report, take_opt_out
from reminderbot.runs.listen import keep
from reminderbot.runs.understand import understand_all
from reminderbot.store import webhook as kept

if TYPE_CHECKING:
    from flask import Blueprint, Request, Response

# A text has at most 1,600 characters, each at most nine in a form; Twilio adds some fifty short fields.
LARGEST_BODY = 64 * 1024
SIGNATURE = "X-Twilio-Signature"
_EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
# Twenty texts a second are more than all customers send; a stranger's knocking costs next to nothing.
GENUINE_A_MINUTE = 1200
STRANGE_A_MINUTE = 120
_BREATH = 0.1
# The counts are for people: they need not be newer.
_KEPT_EVERY = 5.0


@dataclass(slots=True)
class _Limit:
    """At most so many in a minute."""

    most: int
    _began: float = field(default=float("-inf"), init=False)
    _count: int = field(default=0, init=False)

    def is_over(self) -> bool:
        """Count one more; True where it is too many."""
        if elapsed() - self._began >= 60:
            self._began, self._count = elapsed(), 0
        self._count += 1
        return self._count > self.most


class Tally:
    """Counts the calls, and keeps the counts in the store now and then."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._lock = threading.Lock()
        self._calls = Calls(house.clock.now())
        self._kept_at = float("-inf")

    def accept(self) -> None:
        with self._lock:
            now = self._house.clock.now()
            self._calls = replace(self._calls, accepted=self._calls.accepted + 1, accepted_at=now)
        self._keep_now_and_then()

    def refuse(self, why: Refusal, called: str = "", ours: str = "") -> None:
        """Count a call that is turned away; where that is known, the address it was for, and what that is to us."""
        with self._lock:
            known = self._calls
            stranger = why is Refusal.UNSIGNED and known.accepted
            refused = {**known.refused, why: known.refused.get(why, 0) + 1}
            self._calls = replace(
                known,
                refused=refused,
                refused_at=known.refused_at if stranger else self._house.clock.now(),
                called=called or known.called,
                ours=ours or known.ours,
            )
        if refused[why] == 1:
            log("call_turned_away", why=why.value)
        self._keep_now_and_then()

    def keep(self) -> None:
        """Keep the counts as they stand; at the start nothing, so that what was mended is told of no more."""
        try:
            with self._house.store.writing() as connection:
                kept.keep(connection, self._calls)
        except DBAPIError as error:
            # A count that is missing must not keep a text out.
            log_bug("calls_not_counted", error)

    def _keep_now_and_then(self) -> None:
        with self._lock:
            if elapsed() - self._kept_at < _KEPT_EVERY:
                return
            self._kept_at = elapsed()
        self.keep()


class Webhooks:
    """What answers Twilio, and a thread that has new texts read within a second."""

    def __init__(
        self,
        house: House,
        webhook: TwilioWebhook,
        genuine_a_minute: int = GENUINE_A_MINUTE,
        strange_a_minute: int = STRANGE_A_MINUTE,
    ) -> None:
        self._house, self._webhook = house, webhook
        self.tally = Tally(house)
        self._heard = threading.Event()
        # The store takes one writer at a time, and those who wait sleep ever longer: here they queue.
        self._storing = threading.Lock()
        self._genuine, self._strange = _Limit(genuine_a_minute), _Limit(strange_a_minute)

    @cached_property
    def blueprint(self) -> Blueprint:
        """Both addresses, with and without the path of the public address before them."""
        from flask import Blueprint

        pages = Blueprint("twilio", __name__)
        more: dict[str, Any] = {
            "methods": ["POST"],
            "provide_automatic_options": False,
            # Twilio follows no redirection, and signs the slash.
            "strict_slashes": False,
        }
        for number, prefix in enumerate(dict.fromkeys(("", self._webhook.prefix))):
            pages.add_url_rule(prefix + TEXT_PATH, f"text{number}", self._text, **more)
            pages.add_url_rule(f"{prefix}{REPORT_PATH}<token>", f"report{number}", self._report, **more)
        return pages

    def read_on(self) -> None:
        """Have new texts read until the house ends; for a thread of its own."""
        while not self._house.ending.is_set():
            if self._heard.wait(0.5):
                # Those who come at once are all stored first.
                while self._heard.is_set():
                    self._heard.clear()
                    self._house.ending.wait(_BREATH)
                try:
                    understand_all(self._house)
                except Exception as error:
                    # The next look at the inboxes reads it.
                    log_bug("reading_texts_failed", error)

    def owns(self, path: str) -> bool:
        """Whether a path is one that Twilio may call, under whatever name of ours it came."""
        return path.removeprefix(self._webhook.prefix).startswith((TEXT_PATH, REPORT_PATH))

    def note(self, request: Request, status: int) -> None:
        """Count what was signed and found no page here, so that a slip in Twilio's console is told of."""
        if status in (400, 404, 405) and request.blueprint is None and SIGNATURE in request.headers:
            self.tally.refuse(Refusal.METHOD if status == 405 else Refusal.PATH)

    def _text(self) -> Response:
        return self._answer(self._take_text)

    def _report(self, token: str) -> Response:
        return self._answer(lambda fields: self._take_report(token, fields))

    def _answer(self, take: Callable[[Mapping[str, str]], bool]) -> Response:
        """Let in what is Twilio's, and answer with nothing; never with what went wrong."""
        from flask import Response, request

        try:
            fields = self._fields(request)
            if isinstance(fields, int):
                return Response(status=fields)
            with self._storing:
                taken = take(fields)
            if not taken:
                self.tally.refuse(Refusal.STRANGE)
                return Response(status=404)
        except Exception as error:
            # Twilio tries again, and is asked as well.
            log_bug("call_failed", error)
            return Response(status=503)
        self.tally.accept()
        return Response(_EMPTY, content_type="text/xml; charset=utf-8")

    def _fields(self, request: Request) -> Mapping[str, str] | int:
        """What a genuine call says; else the status that turns it away."""
        if (request.content_length or 0) > LARGEST_BODY:
            return 413
        call = self._call(request)
        fields = self._webhook.fields(call) if call.signature else None
        if fields is None:
            return self._turn_away(call)
        if self._genuine.is_over():
            self.tally.refuse(Refusal.FLOOD)
            return 429
        return fields

    def _turn_away(self, call: Call) -> int:
        """Count a call that nothing proves to be Twilio's; its answer is the same whatever it asked for."""
        flooded = self._strange.is_over()
        if not call.signature:
            self.tally.refuse(Refusal.UNSIGNED)
        elif meant := "" if flooded else self._webhook.meant_for(call):
            self.tally.refuse(Refusal.ADDRESS, meant, self._webhook.called(call))
        else:
            self.tally.refuse(Refusal.SIGNATURE)
        return 429 if flooded else 403

    def _call(self, request: Request) -> Call:
        query = request.query_string.decode("latin-1")
        path = request.path.removeprefix(self._webhook.prefix) if self._webhook.prefix else request.path
        hosts = dict.fromkeys((request.headers.get("X-Forwarded-Host", ""), request.headers.get("Host", "")))
        told = f"{request.path}?{query}" if query else request.path
        return Call(
            path=path,
            query=query,
            content_type=request.mimetype,
            body=request.get_data(cache=False),
            signature=request.headers.get(SIGNATURE, ""),
            claimed=tuple(f"https://{host}{told}" for host in hosts if host),
        )

    def _take_text(self, fields: Mapping[str, str]) -> bool:
        """Store a text, raw and durable, and have it read; False where there is none."""
        text = text_in(fields, self._house.clock.now())
        if text is None:
            return False
        if keep(self._house, text):
            self._heard.set()
        if is_opt_out(fields):
            take_opt_out(self._house, text.sender)
        return True

    def _take_report(self, token: str, fields: Mapping[str, str]) -> bool:
        number, report = read_token(self._house.keys, Purpose.STATUS, token), delivery_report_in(fields)
        return number is not None and report is not None and take_delivery_report(self._house, number, report)
