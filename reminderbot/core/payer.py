"""Whether a customer is a good payer of long standing: told by what they have paid before, with the reasons.

It can only lengthen our patience, never shorten it: whoever is none is reminded as everybody is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median_low

# What was paid before that says little about today.
LOOK_BACK = timedelta(days=730)
# One late payment in so many is a slip, not a habit.
_SLIPS = 10
_VERY_LATE_DAYS = 30


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From when on somebody counts as a good payer of long standing."""

    invoices: int = 6
    known_days: int = 365
    # How late their invoices are typically paid (the median), in days past due.
    days_late: int = 5


@dataclass(frozen=True, slots=True)
class Payer:
    """What the ledger says of how a customer has paid lately."""

    # The day of the oldest invoice that we know of; None: there is none.
    known_since: date | None = None
    # Each invoice that was paid off: how many days past due that was; below 0 is before the due date.
    days_late: Sequence[int] = ()
    # Promises whose day passed unpaid.
    broken_promises: int = 0
    # All in all their word holds all the same (core/reliability.py).
    word_holds: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether they are one, and every reason for or against it, as parts of a sentence."""

    is_good: bool
    reasons: tuple[str, ...]


def judge(payer: Payer, thresholds: Thresholds, today: date) -> Judgement:
    """Whether this is a good payer of long standing."""
    against = tuple(_against(payer, thresholds, today))
    if against:
        return Judgement(is_good=False, reasons=against)
    typical = median_low(payer.days_late)
    when = "on the day or before" if typical <= 0 else f"{_many(typical, 'day')} late"
    since = payer.known_since.year if payer.known_since else today.year
    told = (f"{len(payer.days_late)} invoices paid in two years", f"typically {when}", f"known since {since}")
    return Judgement(is_good=True, reasons=told)


def _against(payer: Payer, thresholds: Thresholds, today: date) -> list[str]:
    found: list[str] = []
    known = (today - payer.known_since).days if payer.known_since else 0
    if known < thresholds.known_days:
        found.append(f"known for {_many(known, 'day')}, not yet {thresholds.known_days}")
    if len(payer.days_late) < thresholds.invoices:
        found.append(f"{_many(len(payer.days_late), 'invoice')} paid in two years, not yet {thresholds.invoices}")
    elif (typical := median_low(payer.days_late)) > thresholds.days_late:
        found.append(f"typically {_many(typical, 'day')} late, more than {thresholds.days_late}")
    slips = sum(1 for late in payer.days_late if late > _VERY_LATE_DAYS)
    if slips * _SLIPS > len(payer.days_late):
        found.append(f"{_many(slips, 'invoice')} paid more than {_VERY_LATE_DAYS} days late")
    if payer.broken_promises and not payer.word_holds:
        found.append(f"{_many(payer.broken_promises, 'promise')} passed unpaid in two years")
    return found


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
