from __future__ import annotations

from datetime import date

import pytest

from reminderbot.core.account import Progress
from reminderbot.core.tiering import Step, next_step, position
from tests.core.facts import LADDER, LONDON, MONDAY, at, days, item, ladder_of, reached

DUE = MONDAY


def step(today: date, progress: Progress | None = None, due_on: date | None = DUE, gap: int = 5) -> Step | None:
    return next_step(item(due_on=due_on, progress=progress), LADDER, gap, today, LONDON)


def name_and_day(found: Step | None) -> tuple[str, date] | None:
    return (LADDER.tiers[found.tier].name, found.due_on) if found else None


def test_an_invoice_without_a_due_date_takes_no_step() -> None:
    assert step(DUE, due_on=None) is None


@pytest.mark.parametrize("early", [30, 4, 3, 2, 1])
def test_before_the_due_date_the_courtesy_notice_comes_first(early: int) -> None:
    assert name_and_day(step(DUE - days(early))) == ("heads-up", DUE - days(3))


@pytest.mark.parametrize("late", [0, 1, 3, 10, 60, 3650])
def test_the_courtesy_notice_lapses_at_the_due_date_and_an_overdue_invoice_begins_gently(late: int) -> None:
    assert name_and_day(step(DUE + days(late))) == ("gentle", DUE + days(3))


def test_of_two_courtesy_notices_missed_only_the_later_one_is_given() -> None:
    ladder = ladder_of(-14, -7, 3, 40)
    found = [next_step(item(), ladder, 5, DUE - days(early), LONDON) for early in (15, 14, 8, 7, 1, 0)]
    assert [f.tier for f in found if f] == [0, 0, 0, 1, 1, 2]


@pytest.mark.parametrize(
    ("last", "after", "day"),
    [("gentle", "check-in", 10), ("check-in", "options", 18), ("options", "firm", 28), ("firm", "call", 35),
     ("call", "last", 42), ("last", "review", 56)],
)  # fmt: skip
def test_each_tier_is_followed_by_the_next_on_its_day(last: str, after: str, day: int) -> None:
    on_time = DUE + days(LADDER.tiers[LADDER.index(last)].days)
    assert name_and_day(step(on_time, reached(last, on_time))) == (after, DUE + days(day))


def test_after_the_last_tier_there_is_none() -> None:
    assert step(DUE + days(60), reached("review", DUE + days(56))) is None


@pytest.mark.parametrize("late", [3, 4, 30, 300])
def test_a_late_tier_makes_the_next_one_late_by_the_ladders_own_spacing(late: int) -> None:
    found = step(DUE + days(late), reached("gentle", DUE + days(late)))
    assert name_and_day(found) == ("check-in", DUE + days(late + 7))


@pytest.mark.parametrize(("gap", "day"), [(6, 7), (7, 7), (8, 8)])
def test_the_smallest_gap_holds_where_the_ladder_is_denser(gap: int, day: int) -> None:
    found = step(DUE + days(20), reached("gentle", DUE + days(20)), gap=gap)
    assert name_and_day(found) == ("check-in", DUE + days(20 + day))


def test_a_courtesy_notice_given_late_keeps_its_distance_from_the_first_letter() -> None:
    given = reached("heads-up", DUE - days(1))
    assert name_and_day(step(DUE, given)) == ("gentle", DUE + days(5))


def test_a_due_date_moved_later_moves_the_next_tier_and_takes_nothing_back() -> None:
    given = reached("gentle", DUE + days(3))
    assert name_and_day(step(DUE + days(5), given, due_on=DUE + days(20))) == ("check-in", DUE + days(30))


def test_the_day_a_tier_was_reached_is_the_day_at_the_business() -> None:
    # Half past midnight in a London summer is still yesterday in UTC.
    july = date(2027, 7, 1)
    progress = Progress("gentle", 3, at(july, 0, 30))
    found = next_step(item(due_on=date(2027, 6, 1), progress=progress), LADDER, 5, july, LONDON)
    assert name_and_day(found) == ("check-in", july + days(7))


# ---- a ladder that was changed


def test_a_tier_keeps_its_place_by_its_name_when_its_days_change() -> None:
    assert position(item(progress=Progress("options", 99, at(DUE))), LADDER) == LADDER.index("options")


@pytest.mark.parametrize(("stood_at", "place"), [(-4, -1), (-3, 0), (2, 0), (3, 1), (4, 1), (17, 2), (18, 3), (99, 7)])
def test_a_tier_that_is_gone_stands_where_its_days_stood(stood_at: int, place: int) -> None:
    assert position(item(progress=Progress("gone", stood_at, at(DUE))), LADDER) == place


def test_an_invoice_never_mentioned_stands_nowhere() -> None:
    assert position(item(), LADDER) == -1
