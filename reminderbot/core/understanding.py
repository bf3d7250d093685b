"""What a reply was understood to say; the kinds and their meaning are fixed, see docs/replies.md."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """What a customer's (or a machine's) answer says; a reply may be several."""

    BOUNCE_HARD = "bounce_hard"
    BOUNCE_SOFT = "bounce_soft"
    AUTO_REPLY = "auto_reply"
    OPT_OUT = "opt_out"
    DISPUTE = "dispute"
    PROMISE = "promise"
    PAID = "paid"
    HARDSHIP = "hardship"
    INSTALMENTS = "instalments"
    QUESTION = "question"
    WRONG_CONTACT = "wrong_contact"
    LEGAL = "legal"
    SENSITIVE = "sensitive"
    ACK = "ack"
    OTHER = "other"


class DisputeReason(StrEnum):
    NOT_RECEIVED = "not_received"
    WRONG_AMOUNT = "wrong_amount"
    DEFECTIVE = "defective"
    CANCELLED = "cancelled"
    AGREED_OTHERWISE = "agreed_otherwise"
    NOT_MINE = "not_mine"
    DUPLICATE = "duplicate"
    UNSPECIFIED = "unspecified"


# Written by machines: recorded, never taken for a person's reply.
MACHINE_KINDS = frozenset({Kind.BOUNCE_HARD, Kind.BOUNCE_SOFT, Kind.AUTO_REPLY})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was said, with the words that show it."""

    kind: Kind
    text: str
    # Invoice numbers named beside it; empty: none was named.
    invoices: tuple[str, ...] = ()
    # For a promise: the last day of it. For an auto-reply: the day the person is back.
    day: date | None = None
    # For a promise: a part only; None means the whole amount.
    amount: Decimal | None = None
    dispute_reason: DisputeReason | None = None


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a delivery failure names: whose address, which of our mails, and how the server put it."""

    address: str = ""
    # Our Message-ID with angle brackets, where the report quotes it.
    message_id: str = ""
    # Enhanced status code, RFC 3463.
    code: str = ""
    diagnostic: str = ""


@dataclass(frozen=True, slots=True)
class Understanding:
    """The whole reply as understood: most important kind first, and whether a person must read it."""

    kinds: tuple[Kind, ...]
    needs_human: bool
    findings: tuple[Finding, ...] = ()
    dispute_reason: DisputeReason | None = None
    promise_on: date | None = None
    promise_amount: Decimal | None = None
    return_on: date | None = None
    own_text: str = ""
    # Sentences that nothing explained: the reason why a person is called.
    unexplained: tuple[str, ...] = ()
    language: str = ""
    confidence: float = 0.0
    bounce: Bounce | None = None
    error: str = ""
    # A person is needed for nothing but this: a part was promised, and only who knows what is owed can weigh that.
    only_in_part: bool = False

    @property
    def by_machine(self) -> bool:
        """True where no person wrote this."""
        return bool(self.kinds) and all(kind in MACHINE_KINDS for kind in self.kinds)


def unreadable(error: str) -> Understanding:
    """The answer for what could not be read at all: a person is called."""
    return Understanding(kinds=(Kind.OTHER,), needs_human=True, error=error)
