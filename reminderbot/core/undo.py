"""What takes an action of a person back, while nothing has happened since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from reminderbot.core.event import EventKind


class UndoKind(StrEnum):
    """What a person did; the value is also the word that a form sends."""

    HELD = "held"
    RELEASED = "released"
    RESOLVED = "resolved"
    PROMISED = "promised"
    PAID = "paid"
    SNOOZED = "snoozed"
    ASSIGNED = "assigned"
    DISPUTED = "disputed"
    SETTLED = "settled"
    RESTARTED = "restarted"
    ANSWERED = "answered"
    CONTACT = "contact"
    CLOSED = "closed"
    HANDED_OVER = "handed_over"
    TAKEN_BACK = "taken_back"
    PREFERRED = "preferred"
    BEGUN = "begun"
    PLAN = "plan"
    CALLED = "called"


@dataclass(frozen=True, slots=True)
class Undo:
    """Names one thing that can be taken back."""

    kind: UndoKind
    undo_id: int


@dataclass(frozen=True, slots=True)
class Doing:
    """One thing that a person did, with what it takes to put everything back."""

    undo: Undo
    actor: str
    done_at: datetime
    customer_id: str | None
    case_id: int | None
    # Where the journal ended then.
    seq: int
    data: Mapping[str, Any]
    undone_by: str | None = None


# What changes how a customer stands; after one of these an action before it is no longer taken back in one step.
_TOLD = {
    EventKind.HEARD: "an answer came in",
    EventKind.HELD: "another pause was placed",
    EventKind.RELEASED: "a pause was lifted",
    EventKind.PROMISED: "a promise was noted",
    EventKind.PROMISE_KEPT: "a promise was kept",
    EventKind.PROMISE_PARTLY_KEPT: "a promise was kept in part",
    EventKind.PROMISE_BROKEN: "a promise passed unpaid",
    EventKind.PROMISE_CLOSED: "a promise was closed",
    EventKind.PLAN_AGREED: "instalments were agreed",
    EventKind.PLAN_MISSED: "an instalment was missed",
    EventKind.PLAN_KEPT: "a plan was paid to its end",
    EventKind.PLAN_ENDED: "a plan was ended",
    EventKind.PAID: "a payment was noted",
    EventKind.CREDITED: "a credit was noted",
    EventKind.OPTED_OUT: "they asked for no more messages",
    EventKind.SUPPRESSED: "an address was closed",
    EventKind.CASE_RESOLVED: "a case was resolved",
    EventKind.CASE_REOPENED: "a case was opened again",
    EventKind.RESTARTED: "an invoice's clock was restarted",
    EventKind.DISPUTED: "a dispute was marked or settled",
    EventKind.HANDED_OVER: "it was handed over",
    EventKind.TAKEN_BACK: "it was taken back from where it had been handed over",
}


def happened(since: Iterable[EventKind], *, written: bool) -> str:
    """What has happened since that keeps an action from being taken back; empty: nothing."""
    if written:
        return "a message left"
    seen = set(since)
    return next((told for kind, told in _TOLD.items() if kind in seen), "")
