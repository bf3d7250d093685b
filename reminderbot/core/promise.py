"""A customer's word that they will pay: what it was given on, how long it is waited for, and how it ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from reminderbot.core.calendar import BusinessDays, start_of_day
from reminderbot.core.hold import WHOLE_CUSTOMER, Hold, HoldKind, active
from reminderbot.core.money import Money

if TYPE_CHECKING:
    from reminderbot.core.promise_share import Share


class PromiseState(StrEnum):
    OPEN = "open"
    KEPT = "kept"
    # Some of it came in by the end of its days, not all.
    PARTLY_KEPT = "partly_kept"
    BROKEN = "broken"
    # Taken back or corrected by a person, or nothing was left of it to keep.
    CLOSED = "closed"

    @property
    def spoken(self) -> str:
        """As a sentence says it."""
        return self.value.replace("_", " ")


NOT_KEPT_IN_FULL = frozenset({PromiseState.PARTLY_KEPT, PromiseState.BROKEN})

# Banks take up to two business days to clear (promises.md, invariant 14).
GRACE_BUSINESS_DAYS = 2
_COUNTED = {2: "two", 3: "three", 4: "four", 5: "five"}


@dataclass(frozen=True, slots=True)
class PromiseRules:
    """Which promises of a reply are waited for without a person, and for how long after their day."""

    # Further off than this many days: to a person.
    max_days: int = 31
    # A part smaller than this share of what is owed: to a person.
    min_share: Decimal = Decimal("0.5")
    grace_days: int = GRACE_BUSINESS_DAYS
    # As many of the last ones in a row not kept in full: the next goes to a person.
    broken_in_a_row: int = 2


@dataclass(frozen=True, slots=True)
class Promise:
    """The customer's word: what will be paid, and the last day of it."""

    promise_id: int
    customer_id: str
    promised_on: date
    due_on: date
    # None: all that was open on these invoices.
    amount: Decimal | None
    # Those it was given on; none: nothing was open then.
    invoices: tuple[str, ...]
    # Given by the reply's words, or recorded by a person.
    words: str
    state: PromiseState = PromiseState.OPEN
    # What was open on each of them when it was given.
    owed: tuple[tuple[str, Money], ...] = ()
    # The day of the payment that made it whole, be it late; None: it is not whole, or nobody knows the day.
    paid_on: date | None = None
    # The matter that a person was called to because of it.
    case_id: int | None = None
    # Those that rested for some matter when it was given, and were meant all the same.
    despite: tuple[str, ...] = ()
    # When it was given, as far as that is known.
    made_at: datetime | None = None

    @property
    def currency(self) -> str:
        """What the sum is meant in; empty where the invoices are in several currencies."""
        known = {money.currency for _, money in self.owed}
        return known.pop() if len(known) == 1 else ""

    def is_part_of_same(self, other: Promise) -> bool:
        """Whether both are one word, given once, that is waited for on some of its invoices apart from the others."""
        mine = (self.made_at, self.promised_on, self.amount, self.words)
        return self.made_at is not None and mine == (other.made_at, other.promised_on, other.amount, other.words)

    @property
    def days_late(self) -> int | None:
        """How long after its day all of it was there, 0 where it was kept; None where it is not."""
        if self.state is PromiseState.KEPT:
            return 0
        return max(0, (self.paid_on - self.due_on).days) if self.paid_on else None


@dataclass(frozen=True, slots=True)
class Grace:
    """How long after its day a promise is waited for: days on which the customer's bank and ours are both at work."""

    business_days: BusinessDays
    zones: tuple[ZoneInfo, ...]
    days: int = GRACE_BUSINESS_DAYS

    @property
    def told(self) -> str:
        """As a sentence names these days."""
        return f"{_COUNTED.get(self.days, str(self.days))} business days"

    def last_day(self, due_on: date) -> date:
        """The last day on which money may come in for a promise of `due_on`."""
        return self.business_days.add(due_on, self.days)

    def ends(self, due_on: date) -> datetime:
        """The end of that day, wherever they and we are; unpaid then, a promise counts as broken."""
        after = self.last_day(due_on) + timedelta(days=1)
        return max(start_of_day(after, zone) for zone in self.zones)


class Waits(StrEnum):
    """What a promise whose days are over still waits for."""

    NOTHING = ""
    # Books that know of its last day.
    BOOKS = "books"
    # A person who says whose the unmatched money is.
    MATCHING = "matching"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What else decides how a promise ended."""

    last_day: date
    # Its days are over.
    ended: bool
    # The books were written after they were over.
    booked: bool
    # Something graver than the promise has come up since: a dispute, hardship, a lawyer, a bereavement.
    overtaken: bool = False
    # A person was asked about unmatched money, and has answered.
    asked: bool = False


# What is graver than any promise, or puts in question what was promised.
_GRAVER = WHOLE_CUSTOMER | {HoldKind.DISPUTE}


def overtaken(word: Promise, holds: Iterable[Hold], grace: Grace, now: datetime) -> bool:
    """Whether something graver than the promise has come up since it was given."""
    standing = active(holds, now)
    away = [h for h in standing if h.kind is HoldKind.HANDED_OVER]
    # Whoever promises us what somebody else collects by now pays them: we ask after nothing, whenever it was said.
    if word.invoices and all(any(h.covers(number) for h in away) for number in word.invoices):
        return True
    graver = [h for h in standing if h.kind in _GRAVER and not h.invoices]
    return any(h.placed_at.astimezone(grace.zones[0]).date() >= word.promised_on for h in graver)


@dataclass(frozen=True, slots=True)
class Judged:
    """How a promise stands."""

    state: PromiseState
    paid_on: date | None = None
    waits: Waits = Waits.NOTHING


def judge(word: Promise, share: Share, at: Circumstances) -> Judged:
    """How the customer's word stands, or ended; one that was not kept in time never turns into a kept one later.

    Only where the books learn late of money that came in time it does.
    """
    if word.state in NOT_KEPT_IN_FULL:
        return _again(word, share, at)
    if not share.asked_for:
        # What is contested may be settled before its day.
        return Judged(PromiseState.OPEN if share.contested and not at.ended else PromiseState.CLOSED)
    if share.is_whole:
        return _whole(share, at)
    if not at.ended:
        return Judged(PromiseState.OPEN)
    if at.overtaken:
        return Judged(PromiseState.CLOSED)
    if not at.booked:
        return Judged(PromiseState.OPEN, waits=Waits.BOOKS)
    if share.loose_would_do and not at.asked:
        return Judged(PromiseState.OPEN, waits=Waits.MATCHING)
    return Judged(_missed(share, at))


def _whole(share: Share, at: Circumstances) -> Judged:
    """All of it is there; of money that bears no day nobody can say that it came too late."""
    day = share.last_on
    if day is None or day <= at.last_day:
        return Judged(PromiseState.KEPT, day)
    return Judged(_missed(share, at), day)


def _missed(share: Share, at: Circumstances) -> PromiseState:
    return PromiseState.PARTLY_KEPT if share.came_by(at.last_day) else PromiseState.BROKEN


def _again(word: Promise, share: Share, at: Circumstances) -> Judged:
    """What the books have learnt since of one that was not kept."""
    if not share.is_whole or not share.asked_for:
        some = word.state is PromiseState.PARTLY_KEPT or share.came_by(at.last_day)
        return Judged(PromiseState.PARTLY_KEPT if some else word.state, word.paid_on)
    day = share.last_on or share.read_on
    if day <= at.last_day:
        return Judged(PromiseState.KEPT, day)
    return Judged(_missed(share, at) if word.state is PromiseState.BROKEN else word.state, day)
