"""Which tier an invoice is due for, and when: one at a time, in order, never sooner than the ladder's spacing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from reminderbot.core.account import OpenItem, Progress
from reminderbot.core.ladder import Ladder, Tier


@dataclass(frozen=True, slots=True)
class Step:
    """The next tier of one invoice, and the first day on which it may be taken."""

    tier: int
    due_on: date


def position(item: OpenItem, ladder: Ladder) -> int:
    """The place of the last tier that `item` has reached; -1 where it was never mentioned."""
    if item.progress is None:
        return -1
    had = item.progress.had | {item.progress.tier}
    last = max(ladder.places.get(name, -1) for name in had)
    if item.progress.tier in ladder.places:
        return last
    # Another ladder brought it there: the tier at or before the days it stood at then, or the last that it has had.
    return max(last, sum(1 for tier in ladder.tiers if tier.days <= item.progress.days) - 1)


def reaches(item: OpenItem, tier: Tier, now: datetime) -> Progress:
    """How far `item` has come once it has taken `tier`."""
    before = item.progress.had | {item.progress.tier} if item.progress else frozenset[str]()
    return Progress(tier.name, days_at(item, tier), now, before | {tier.name})


def days_at(item: OpenItem, tier: Tier) -> int:
    """How many days `item` stands at once it has taken `tier`: never fewer than before, whichever ladder that was."""
    return max(tier.days, item.progress.days) if item.progress else tier.days


def next_step(item: OpenItem, ladder: Ladder, min_gap_days: int, today: date, zone: ZoneInfo) -> Step | None:
    """The tier that `item` takes next; None at the end of the ladder or without a due date.

    Courtesy tiers lapse at the due date; an overdue invoice begins at the first overdue tier however late it is.
    """
    after = next_place(item, ladder, today)
    if after is None or item.invoice.due_on is None:
        return None
    due_on = counted_from(item.invoice.due_on, item.restarted_on) + timedelta(days=ladder.tiers[after].days)
    if item.restarted_on is not None:
        # Whatever was said before the restart, the ladder's smallest spacing lies after it.
        due_on = max(due_on, item.restarted_on + timedelta(days=min_gap_days))
    if item.progress is not None:
        reached_on = item.progress.reached_at.astimezone(zone).date()
        due_on = max(due_on, reached_on + timedelta(days=max(ladder.spacing(after), min_gap_days)))
    return Step(after, due_on)


def counted_from(due_on: date, restarted_on: date | None) -> date:
    """The day from which an invoice's tiers are counted: its due date, or the later day of a restart."""
    return due_on if restarted_on is None else max(due_on, restarted_on)


def begins_anew(item: OpenItem, ladder: Ladder, min_gap_days: int, today: date, zone: ZoneInfo) -> bool:
    """True while a person's restart gives `item` time again: nothing was said since, and its first tier is to come."""
    if item.restarted_on is None or item.progress is not None:
        return False
    step = next_step(item, ladder, min_gap_days, today, zone)
    return step is not None and step.due_on > today


def next_place(item: OpenItem, ladder: Ladder, today: date) -> int | None:
    """The place of the tier that `item` takes next, whenever that is; None where there is none."""
    if item.invoice.due_on is None:
        return None
    after = position(item, ladder) + 1
    if today >= item.invoice.due_on:
        after = max(after, ladder.first_overdue)
    elif item.progress is None:
        after = _courtesy(item, ladder, today)
    return after if after < len(ladder.tiers) else None


def _courtesy(item: OpenItem, ladder: Ladder, today: date) -> int:
    """The latest courtesy tier whose day has come, or else the first tier."""
    days = item.days_past_due(today)
    come = [i for i, tier in enumerate(ladder.tiers) if tier.is_courtesy and days is not None and tier.days <= days]
    return come[-1] if come else 0
