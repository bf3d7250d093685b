"""The digest run: mails the owners once a business day how things stand; nothing to tell is told once a week.

In this order, each step durable before the next: claimed, sent. A crash in between costs a day's digest, never two.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import Connection

from reminderbot.compose.digest import digest_notice
from reminderbot.core.clock import in_doubt
from reminderbot.core.delivery import Accepted, Deferred
from reminderbot.core.digest import Digest, due_on, opens_the_week
from reminderbot.house import House
from reminderbot.runs.notice import is_ours_to_tell, mail, owners
from reminderbot.store import clock, notice

Gather = Callable[[House, Connection, date], Digest]


def digest_once(house: House, gather: Gather) -> int:
    """Tell today's digest where it is due; gives how many owners have it now."""
    now = house.clock.now()
    with house.store.reading() as connection:
        day, recipients = _due(house, connection, now)
        if day is None or not recipients:
            return 0
        found = gather(house, connection, day)
    with house.store.writing() as connection:
        recipients = notice.claim(connection, _about(day), recipients, now)
    is_news = not found.is_empty or opens_the_week(day, house.rules.business_days(house.business.country))
    if not recipients or not is_news:
        return 0
    outcomes = mail(house, recipients, digest_notice(found, house.public_url), now)
    unsent = [owner for owner, outcome in outcomes.items() if isinstance(outcome, Deferred)]
    with house.store.writing() as connection:
        notice.release(connection, [_about(day)], unsent, now)
    return sum(isinstance(outcome, Accepted) for outcome in outcomes.values())


def _due(house: House, connection: Connection, now: datetime) -> tuple[date | None, list[str]]:
    """Which day's digest is due, and who has not had it."""
    business_days = house.rules.business_days(house.business.country)
    day = due_on(now, house.rules.zone, house.digest_at, business_days)
    # By a clock that is not believed, it might be any day.
    if day is None or not is_ours_to_tell(house, connection) or in_doubt(clock.get(connection), house.clock.read()):
        return None, []
    known = notice.settled(connection, [_about(day)], now)
    return day, [owner for owner in owners(house, connection, now) if (_about(day), owner) not in known]


def _about(day: date) -> str:
    return f"digest {day}"
