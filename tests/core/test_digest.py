"""When the daily digest is due: once its hour has come on a business day, whatever the clocks of the country do."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from reminderbot.core.calendar import BusinessDays, public_holidays
from reminderbot.core.digest import Digest, due_on, opens_the_week
from tests.stories.world import moment

LONDON, CAIRO = ZoneInfo("Europe/London"), ZoneInfo("Africa/Cairo")
EIGHT = time(8)
WEEK = BusinessDays(frozenset(range(5)), "GB", public_holidays())
EVERY_DAY = BusinessDays(frozenset(range(7)), "EG", lambda _country, _day: False)


@pytest.mark.parametrize(
    ("when", "due"),
    [("2027-03-08 07:59", False), ("2027-03-08 08:00", True), ("2027-03-08 08:01", True), ("2027-03-08 23:59", True),
     ("2027-03-09 00:00", False)],
)  # fmt: skip
def test_it_is_due_from_its_hour_on_until_the_day_ends(when: str, due: bool) -> None:
    assert due_on(moment(when), LONDON, EIGHT, WEEK) == (date(2027, 3, 8) if due else None)


@pytest.mark.parametrize("when", ["2027-03-13 09:00", "2027-03-14 09:00", "2027-03-26 09:00", "2027-03-29 09:00"])
def test_none_is_due_at_a_weekend_or_on_a_holiday(when: str) -> None:
    assert due_on(moment(when), LONDON, EIGHT, WEEK) is None


def test_without_an_hour_there_is_none() -> None:
    assert due_on(moment("2027-03-08 12:00"), LONDON, None, WEEK) is None


def days_told(first: str, at: time) -> list[str]:
    """The days that are due in the 70 hours from a moment on, each as often as it begins to be."""
    start = datetime.fromisoformat(first).replace(tzinfo=UTC)
    looks = [due_on(start + timedelta(minutes=5 * n), CAIRO, at, EVERY_DAY) for n in range(70 * 12)]
    return [f"{day}" for day, _ in itertools.groupby(looks) if day is not None]


@pytest.mark.parametrize("at", [time(0), time(0, 30), time(1), time(8)])
def test_a_day_that_skips_the_hour_has_its_digest_all_the_same(at: time) -> None:
    # Egypt sets its clocks ahead at midnight: on 30 April 2027 there is no 00:30.
    assert days_told("2027-04-28T22:00", at) == ["2027-04-29", "2027-04-30", "2027-05-01"]


@pytest.mark.parametrize("at", [time(23), time(23, 30), time(23, 55)])
def test_a_day_that_has_the_hour_twice_is_due_as_one_day(at: time) -> None:
    # And back at the end of 28 October: 23:30 comes twice. Twice due is harmless, since a day is told once.
    assert sorted(set(days_told("2027-10-27T21:00", at))) == ["2027-10-28", "2027-10-29"]


def test_the_first_business_day_of_a_week_is_tuesday_where_monday_is_a_holiday() -> None:
    opening = [f"{date(2027, 3, day)}" for day in range(22, 32) if opens_the_week(date(2027, 3, day), WEEK)]
    # The 29th is Easter Monday; days off themselves are none of its business.
    assert opening == ["2027-03-22", "2027-03-29", "2027-03-30"]


def test_anything_at_all_is_something_to_tell() -> None:
    day = date(2027, 3, 8)
    assert Digest(day).is_empty
    for full in (
        Digest(day, waiting_in_all=1),
        Digest(day, promised_in_all=1),
        Digest(day, leaving=1),
        Digest(day, to_approve=1),
    ):
        assert not full.is_empty
