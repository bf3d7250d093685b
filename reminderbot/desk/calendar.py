"""Lays what lies ahead out by days: how many messages of which tier, to whom and why, and who needs a person."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from reminderbot.desk.outlook import Coming, Outlook, Task
from reminderbot.house import House

# How far the calendar looks ahead.
HORIZON = 90


@dataclass(frozen=True, slots=True)
class Day:
    """One day on which something would happen."""

    on: date
    messages: tuple[Coming, ...]
    tasks: tuple[Task, ...]

    @property
    def tiers(self) -> dict[str, int]:
        """How many messages of each tier."""
        return dict(Counter(one.send.tier for one in self.messages))


@dataclass(frozen=True, slots=True)
class Span:
    """Some weeks of the calendar, and where one can leaf to."""

    begins_on: date
    ends_on: date
    days: tuple[Day, ...]
    # None: there is nothing to leaf to.
    before: date | None
    after: date | None

    @property
    def count(self) -> int:
        """How many messages there are in all."""
        return sum(len(day.messages) for day in self.days)


def span(house: House, seen: Outlook, begins_on: date | None, weeks: int) -> Span:
    """These weeks from the Monday of `begins_on` on, within what was looked at."""
    zone = house.rules.zone
    first, last = (_monday(at.astimezone(zone).date()) for at in (seen.now, seen.until))
    monday = min(max(_monday(begins_on or first), first), last)
    ends_on = monday + timedelta(weeks=weeks, days=-1)
    before = monday - timedelta(weeks=weeks)
    after = ends_on + timedelta(days=1)
    days = [_day(seen, house, monday + timedelta(days=number)) for number in range(7 * weeks)]
    return Span(
        monday,
        ends_on,
        tuple(day for day in days if day.messages or day.tasks),
        max(before, first) if monday > first else None,
        after if after <= last else None,
    )


def _day(seen: Outlook, house: House, on: date) -> Day:
    tasks = (task for task in seen.tasks if task.at.astimezone(house.rules.zone).date() == on)
    return Day(on, tuple(one for one in seen.messages if one.on == on), tuple(tasks))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
