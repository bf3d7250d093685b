"""What the Twilio stand-in remembers: texts both ways, how far each has come, and who said STOP."""

from __future__ import annotations

import re
import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from reminderbot.clock import Clock

# Twilio's default keywords: a message of this one word, in any case, per sender.
STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START_WORDS = frozenset({"START", "YES", "UNSTOP"})
SENT_AFTER = timedelta(seconds=1)
DELIVERED_AFTER = timedelta(seconds=5)
E164 = re.compile(r"\+[1-9][0-9]{6,14}")
LONGEST_BODY = 1600
API_VERSION = "2010-04-01"


class RefusalError(Exception):
    """Twilio's no to a request: HTTP status, error code and message."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


@dataclass(frozen=True, slots=True)
class Sms:
    """One text, in or out."""

    sid: str
    sender: str
    recipient: str
    body: str
    at: datetime
    inbound: bool
    service: str = ""
    valid_for: timedelta | None = None
    # How its way ends, and Twilio's error number where it is not delivered.
    end: str = "delivered"
    error: int | None = None
    # Where its sender wants to be told how far it has come.
    callback: str = ""

    def status(self, now: datetime) -> str:
        """How far it has come: queued, sent, delivered; received when inbound."""
        if self.inbound:
            return "received"
        if now >= self.at + DELIVERED_AFTER:
            return self.end
        return "sent" if now >= self.at + SENT_AFTER else "queued"

    def statuses(self, now: datetime) -> list[str]:
        """What its sender is told up to `now`: every status but the first."""
        reached = [("sent", SENT_AFTER), (self.end, DELIVERED_AFTER)]
        return list(dict.fromkeys(status for status, after in reached if now >= self.at + after))

    def sent_at(self, now: datetime) -> datetime | None:
        """When it left Twilio; None while it is queued."""
        if self.inbound:
            return self.at
        return None if self.status(now) == "queued" else self.at + SENT_AFTER

    def resource(self, account_sid: str, now: datetime) -> dict[str, Any]:
        """The Message resource of Twilio's API as it stands at `now`."""
        sent_at, uri = self.sent_at(now), f"/{API_VERSION}/Accounts/{account_sid}/Messages/{self.sid}"
        unassigned = self.service and self.status(now) == "queued"
        return {
            "account_sid": account_sid,
            "api_version": API_VERSION,
            "body": self.body,
            "date_created": _rfc2822(self.at),
            "date_sent": _rfc2822(sent_at) if sent_at else None,
            "date_updated": _rfc2822(sent_at or self.at),
            "direction": "inbound" if self.inbound else "outbound-api",
            "error_code": self.error if self.status(now) == self.end else None,
            "error_message": None,
            "from": None if unassigned else self.sender,
            "messaging_service_sid": self.service or None,
            "num_media": "0",
            "num_segments": "0" if unassigned else str(_segments(self.body)),
            "price": None,
            "price_unit": "USD",
            "sid": self.sid,
            "status": "accepted" if unassigned else self.status(now),
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": self.recipient,
            "uri": f"{uri}.json",
        }


