"""What a person typed, as far as it can be kept: words that a page has room for, days and sums that can be meant."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from reminderbot.desk.refusal import Refused

LONGEST = 10_000
# Whoever writes 9999 means "until I say otherwise"; a calendar ends there.
_FURTHEST = timedelta(days=3660)
# As a ledger's sums are (ledger/csv_cells.py): more than anybody owes, in no smaller part than any currency has.
_MOST = Decimal(10) ** 15
_FINEST = Decimal("0.001")


def words(typed: str, otherwise: str = "") -> str:
    """The words without blanks around them; Refused where they are a book, with `otherwise` where there are none."""
    told = typed.strip()
    if otherwise and not told:
        raise Refused(otherwise)
    if len(told) > LONGEST:
        raise Refused(f"There is room for {LONGEST} letters, and these are {len(told)}: shorten it.")
    return told


def day_to_come(day: date, today: date) -> date:
    """The day; Refused where it has passed, or nobody can mean it."""
    if day < today:
        raise Refused(f"{day} has passed already: name today or a day to come.")
    if day - today > _FURTHEST:
        raise Refused(f"{day} is too far off: name a day within the next ten years.")
    return day


def amount(typed: Decimal) -> Decimal:
    """The sum; Refused where no invoice can be for that much, or money has no such small parts."""
    if not typed.is_finite() or not 0 < typed < _MOST or typed % _FINEST:
        raise Refused("That is no sum anybody could pay: write one like 1250.00.")
    return typed
