"""What money the next weeks are expected to bring, and how far off such forecasts were."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import Connection

from reminderbot.core.back_test import BackTest, Measure, Range, back_test
from reminderbot.core.forecast import Expected, LeftOut, Source, expect, frame
from reminderbot.core.lateness import Habits
from reminderbot.core.payer import LOOK_BACK
from reminderbot.house import House
from reminderbot.store import forecast as store
from reminderbot.store import setting

WEEKS = 8
# So many forecasts of the past are tried: half a year of weeks.
TRIES = 26
# No more invoices than that are looked at in all tries together: some ten seconds. At least so often it is tried.
_WORK, _LEAST = 1_000_000, 4
# Fewer paid invoices say little of how a house is paid.
FEW = 20


@dataclass(frozen=True, slots=True)
class Week:
    """What one week is expected to bring in one currency, and what says so."""

    begins_on: date
    ends_on: date
    range: Range
    by_source: Mapping[Source, Decimal]


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is expected in one currency."""

    currency: str
    weeks: tuple[Week, ...]
    in_all: Range
    later: Decimal
    left_out: Mapping[LeftOut, Decimal]
    # None: the books do not reach back far enough to try.
    tried: BackTest | None

    @property
    def open(self) -> Decimal:
        """All that is open: what is expected, what comes later, and what is not counted on."""
        return self.in_all.expected + self.later + sum(self.left_out.values(), Decimal(0))


@dataclass(frozen=True, slots=True)
class Forecast:
    """As of today, by the books up to the end of `known_on`."""

    on: date
    known_on: date
    # How many invoices were paid in the last two years: what habits are told by.
    paid: int
    currencies: tuple[Ahead, ...]

    @property
    def is_guess(self) -> bool:
        """Whether so few invoices were paid yet that what is usual elsewhere decides."""
        return self.paid < FEW


def forecast(
    house: House,
    connection: Connection,
    weeks: int = WEEKS,
    tries: int = TRIES,
    tell: Callable[[int, int], None] | None = None,
) -> Forecast:
    """The rest of this week and the weeks after it, each with its range; `tell` hears how far the tries have come."""
    zone = house.rules.zone
    today = house.clock.now().astimezone(zone).date()
    exported_at = setting.get_moment(connection, setting.LEDGER)
    # The day on which the books were written may not be whole in them.
    written = min(today, exported_at.astimezone(zone).date()) if exported_at else today
    known_on = written - timedelta(days=1)
    books = store.books(connection, today - LOOK_BACK, zone)
    at = frame(known_on, today, weeks)
    habits = Habits(books.bills).on(known_on)
    tests = back_test(books, at, min(tries, max(_WORK // (len(books.bills) + 1), _LEAST)), tell)
    found = expect(books, at, is_now=True, habits=habits)
    ahead = tuple(_ahead(one, tests.get(one.currency), at.ends, today) for one in found.values())
    return Forecast(today, known_on, round(habits.paid), ahead)


def _ahead(one: Expected, tried: BackTest | None, ends: tuple[date, ...], today: date) -> Ahead:
    measure = tried.measure() if tried else Measure()
    in_all = tried.measure_in_all() if tried else Measure()
    most = one.in_all + one.later
    weeks = tuple(
        Week(
            max(today, end - timedelta(days=6)),
            end,
            measure.range(one.weeks[place], one.spread[place], most),
            {source: sums[place] for source, sums in one.by_source.items()},
        )
        for place, end in enumerate(ends)
    )
    return Ahead(
        one.currency,
        weeks,
        in_all.range(one.in_all, one.spread_in_all, most),
        one.later,
        one.left_out,
        tried,
    )
