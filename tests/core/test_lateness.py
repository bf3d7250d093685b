"""The habits of a house as the days go by."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminderbot.core.lateness import Bill, Habits

TODAY = date(2027, 3, 1)
amounts = st.integers(1, 80).map(Decimal)


@st.composite
def bills(draw: st.DrawFn) -> Bill:
    issued_on = TODAY - timedelta(days=draw(st.integers(0, 200)))
    due_on = draw(st.none() | st.integers(-5, 60).map(lambda n: issued_on + timedelta(days=n)))
    moves = st.lists(st.tuples(st.integers(-3, 150).map(lambda n: issued_on + timedelta(days=n)), amounts), max_size=3)
    came, taken_off = tuple(sorted(draw(moves))), tuple(sorted(draw(moves)))
    retained = draw(st.sampled_from([Decimal(0), Decimal(0), Decimal(5)]))
    who = draw(st.sampled_from(["ACME", "BETA"]))
    return Bill("INV", who, "GBP", issued_on, due_on, Decimal(100), Decimal(0), came, taken_off, retained)


@settings(derandomize=True, max_examples=200)
@given(st.lists(bills(), max_size=12), st.lists(st.integers(0, 200), min_size=1, max_size=4))
def test_habits_asked_day_after_day_are_those_asked_of_the_last_day_alone(known: list[Bill], ago: list[int]) -> None:
    going_on = Habits(known)
    for days in sorted(ago, reverse=True):
        day = TODAY - timedelta(days=days)
        found, alone = going_on.on(day), Habits(known).on(day)

        assert found.paid == pytest.approx(alone.paid)
        assert found.mean_late == pytest.approx(alone.mean_late)
        for who in ("ACME", "BETA", "NEW"):
            still = found.left(who, day - timedelta(days=9), day, day + timedelta(days=56))
            assert still == pytest.approx(alone.left(who, day - timedelta(days=9), day, day + timedelta(days=56)))
            assert all(0 <= share <= 1.000001 for share in still)


def test_only_what_is_over_is_never_asked_about_again() -> None:
    paid = Bill("INV-1", "ACME", "GBP", TODAY, TODAY, Decimal(9), Decimal(0), ((TODAY, Decimal(9)),))
    parts = Bill("INV-2", "ACME", "GBP", TODAY, TODAY, Decimal(9), Decimal(4), ((TODAY, Decimal(5)),))
    later = Bill("INV-3", "ACME", "GBP", TODAY + timedelta(days=1), TODAY, Decimal(9), Decimal(9))
    habits = Habits([paid, parts, later])

    habits.on(TODAY)

    assert habits.rest == (parts, later)
