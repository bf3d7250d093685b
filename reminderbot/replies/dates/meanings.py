"""What the expressions of `rules` come to: each function turns what was captured into a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from reminderbot.replies.dates import calendar as cal

# The day; None for one that cannot be told; False for one gone by.
Told = date | None | bool

_WEEKS = {"S": 0, "C": 1, "X": 1, "A": 2}


def _add(n: int, unit: str, day: date) -> date:
    """`n` units after a day; a negative number goes back."""
    if unit == "q":
        return cal.in_months(day, n)
    if unit == "Y":
        return cal.in_months(day, 12 * n)
    if unit == "B":
        return cal.in_working_days(day, n)
    return day + timedelta({"d": n, "k": 7 * n, "F": 14 * n, "H": -(-n // 24) if n >= 24 else 0}[unit])


def span(count: Any, unit: str, day: date, sign: int = 1) -> date:
    """As `_add`, refusing what nobody means."""
    n = int(count)
    if n > 999:
        raise ValueError(n)
    return _add(sign * n, unit, day)


def period(place: str | None, which: str | None, unit: str, today: date) -> Told:
    """ "End of this month", "early next week", "mid-month", "next quarter"."""
    ahead = _WEEKS.get(which or "S", 0)
    if unit == "k":
        return week(place, ahead, today)
    if unit == "q":
        return month(place, which, ahead, today)
    if unit == "E":
        return cal.of_week(cal.SUNDAY, today, ahead if which != "C" else 0)
    if unit == "Q":
        return cal.quarter_end(today, ahead) if place in (None, "e") else None
    if unit == "Y" and place == "e":
        return date(today.year + ahead, 12, 31)
    return None


def week(place: str | None, ahead: int, today: date) -> date:
    if place in ("b", "j"):
        return cal.of_week(cal.WEDNESDAY, today, ahead) if ahead else cal.coming(cal.WEDNESDAY, today)
    return cal.of_week(cal.FRIDAY, today, ahead) if ahead else cal.end_of_this_week(today)


def month(place: str | None, which: str | None, ahead: int, today: date) -> date:
    months = ahead if which else None
    if place == "j":
        return cal.within_month(today, 15, months)
    if place == "b":
        return cal.early_in_month(today, months)
    return cal.month_end(today, ahead)


def named_month(place: str | None, month: int, year: int | None, today: date) -> Told:
    if place and not year:
        year = year_of(month, today)
    found = cal.within_named_month(month + 1, year, {"j": 15, "b": 10}.get(place or "", 0), today)
    return False if found is None else found


def day_month(weekday: int | None, day: int, month: int, year: int | None, today: date) -> date:
    found = cal.next_such(int(day), month + 1, year, today)
    if weekday is not None and year is None and found.weekday() != weekday:
        for other in (found.year - 1, found.year + 1):
            slip = abs((date(other, month + 1, int(day)) - today).days)
            if date(other, month + 1, int(day)).weekday() == weekday and slip < 60:
                return date(other, month + 1, int(day))
    return found


def numeric(weekday: int | None, readings: Sequence[date]) -> date:
    """The first reading, or the one that falls on the weekday named with it."""
    return next((day for day in readings if weekday is None or day.weekday() == weekday), readings[0])


def short_year(n: int, today: date) -> int:
    if not -3 <= 2000 + n - today.year <= 4:
        raise ValueError(n)
    return 2000 + n


def calendar_week(n: int, today: date) -> date:
    year = today.isocalendar().year
    found = date.fromisocalendar(year, n, 5)
    return found if found >= today else date.fromisocalendar(year + 1, n, 5)


def nth_weekday(n: int, weekday: int, year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta((weekday - first.weekday()) % 7 + 7 * (n - 1))


def next_nth_weekday(n: int, weekday: int, today: date) -> date:
    """This month's, or where it has gone by the following month's; there is no sixth."""
    found = nth_weekday(n, weekday, today.year, today.month)
    found = found if found >= today else nth_weekday(n, weekday, *cal.month_after(today, 1))
    if not 0 < n < 5:
        raise ValueError(n)
    return found


def last_weekday(weekday: int, end: date) -> date:
    return end - timedelta((end.weekday() - weekday) % 7)


def last_working_day(end: date) -> date:
    return end if end.weekday() < cal.SATURDAY else last_weekday(cal.FRIDAY, end)


def nth_working_day(n: Any, year: int, month: int) -> date:
    if not 0 < n < 24:
        raise ValueError(n)
    return cal.in_working_days(date(year, month, 1) - timedelta(1), int(n))


def next_nth_working_day(n: Any, today: date) -> date:
    """This month's, or where it has gone by the following month's."""
    found = nth_working_day(n, today.year, today.month)
    return found if found >= today else nth_working_day(n, *cal.month_after(today, 1))


def repeated(values: Sequence[Any], today: date) -> date:
    """The last of the coming ones, of days of every month; pairs of a number and whether it counts working days."""
    pairs = [(n, working) for n, working in zip(values[::2], values[1::2], strict=True) if n is not None]
    return max(next_nth_working_day(n, today) if working else cal.day_of_month(n, today) for n, working in pairs)


def relative(days: int, today: date) -> Told:
    return today + timedelta(days) if days >= 0 else False


def this_weekday(weekday: int, today: date) -> date:
    return cal.of_week(weekday, today, 0) if weekday >= today.weekday() else cal.coming(weekday, today)


def first(values: Sequence[Any]) -> Any:
    return next(value for value in values if value is not None)


def large(n: int) -> int:
    """A number word that can only be a day: "May twenty nine", not "may one"."""
    if n < 13:
        raise ValueError(n)
    return n


def year_of(month: int, today: date) -> int:
    return today.year + (month + 1 < today.month)


def nth_of(n: int, weekday: int, month: int, today: date) -> date:
    return nth_weekday(n, weekday, year_of(month, today), month + 1)


def beside(values: Sequence[Any], today: date) -> date:
    return span(values[0], values[1], cal.holiday(values[3], None, today), -1 if values[2] == "f" else 1)


def week_of_month(n: Any, month: int, today: date) -> date:
    return date(year_of(month, today), month + 1, min(28, 7 * (n or 1)))
