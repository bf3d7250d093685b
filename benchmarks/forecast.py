"""How far off the forecast is, week by week, against two plain ones: on made-up books, half of them unsteady.

In a steady house everybody pays as they always did. In an unsteady one a third of the customers change their habit half
way, and some pay in two parts. No real house's books are here: `reminderbot forecast` tells the same figures of yours.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

from benchmarks.measure import Goal, Result, Row, progress, seconds
from reminderbot.core.back_test import BackTest, back_test
from reminderbot.core.forecast import Books, frame
from reminderbot.core.lateness import Bill

TODAY = date(2026, 11, 22)
HOUSES = 8
CUSTOMERS = 60
DAYS = 540
TRIES = 26
# (how many in a hundred, days late, give or take, pays on Thursdays only)
_SORTS = ((35, -2, 3, False), (30, 9, 5, False), (20, 28, 12, False), (12, 20, 2, True), (3, 5000, 0, False))
_THURSDAY = 3


@dataclass(frozen=True, slots=True)
class _Payer:
    """How somebody pays."""

    days_late: int
    give_or_take: int
    on_thursdays: bool


def measure(_folder: Path) -> list[Result]:
    found: list[BackTest] = []
    took = []
    for seed in range(HOUSES):
        progress(f"forecast: house {seed + 1} of {HOUSES}")
        books = house(seed, steady=seed % 2 == 0)
        took.append(seconds(partial(_add, found, books)))
    weeks = f"{sum(one.weeks for one in found):,} weeks of {HOUSES} houses"
    offs = [one.off or 0 for one in found]
    beside = f"{weeks}; a week is off by {min(offs):.0%} to {max(offs):.0%} of what came in"
    on_due = tuple((one.off or 0) / (one.off_on_due_date or 1) for one in found)
    as_late = tuple((one.off or 0) / (one.off_as_late_as_all or 1) for one in found)
    held = tuple(100 * (one.held or 0) for one in found)
    return [
        Row("forecast", "off by, against everybody paying on the due date", on_due, beside, Goal(0.75)),
        Row("forecast", "the same, against everybody as late as all are on average", as_late, "", Goal(0.85)),
        Row("forecast", "weeks within their range (80 of 100 are meant)", held, "", Goal(70, at_least=True), "%"),
        Row("forecast", f"{TRIES} tries over {CUSTOMERS} customers", tuple(took), "one core", None, "s"),
    ]


def _add(found: list[BackTest], books: Books) -> None:
    """Try a house's forecasts, and put what came of it to the others."""
    at = frame(TODAY - timedelta(days=1), TODAY, 8)
    found.append(back_test(books, at, TRIES)["EUR"])


def house(seed: int, *, steady: bool) -> Books:
    """The books of a made-up house: a year and a half of invoices at thirty days."""
    chance = random.Random(seed)
    return Books(tuple(bill for number in range(CUSTOMERS) for bill in _customer(chance, f"C{number}", steady)))


def _customer(chance: random.Random, name: str, steady: bool) -> Iterator[Bill]:
    now, later = _payer(chance), _payer(chance)
    changes = not steady and chance.random() < 1 / 3
    in_parts = not steady and chance.random() < 0.2
    every, size = chance.choice((7, 14, 30, 30, 60)), chance.lognormvariate(6, 1)
    issued, number = TODAY - timedelta(days=DAYS + chance.randrange(30)), 0
    while issued < TODAY:
        payer = later if changes and (TODAY - issued).days < DAYS // 2 else now
        total = Decimal(round(size * chance.uniform(0.5, 1.5) * 100)) / 100
        yield _bill(chance, f"{name}-{number}", name, issued, total, payer, 2 if in_parts else 1)
        issued, number = issued + timedelta(days=max(1, round(every * chance.uniform(0.8, 1.2)))), number + 1


def _payer(chance: random.Random) -> _Payer:
    (sort,) = chance.choices(_SORTS, [sort[0] for sort in _SORTS])
    return _Payer(*sort[1:])


def _bill(
    chance: random.Random, number: str, name: str, issued: date, total: Decimal, payer: _Payer, parts: int
) -> Bill:
    due = issued + timedelta(days=30)
    late = chance.gauss(payer.days_late, payer.give_or_take)
    # Now and then something comes in between.
    late += chance.expovariate(1 / 40) if chance.random() < 0.08 else 0
    on = _bank_day(max(issued, due + timedelta(days=round(late))), payer)
    first = (total / parts).quantize(Decimal("0.01"))
    sums = [(on, first)] if parts == 1 else [(on, first), (on + timedelta(days=21), total - first)]
    came = tuple((day, amount) for day, amount in sums if day < TODAY)
    left = total - sum((amount for _, amount in came), Decimal(0))
    return Bill(number, name, "EUR", issued, due, total, left, came)


def _bank_day(day: date, payer: _Payer) -> date:
    if payer.on_thursdays:
        return day + timedelta(days=(_THURSDAY - day.weekday()) % 7)
    return day + timedelta(days=7 - day.weekday() if day.weekday() > 4 else 0)
