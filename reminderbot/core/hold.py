"""A pause on reminders: the one place where the two lanes meet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class HoldKind(StrEnum):
    """Why reminders pause; the value is also the word shown to people."""

    # Any human reply, before anybody has read it.
    REPLY = "reply"
    PROMISE = "promise"
    BROKEN_PROMISE = "broken_promise"
    # Instalments are agreed on these invoices.
    PLAN = "plan"
    MISSED_INSTALMENT = "missed_instalment"
    DISPUTE = "dispute"
    # They say that the invoice, its order number or an approval is missing.
    PAPERWORK = "paperwork"
    # They say that it is not theirs at all: somebody may have used their name.
    NOT_MINE = "not_mine"
    PAID = "paid"
    HARDSHIP = "hardship"
    LEGAL = "legal"
    SENSITIVE = "sensitive"
    WRONG_CONTACT = "wrong_contact"
    OPT_OUT = "opt_out"
    OUT_OF_OFFICE = "out_of_office"
    ACK = "ack"
    BOUNCE = "bounce"
    POSSIBLY_PAID = "possibly_paid"
    # What was paid or credited was taken back.
    RETURNED = "returned"
    OLD_DEBT = "old_debt"
    REVIEW = "review"
    # A letter was refused as it is.
    DELIVERY = "delivery"
    BY_HAND = "by_hand"
    # They asked for a call: nothing is written before they have been spoken to.
    CALL_BACK = "call_back"
    # To an agency or a lawyer, or written off; lifted only by taking that back.
    HANDED_OVER = "handed_over"
    # A person settled or lifted what paused them: the spacing of the ladder lies between that and the next letter.
    RESUMING = "resuming"


# These always hold the whole customer (design section 7).
WHOLE_CUSTOMER = frozenset({HoldKind.HARDSHIP, HoldKind.LEGAL, HoldKind.SENSITIVE, HoldKind.NOT_MINE})


@dataclass(frozen=True, slots=True)
class Heard:
    """The message of theirs that led to a pause: when it came, from which address, and by what we know whose it is."""

    at: datetime
    sender: str = ""
    # As `triage.MatchedBy` has it; empty: unknown.
    known_by: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """A pause for a customer, or for some of their invoices, until a moment or until a person lifts it."""

    hold_id: int
    customer_id: str
    kind: HoldKind
    placed_at: datetime
    # One sentence: what happened and what would end it.
    why: str
    # Empty: all of the customer's invoices.
    invoices: tuple[str, ...] = ()
    # None: only a person ends it. Otherwise it lapses by the clock at this moment (UTC).
    until: datetime | None = None
    released_at: datetime | None = None
    # The name of the person who placed it; empty: the bot did.
    placed_by: str = ""
    # None: no message of theirs led to it.
    heard: Heard | None = None
    # It is a dispute that they were right about: what is missing is the credit.
    upheld: bool = False

    def is_active(self, now: datetime) -> bool:
        """True while it pauses anything: not released, and not lapsed. It lapses at `until` itself."""
        return self.released_at is None and (self.until is None or now < self.until)

    def covers(self, invoice: str) -> bool:
        """True where this hold pauses `invoice`."""
        return not self.invoices or invoice in self.invoices


def unexplained(actor: str) -> str:
    """What stands for the reason where whoever paused gave none."""
    return f"{actor} asked for a pause"


def active(holds: Iterable[Hold], now: datetime) -> tuple[Hold, ...]:
    """The holds that pause something at `now`."""
    return tuple(hold for hold in holds if hold.is_active(now))
