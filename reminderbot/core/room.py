"""The house's own caps over all customers: whether one more message may leave now, else when it is tried again."""

from __future__ import annotations

from collections import deque
from collections.abc import Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from reminderbot.core.calendar import start_of_day
from reminderbot.core.turn import TurnCode

# What finds the hour full is tried again so much later.
AGAIN = timedelta(minutes=15)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Left:
    """What the caps still leave at one moment; where nobody is a stranger, `first` is not asked."""

    day: int
    first: int
    hour: int
    segments: int


Full = tuple[TurnCode, datetime]
"""Which cap does not let a message out, and when it is tried again."""


def wait(left: Left, now: datetime, zone: ZoneInfo, *, stranger: bool, text: bool) -> Full | None:
    """What keeps a message back that finds no room now; None: it may leave."""
    if left.day <= 0:
        return TurnCode.DAY_FULL, _tomorrow(now, zone)
    if stranger and left.first <= 0:
        return TurnCode.NEW_FULL, _tomorrow(now, zone)
    if left.hour <= 0:
        return TurnCode.HOUR_FULL, now + AGAIN
    return wait_for_texts(left, now, zone) if text else None


def wait_for_texts(left: Left, now: datetime, zone: ZoneInfo) -> Full | None:
    """The same for the month's text messages alone, which cost."""
    return (TurnCode.TEXTS_FULL, _next_month(now, zone)) if left.segments <= 0 else None


def _tomorrow(now: datetime, zone: ZoneInfo) -> datetime:
    return start_of_day(now.astimezone(zone).date() + timedelta(days=1), zone)


def start_of_month(now: datetime, zone: ZoneInfo) -> datetime:
    """From when on the text messages of this month are counted."""
    return start_of_day(now.astimezone(zone).date().replace(day=1), zone)


def _next_month(now: datetime, zone: ZoneInfo) -> datetime:
    first = now.astimezone(zone).date().replace(day=1)
    return start_of_day((first + timedelta(days=32)).replace(day=1), zone)


@dataclass(frozen=True, slots=True)
class Caps:
    """What the house may send over all customers, and what of it is used up already."""

    per_day: int
    first_contacts_per_day: int
    per_hour: int
    sent_today: int = 0
    first_contacts_today: int = 0
    # When those of the last hour were sent, in their order.
    sent_lately: tuple[datetime, ...] = ()
    # Customers who have never heard from us.
    strangers: Set[str] = frozenset()
    # Text message segments a month and so far in this one; None: nobody counts.
    segments_per_month: int | None = None
    segments_this_month: int = 0


NO_CAPS = Caps(per_day=1 << 60, first_contacts_per_day=1 << 60, per_hour=1 << 60)


class Room:
    """The caps as time goes on and messages leave."""

    def __init__(self, caps: Caps, zone: ZoneInfo, now: datetime) -> None:
        self._caps, self._zone = caps, zone
        self._strangers = set(caps.strangers)
        self._lately = deque(caps.sent_lately)
        self._day, self._sent, self._first = self._date(now), caps.sent_today, caps.first_contacts_today
        self._segments = caps.segments_this_month

    def _date(self, moment: datetime) -> date:
        return moment.astimezone(self._zone).date()

    def is_stranger(self, key: str) -> bool:
        """Whether this customer has not heard from us so far."""
        return key in self._strangers

    def wait(self, key: str, now: datetime, *, text: bool) -> Full | None:
        """What keeps a message to this customer back that finds no room now; None: it may leave."""
        self._go_on(now)
        return wait(self._left(), now, self._zone, stranger=key in self._strangers, text=text)

    def _left(self) -> Left:
        caps = self._caps
        texts = 1 if caps.segments_per_month is None else caps.segments_per_month - self._segments
        first = caps.first_contacts_per_day - self._first
        return Left(caps.per_day - self._sent, first, caps.per_hour - len(self._lately), texts)

    def take(self, key: str, now: datetime, segments: int) -> None:
        """A message to this customer has left."""
        self._go_on(now)
        self._sent += 1
        self._segments += segments
        self._lately.append(now)
        if key in self._strangers:
            self._strangers.discard(key)
            self._first += 1

    def _go_on(self, now: datetime) -> None:
        while self._lately and self._lately[0] <= now - _HOUR:
            self._lately.popleft()
        today = self._date(now)
        if today != self._day:
            if today.replace(day=1) != self._day.replace(day=1):
                self._segments = 0
            self._day, self._sent, self._first = today, 0, 0
