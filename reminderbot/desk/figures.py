"""How collecting goes, in figures a person can act on: who is slow, what a letter brings in, whose word holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from reminderbot.core.calendar import start_of_day
from reminderbot.core.money import Money, subtotals
from reminderbot.core.promise import Promise, PromiseState
from reminderbot.core.reliability import Reliability, reliability
from reminderbot.desk.report import Report, report
from reminderbot.desk.status import promised_each
from reminderbot.house import House
from reminderbot.store import figures, people, promise

WEEKS_AHEAD = 8
# A letter's doing is what comes in within two weeks of it; later another letter has spoken.
DAYS_AFTER = 14
_YEAR = 365
_QUARTER = 90
_SLOWEST = 15


@dataclass(frozen=True, slots=True)
class Week:
    """What was promised for one week, Monday to Sunday."""

    begins_on: date
    promises: int
    money: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class Month:
    """What went out in a month by one channel."""

    year: int
    month: int
    channel: str
    messages: int
    segments: int


@dataclass(frozen=True, slots=True)
class Pace:
    """How late invoices were paid, on average; below 0 is before the due date."""

    name: str
    customer_id: str
    invoices: int
    days_late: float


@dataclass(frozen=True, slots=True)
class Effect:
    """What one tier brought in."""

    tier: str
    spoke_of: int
    paid: int

    @property
    def share(self) -> float:
        return self.paid / self.spoke_of if self.spoke_of else 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """All of them, as of today."""

    books: Report
    weeks: tuple[Week, ...]
    promises: dict[str, int]
    # How the promises of the year ended, each with its customer's name, and what they come to together.
    ended: tuple[tuple[Promise, str], ...]
    word: Reliability
    pace: tuple[Pace, ...]
    slowest: tuple[Pace, ...]
    effects: tuple[Effect, ...]
    replies: tuple[tuple[str, int], ...]
    months: tuple[Month, ...]

    @property
    def kept_share(self) -> float | None:
        """Which share of the promises whose day has passed was kept; None where there were none."""
        return self.word.kept_share


def gather(house: House, connection: Connection) -> Figures:
    """The last year, the last quarter and the weeks to come; each figure says which."""
    today = house.clock.now().astimezone(house.rules.zone).date()
    year, quarter = today - timedelta(days=_YEAR), today - timedelta(days=_QUARTER)
    since = start_of_day(year, house.rules.zone)
    tiers = {tier.name: place for ladder in reversed(house.rules.ladders) for place, tier in enumerate(ladder.tiers)}
    effects = [Effect(*row) for row in figures.paid_after(connection, since, DAYS_AFTER)]
    ended = [word for word in promise.ended_since(connection, year) if word.state is not PromiseState.CLOSED]
    names = people.names(connection, (word.customer_id for word in ended))
    return Figures(
        books=report(house, connection),
        weeks=tuple(_weeks(connection, today)),
        promises=figures.promises_by_state(connection, year),
        ended=tuple((word, names.get(word.customer_id, "")) for word in ended),
        word=reliability(ended),
        pace=tuple(Pace(f"{y}-{m:02}", "", n, late) for y, m, n, late in figures.days_to_pay(connection, year)),
        slowest=tuple(Pace(name, key, n, late) for key, name, n, late in figures.slowest(connection, year, _SLOWEST)),
        effects=tuple(sorted(effects, key=lambda e: tiers.get(e.tier, len(tiers)))),
        replies=tuple(figures.replies_by_kind(connection, start_of_day(quarter, house.rules.zone)).most_common()),
        months=tuple(Month(*row) for row in figures.said_by_month(connection, since)),
    )


def _weeks(connection: Connection, today: date) -> list[Week]:
    monday = today - timedelta(days=today.weekday())
    words = promise.due_between(connection, today, monday + timedelta(weeks=WEEKS_AHEAD, days=-1))
    money = promised_each(connection, words)
    found = []
    for begins in (monday + timedelta(weeks=number) for number in range(WEEKS_AHEAD)):
        own = [word for word in words if begins <= word.due_on < begins + timedelta(weeks=1)]
        sums = subtotals(one for word in own for one in money[word.promise_id])
        found.append(Week(begins, len(own), sums))
    return found
