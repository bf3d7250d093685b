from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from reminderbot.core.calendar import (
    HARD_END,
    HARD_START,
    BusinessDays,
    SendingHours,
    is_open,
    next_open,
    no_holidays,
    public_holidays,
    start_of_day,
)
from tests.core.facts import LONDON, MONDAY, at, days, weekdays

HOURS = SendingHours()
FRIDAY = MONDAY + days(4)
NEW_YORK, TOKYO, KIRITIMATI = ZoneInfo("America/New_York"), ZoneInfo("Asia/Tokyo"), ZoneInfo("Pacific/Kiritimati")


def opens(moment: datetime, *zones: ZoneInfo, hours: SendingHours = HOURS) -> datetime | None:
    return next_open(moment, zones or (LONDON,), hours, weekdays())


# ---- the window


@pytest.mark.parametrize(("clock", "open_"), [((8, 59, 59), False), ((9, 0, 0), True), ((9, 0, 1), True)])
def test_the_window_opens_on_the_stroke(clock: tuple[int, int, int], open_: bool) -> None:
    assert is_open(at(MONDAY, *clock), [LONDON], HOURS, weekdays()) is open_


@pytest.mark.parametrize(("clock", "open_"), [((16, 44, 59), True), ((16, 45, 0), True), ((16, 45, 1), False)])
def test_nothing_is_begun_in_the_last_quarter_of_an_hour(clock: tuple[int, int, int], open_: bool) -> None:
    assert is_open(at(MONDAY, *clock), [LONDON], HOURS, weekdays()) is open_


@pytest.mark.parametrize(("late", "open_"), [(3, True), (4, True), (5, False), (6, False), (7, True)])
def test_the_window_stays_shut_at_weekends(late: int, open_: bool) -> None:
    assert is_open(at(MONDAY + days(late)), [LONDON], HOURS, weekdays()) is open_


@pytest.mark.parametrize(("late", "open_"), [(0, True), (1, False), (2, True)])
def test_the_window_stays_shut_on_a_holiday(late: int, open_: bool) -> None:
    closed = weekdays(lambda country, day: (country, day) == ("GB", MONDAY + days(1)))
    assert is_open(at(MONDAY + days(late)), [LONDON], HOURS, closed) is open_


def test_the_holidays_of_a_country_are_known_and_those_of_the_business_are_added() -> None:
    closed = public_holidays(frozenset({MONDAY}))
    christmas = date(2027, 12, 24)
    assert [closed(country, christmas) for country in ("DE", "US", "CZ")] == [False, True, True]
    assert closed("GB", MONDAY)
    assert closed("GB", date(2027, 3, 26))
    assert not closed("ZZ", christmas)
    assert not closed("", christmas)


@pytest.mark.parametrize(
    ("start", "end"), [(time(7, 59), time(17)), (time(9), time(21, 1)), (time(12), time(12)), (time(13), time(12))]
)
def test_no_setting_widens_the_hard_hours(start: time, end: time) -> None:
    with pytest.raises(ValueError, match="08:00-21:00"):
        SendingHours(start, end)


def test_the_widest_window_is_the_hard_one() -> None:
    widest = SendingHours(HARD_START, HARD_END)
    assert is_open(at(MONDAY, 8), [LONDON], widest, weekdays())
    assert is_open(at(MONDAY, 20, 45), [LONDON], widest, weekdays())
    assert not is_open(at(MONDAY, 20, 45, 1), [LONDON], widest, weekdays())


# ---- the next opening


def test_inside_the_window_the_next_opening_is_now() -> None:
    assert opens(at(MONDAY, 11, 30)) == at(MONDAY, 11, 30)


def test_before_hours_it_is_nine_and_after_hours_it_is_tomorrow() -> None:
    assert opens(at(MONDAY, 3)) == at(MONDAY, 9)
    assert opens(at(MONDAY, 16, 46)) == at(MONDAY + days(1), 9)


def test_friday_evening_waits_for_monday() -> None:
    assert opens(at(FRIDAY, 17)) == at(MONDAY + days(7), 9)


@pytest.mark.parametrize(
    ("country", "day", "closed"),
    [("CH", date(2027, 3, 26), True), ("GB", date(2027, 8, 30), True), ("DE", date(2027, 5, 27), False),
     ("US", date(2027, 3, 26), False), ("AU", date(2027, 4, 26), True)],
)  # fmt: skip
def test_a_day_that_half_of_a_countrys_regions_keep_is_a_holiday(country: str, day: date, closed: bool) -> None:
    assert public_holidays()(country, day) is closed


