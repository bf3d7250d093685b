"""A matter waiting for a person: why, how urgent, and whose words caused it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reminderbot.core.understanding import Kind


class CaseKind(StrEnum):
    """Why a person is needed, most urgent first."""

    LEGAL = "legal"
    SENSITIVE = "sensitive"
    HARDSHIP = "hardship"
    DISPUTE = "dispute"
    OPT_OUT = "opt_out"
    PAID = "paid"
    WRONG_CONTACT = "wrong_contact"
    INSTALMENTS = "instalments"
    QUESTION = "question"
    PROMISE = "promise"
    BROKEN_PROMISE = "broken_promise"
    # What was paid or credited was taken back.
    RETURNED = "returned"
    MISSED_INSTALMENT = "missed_instalment"
    BOUNCE = "bounce"
    UNREACHABLE = "unreachable"
    OTHER = "other"
    UNREADABLE = "unreadable"
    POSSIBLY_PAID = "possibly_paid"
    OLD_DEBT = "old_debt"
    # An invoice without a due date.
    UNDATED = "undated"
    DELIVERY = "delivery"
    CALL = "call"
    REVIEW = "review"


_URGENCY = {kind: place for place, kind in enumerate(CaseKind)}

OF_REPLY = {
    Kind.LEGAL: CaseKind.LEGAL,
    Kind.SENSITIVE: CaseKind.SENSITIVE,
    Kind.HARDSHIP: CaseKind.HARDSHIP,
    Kind.DISPUTE: CaseKind.DISPUTE,
    Kind.OPT_OUT: CaseKind.OPT_OUT,
    Kind.PAID: CaseKind.PAID,
    Kind.WRONG_CONTACT: CaseKind.WRONG_CONTACT,
    Kind.INSTALMENTS: CaseKind.INSTALMENTS,
    Kind.QUESTION: CaseKind.QUESTION,
    Kind.PROMISE: CaseKind.PROMISE,
    Kind.BOUNCE_HARD: CaseKind.BOUNCE,
    Kind.BOUNCE_SOFT: CaseKind.BOUNCE,
    Kind.AUTO_REPLY: CaseKind.OTHER,
    Kind.ACK: CaseKind.OTHER,
    Kind.OTHER: CaseKind.OTHER,
}
"""Which case a reply of each kind opens where a person is needed."""


def urgency(kind: CaseKind) -> int:
    """Smaller is more urgent."""
    return _URGENCY[kind]


# What nobody should find out only in the morning.
AT_ONCE = (CaseKind.LEGAL, CaseKind.SENSITIVE)
_SPOKEN = {CaseKind.LEGAL: "law", CaseKind.SENSITIVE: "distress"}


def spoken(kind: CaseKind) -> str:
    """The kind as a sentence names it."""
    return _SPOKEN.get(kind, kind.value.replace("_", " "))


@dataclass(frozen=True, slots=True)
class Case:
    """A matter waiting for a person."""

    case_id: int
    kind: CaseKind
    opened_at: datetime
    # None: mail that belongs to nobody we know.
    customer_id: str | None
    # One sentence: why a person is needed.
    why: str
    # The customer's own words that caused it, where there are any.
    words: str = ""
    invoices: tuple[str, ...] = ()
    inbound_id: int | None = None
    resolved_at: datetime | None = None
    resolution: str = ""
    # It is off the list until then; what it pauses stays paused.
    snoozed_until: datetime | None = None
    # Who takes care of it; empty: nobody in particular.
    assigned_to: str = ""
