"""What a customer contests: why, which invoices, and how gently reminders go on where it was not upheld."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from reminderbot.core.account import OpenItem
from reminderbot.core.dunning import Rules
from reminderbot.core.tiering import next_place
from reminderbot.core.understanding import DisputeReason


@dataclass(frozen=True, slots=True)
class Dispute:
    """A dispute as a person marked it, and what became of it."""

    case_id: int
    customer_id: str
    reason: DisputeReason
    invoices: tuple[str, ...]
    # The pause on just these.
    hold_id: int
    marked_by: str
    marked_at: datetime
    # None: nobody has settled it yet.
    upheld: bool | None = None
    settled_by: str = ""
    settled_at: datetime | None = None
    note: str = ""


def resumes_on(items: Iterable[OpenItem], rules: Rules, today: date) -> date:
    """The first day for a reminder after a dispute that was not upheld: the spacing of their next tiers from today.

    The pause was long enough for every tier, but a letter on the very day would feel like the answer to a complaint.
    """
    gaps = [rules.min_gap_days]
    for item in items:
        place = next_place(item, rules.ladder, today)
        if place is not None:
            gaps.append(rules.ladder.spacing(place))
    return today + timedelta(days=max(gaps))