def test_easter_waits_for_tuesday() -> None:
    business = BusinessDays(HOURS.days, "GB", public_holidays())
    good_friday = date(2027, 3, 26)
    assert next_open(at(good_friday), [LONDON], HOURS, business) == at(date(2027, 3, 30), 9)


@pytest.mark.parametrize(
    ("zone", "before"),
    [
        (LONDON, date(2027, 3, 26)),
        (LONDON, date(2027, 10, 29)),
        (NEW_YORK, date(2027, 3, 12)),
        (NEW_YORK, date(2027, 11, 5)),
    ],
)
def test_nine_stays_nine_when_the_clocks_are_moved_over_the_weekend(zone: ZoneInfo, before: date) -> None:
    opening = next_open(at(before, 18, zone=zone), [zone], HOURS, weekdays())
    assert opening is not None
    assert opening.astimezone(zone).time() == time(9)
    assert opening.astimezone(zone).date() == before + days(3)
    assert opening.astimezone(zone).utcoffset() != at(before, zone=zone).astimezone(zone).utcoffset()


@pytest.mark.parametrize(("day", "length"), [(date(2027, 3, 28), 23), (date(2027, 10, 31), 25), (date(2027, 5, 2), 24)])
def test_a_day_has_the_hours_it_has(day: date, length: int) -> None:
    assert start_of_day(day + days(1), LONDON) - start_of_day(day, LONDON) == timedelta(hours=length)


def test_open_on_a_sunday_means_open_on_the_day_the_clocks_are_moved() -> None:
    sunday = date(2027, 3, 28)
    daily = SendingHours(time(9), time(17), frozenset(range(7)))
    business = BusinessDays(daily.days, "", no_holidays)
    assert next_open(datetime(2027, 3, 28, 0, tzinfo=UTC), [LONDON], daily, business) == datetime(
        2027, 3, 28, 8, tzinfo=UTC
    )
    assert is_open(at(sunday, 16, 45), [LONDON], daily, business)
    assert not is_open(at(sunday, 16, 46), [LONDON], daily, business)


# ---- several candidate zones


def test_with_two_zones_both_windows_must_be_open() -> None:
    # 14:00 to 16:45 in London is 09:00 to 11:45 in New York.
    assert opens(at(MONDAY, 9), LONDON, NEW_YORK) == at(MONDAY, 14)
    assert is_open(at(MONDAY, 16, 45), [LONDON, NEW_YORK], HOURS, weekdays())
    assert not is_open(at(MONDAY, 16, 46), [LONDON, NEW_YORK], HOURS, weekdays())
    assert opens(at(FRIDAY, 16, 46), LONDON, NEW_YORK) == at(MONDAY + days(7), 14)


def test_zones_whose_windows_never_meet_have_no_opening() -> None:
    assert opens(at(MONDAY), LONDON, TOKYO) is None
    assert opens(at(MONDAY), TOKYO, NEW_YORK, KIRITIMATI) is None


def test_without_a_zone_there_is_no_opening_and_nothing_is_open() -> None:
    assert next_open(at(MONDAY), (), HOURS, weekdays()) is None
    assert not is_open(at(MONDAY), (), HOURS, weekdays())


def test_a_monday_there_may_still_be_a_sunday_here() -> None:
    # Nine on Monday on Kiritimati is Sunday evening in London; the customer's day decides.
    assert opens(at(MONDAY - days(1), 12), KIRITIMATI) == at(MONDAY, 9, zone=KIRITIMATI)


def test_weeks_of_closing_days_have_no_opening() -> None:
    assert next_open(at(MONDAY), [LONDON], HOURS, weekdays(lambda _c, _d: True)) is None


# ---- business days


@pytest.mark.parametrize(("count", "end"), [(0, 4), (1, 7), (2, 8), (5, 11), (6, 14)])
def test_business_days_are_counted_over_the_weekend(count: int, end: int) -> None:
    assert weekdays().add(FRIDAY, count) == MONDAY + days(end)


def test_business_days_counted_from_a_weekend_begin_on_monday() -> None:
    assert weekdays().add(MONDAY + days(5), 1) == MONDAY + days(7)
