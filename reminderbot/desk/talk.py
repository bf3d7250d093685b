"""A customer's whole story in order: our letters, their replies, and what happened in between."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row

from reminderbot.core.event import Event, EventKind
from reminderbot.core.hold import HoldKind
from reminderbot.core.ladder import Channel
from reminderbot.core.money import Money
from reminderbot.house import House
from reminderbot.store import journal, listing

_MOST = 60

# What of the journal belongs to the story; the rest is how the machine came to it.
TOLD = (
    EventKind.HELD,
    EventKind.RELEASED,
    EventKind.PROMISED,
    EventKind.PROMISE_KEPT,
    EventKind.PROMISE_PARTLY_KEPT,
    EventKind.PROMISE_BROKEN,
    EventKind.PROMISE_PAID_LATE,
    EventKind.PROMISE_CLOSED,
    EventKind.PLAN_PROPOSED,
    EventKind.PLAN_AGREED,
    EventKind.PLAN_MISSED,
    EventKind.PLAN_KEPT,
    EventKind.PLAN_ENDED,
    EventKind.PLAN_TAKEN_BACK,
    EventKind.CASE_OPENED,
    EventKind.CASE_RESOLVED,
    EventKind.CASE_REOPENED,
    EventKind.PROMISE_TAKEN_BACK,
    EventKind.NOTED,
    EventKind.ASSIGNED,
    EventKind.CONTACT_CHANGED,
    EventKind.HANDED_OVER,
    EventKind.TAKEN_BACK,
    EventKind.OPTED_OUT,
    EventKind.SUPPRESSED,
)


class Side(StrEnum):
    OURS = "ours"
    THEIRS = "theirs"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was said or happened."""

    at: datetime
    side: Side
    # The kind of event, the state of our letter, or what their reply was understood as.
    what: str
    # Who did it, where a person did.
    actor: str = ""
    channel: str = ""
    subject: str = ""
    words: str = ""
    tier: str = ""
    # The number of the reminder, or of the reply.
    number: int = 0
    money: Money | None = None
    # The passages of `words` that decided what it was understood as.
    evidence: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)


def talk(house: House, connection: Connection, customer_id: str) -> list[Entry]:
    """The last things said to and by a customer, and what was decided, the oldest first."""
    found = [
        *(_ours(row) for row in listing.recent_messages(connection, customer_id, _MOST)),
        *(_theirs(row) for row in listing.recent_replies(connection, customer_id, _MOST)),
        *_events(connection, customer_id),
        *_payments(house, connection, customer_id),
    ]
    return sorted(found, key=lambda entry: entry.at)


def _ours(row: Row[Any]) -> Entry:
    subject, words = letter_words(row)
    at = row.claimed_at or row.settled_at or row.planned_at
    return Entry(at, Side.OURS, row.state, "", row.channel, subject, words, row.tier, row.reminder_id)


def letter_words(row: Row[Any]) -> tuple[str, str]:
    """Subject and text of a message of ours as it went out; empty where it was never made."""
    if not row.body:
        return "", ""
    if row.channel == Channel.SMS.value:
        return "", bytes(row.body).decode("utf-8", "replace")
    message = email.message_from_bytes(bytes(row.body), policy=email.policy.default)
    part = message.get_body(("plain",))
    return str(message["Subject"] or ""), str(part.get_content()).strip() if part is not None else ""


def _theirs(row: Row[Any]) -> Entry:
    read = row.understanding or {}
    kinds = ", ".join(row.kinds or ())
    words = str(read.get("own_text") or "")
    return Entry(
        row.received_at,
        Side.THEIRS,
        kinds or row.state,
        row.sender,
        row.channel,
        row.subject or "",
        words,
        number=row.inbound_id,
        evidence=evidence_in(read),
        data=read,
    )


def _events(connection: Connection, customer_id: str) -> Iterator[Entry]:
    events = journal.of_kinds(connection, customer_id, TOLD, _MOST)[::-1]
    called = {(event.at, event.data.get("why")) for event in events if event.kind is EventKind.CASE_OPENED}
    for event in events:
        # What came with a case is told by the case; a reply is held for the moment until it is read.
        handed = event.data.get("kind") == HoldKind.HANDED_OVER.value
        told_already = event.kind is EventKind.HELD and (handed or (event.at, event.data.get("why")) in called)
        if not told_already and event.data.get("kind") != HoldKind.REPLY.value:
            yield _event(event)


def _event(event: Event) -> Entry:
    actor = "" if event.actor == "reminderbot" else event.actor
    return Entry(event.at, Side.EVENT, event.kind.value, actor, data=event.data)


def _payments(house: House, connection: Connection, customer_id: str) -> Iterator[Entry]:
    for row in listing.payments_of(connection, customer_id, _MOST):
        # Books know the day of a payment only; it stands before whatever else happened that day.
        at = datetime.combine(row.paid_on, time(), house.rules.zone).astimezone(UTC)
        data = {"invoice": row.invoice or row.unlisted_invoice, "by_hand": row.by_hand}
        yield Entry(at, Side.EVENT, row.kind, money=Money(row.amount, row.currency), data=data)


def evidence_in(understanding: Mapping[str, Any] | None) -> tuple[str, ...]:
    """The passages that decided what a reply was understood as."""
    return tuple(str(found.get("text") or "") for found in (understanding or {}).get("findings") or ())


def marked(words: str, evidence: tuple[str, ...]) -> list[tuple[str, bool]]:
    """`words` in pieces, each with whether it is among the evidence; what cannot be found in them is left out."""
    spans: list[tuple[int, int]] = []
    for text in evidence:
        start = words.find(text) if text else -1
        if start >= 0 and all(start >= end or start + len(text) <= begin for begin, end in spans):
            spans.append((start, start + len(text)))
    pieces, at = [], 0
    for begin, end in sorted(spans):
        pieces += [(words[at:begin], False), (words[begin:end], True)]
        at = end
    return [piece for piece in (*pieces, (words[at:], False)) if piece[0]]