@dataclass
class Messages:
    """All texts of one account, safe for several threads."""

    clock: Clock
    # Our numbers at Twilio; the first is what a messaging service sends from.
    numbers: tuple[str, ...]
    # How long after its making a text appears in the list, as Twilio's list lags by seconds to minutes.
    list_lag: timedelta = timedelta(0)
    kept: list[Sms] = field(default_factory=list)
    opted_out: set[str] = field(default_factory=set)
    # How the next texts to be taken will end; then all are delivered.
    next_ends: deque[tuple[str, int | None]] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()

    def create(self, form: dict[str, str]) -> Sms:
        """Take a text for sending; RefusalError with Twilio's own code when it would say no."""
        with self._lock:
            sender = _checked_sender(form, self.numbers)
            _check(form, self.opted_out)
            seconds = form.get("ValidityPeriod")
            end, error = self.next_ends.popleft() if self.next_ends else ("delivered", None)
            return self._keep(
                sender,
                form["To"],
                form["Body"],
                self.clock.now(),
                service=form.get("MessagingServiceSid", ""),
                valid_for=timedelta(seconds=int(seconds)) if seconds else None,
                end=end,
                error=error,
                callback=form.get("StatusCallback", ""),
            )

    def receive(self, sender: str, recipient: str, body: str, at: datetime | None = None) -> Sms:
        """A customer's text to one of our numbers; STOP and START words are honoured as Twilio does."""
        with self._lock:
            word = body.strip().upper()
            if word in STOP_WORDS:
                self.opted_out.add(sender)
            elif word in START_WORDS:
                self.opted_out.discard(sender)
            return self._keep(sender, recipient, body, at or self.clock.now(), inbound=True)

    def get(self, sid: str) -> Sms | None:
        with self._lock:
            return next((sms for sms in self.kept if sms.sid == sid), None)

    def listed(self, query: dict[str, str]) -> list[Sms]:
        """Newest first, with Twilio's filters To, From, DateSent, DateSent< and DateSent>."""
        now = self.clock.now()
        with self._lock:
            shown = [sms for sms in self.kept if sms.at + self.list_lag <= now and _matches(sms, query, now)]
        return sorted(shown, key=lambda sms: (sms.at, sms.sid), reverse=True)

    def _keep(self, sender: str, recipient: str, body: str, at: datetime, **more: Any) -> Sms:
        more.setdefault("inbound", False)
        sms = Sms(f"SM{len(self.kept) + 1:032x}", sender, recipient, body, at.astimezone(UTC), **more)
        self.kept.append(sms)
        return sms


def _checked_sender(form: dict[str, str], numbers: tuple[str, ...]) -> str:
    if form.get("MessagingServiceSid"):
        return numbers[0]
    sender = form.get("From", "")
    if not sender:
        raise RefusalError(400, 21603, "A 'From' phone number is required.")
    if sender not in numbers:
        raise RefusalError(400, 21606, "The 'From' phone number is not a valid sender of this account.")
    return sender


def _check(form: dict[str, str], opted_out: set[str]) -> None:
    recipient, body = form.get("To", ""), form.get("Body", "")
    if not recipient:
        raise RefusalError(400, 21604, "A 'To' phone number is required.")
    if not E164.fullmatch(recipient):
        raise RefusalError(400, 21211, "Invalid 'To' Phone Number")
    if not body:
        raise RefusalError(400, 21602, "Message body is required.")
    if len(body) > LONGEST_BODY:
        raise RefusalError(400, 21617, "The concatenated message body exceeds the 1600 character limit.")
    if recipient in opted_out:
        raise RefusalError(400, 21610, "Attempt to send to unsubscribed recipient")


def _matches(sms: Sms, query: dict[str, str], now: datetime) -> bool:
    if query.get("To", sms.recipient) != sms.recipient or query.get("From", sms.sender) != sms.sender:
        return False
    sent_at = sms.sent_at(now)
    exactly, since, until = (query.get(f"DateSent{sign}") for sign in ("", ">", "<"))
    if sent_at is None:
        return not (exactly or since or until)
    return (
        (not exactly or sent_at.date() == _moment(exactly).date())
        and (not since or sent_at >= _moment(since))
        and (not until or sent_at < _moment(until) + (timedelta(days=1) if len(until) == 10 else timedelta(0)))
    )


def _moment(text: str) -> datetime:
    """2026-11-21 or 2026-11-21T10:00:00Z; without a zone it is UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _rfc2822(moment: datetime) -> str:
    return format_datetime(moment.replace(microsecond=0))


def _segments(body: str) -> int:
    """Near enough for a demo: ASCII counts as GSM-7, all else as UCS-2."""
    single, joined = (160, 153) if body.isascii() else (70, 67)
    return 1 if len(body) <= single else -(-len(body) // joined)
