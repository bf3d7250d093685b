"""Decides when the daily digest is due, and holds what it tells: what waits, was promised, leaves, stopped.

Pure. Once a business day, from its hour on; a day on which the program began later has it later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from reminderbot.core.calendar import BusinessDays
from reminderbot.core.case import CaseKind
from reminderbot.core.money import Money
from reminderbot.core.stop import Stop


@dataclass(frozen=True, slots=True)
class Waiting:
    """One case, and how long it has waited; no customer: nobody we know."""

    case_id: int
    kind: CaseKind
    customer: str
    words: str
    days: int
    at_stake: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """What one customer has promised."""

    on: date
    customer: str
    money: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """How things stand on the morning of a day; of long lists the first entries, and how long they are."""

    on: date
    stops: tuple[Stop, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    waiting_in_all: int = 0
    # Until the end of the week.
    promised: tuple[Word, ...] = ()
    promised_in_all: int = 0
    promised_sum: tuple[Money, ...] = ()
    # Letters and text messages whose moment comes today.
    leaving: int = 0
    # Planned messages, of whatever day, that wait for a person's yes.
    to_approve: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.stops or self.waiting_in_all or self.promised_in_all or self.leaving or self.to_approve)


def due_on(now: datetime, zone: ZoneInfo, at: time | None, business_days: BusinessDays) -> date | None:
    """The day whose digest may be told at `now`; None: none may. Without `at` there is none at all."""
    local = now.astimezone(zone)
    if at is None or local.time() < at or not business_days.contains(local.date()):
        return None
    return local.date()


def opens_the_week(day: date, business_days: BusinessDays) -> bool:
    """Whether it is the first business day of its week: then even nothing is told, so that silence means something."""
    before = (day - timedelta(days=n) for n in range(1, day.weekday() + 1))
    return not any(business_days.contains(each) for each in before)
