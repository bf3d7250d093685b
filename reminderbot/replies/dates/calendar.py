"""Counts days by the conventions of docs/replies.md: a day means the last on which a promise is still kept."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

MONDAY, WEDNESDAY, FRIDAY, SATURDAY, SUNDAY = 0, 2, 4, 5, 6

# "2 May" said on 5 May may be a slip or a day gone by, never next year's; months back, it is next year's.
_SLIP = timedelta(60)
_EARLY_IN_MONTH = 10
_FEW_MONTHS = 7


def coming(weekday: int, today: date) -> date:
    """The next such weekday; said on that very day, a week later (the later reading)."""
    return today + timedelta((weekday - today.weekday() - 1) % 7 + 1)


def of_week(weekday: int, today: date, weeks: int) -> date:
    """That weekday in the week that is `weeks` after this one."""
    return today + timedelta(7 * weeks - today.weekday() + weekday)


def nearest(weekday: int, day: date) -> date:
    """That weekday within three days of `day`."""
    return day + timedelta((weekday - day.weekday() + 3) % 7 - 3)


def end_of_this_week(today: date) -> date:
    """Friday; on a weekend the next one."""
    return today + timedelta((FRIDAY - today.weekday()) % 7)


def month_after(today: date, months: int) -> tuple[int, int]:
    """Year and month so many months later."""
    count = today.year * 12 + today.month - 1 + months
    return count // 12, count % 12 + 1


def last_of_month(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def month_end(today: date, months: int = 0) -> date:
    """The last day of this month or one after it."""
    return last_of_month(*month_after(today, months))


def in_months(today: date, months: int) -> date:
    """The same day so many months later; the last of a month too short for it."""
    year, month = month_after(today, months)
    return date(year, month, min(today.day, calendar.monthrange(year, month)[1]))


def in_working_days(today: date, days: int) -> date:
    """So many days later, weekends not counted."""
    day = today
    for _ in range(min(days, 250)):
        day += timedelta(1)
        while day.weekday() >= SATURDAY:
            day += timedelta(1)
    return day


def quarter_end(today: date, quarters: int = 0) -> date:
    """The last day of this quarter or one after it."""
    return month_end(today.replace(day=1), 2 - (today.month - 1) % 3 + 3 * quarters)


def next_such(day: int, month: int, year: int | None, today: date) -> date:
    """That day of the year named, or else the next such; ValueError where there is none."""
    if year is not None:
        return date(year, month, day)
    if (month, day) == (2, 29):
        return next(date(y, 2, 29) for y in range(today.year, today.year + 9) if _is_leap_day_to_come(y, today))
    this = date(today.year, month, day)
    return this if this >= today - _SLIP else date(today.year + 1, month, day)


def _is_leap_day_to_come(year: int, today: date) -> bool:
    return calendar.isleap(year) and date(year, 2, 29) >= today - _SLIP


def day_of_month(day: int, today: date) -> date:
    """The next such day: this month's, or where it has gone by the following month's."""
    for offset in range(13):
        year, month = month_after(today, offset)
        if day <= calendar.monthrange(year, month)[1] and date(year, month, day) >= today:
            return date(year, month, day)
    raise ValueError(day)


def weekday_and_day(weekday: int, day: int, today: date) -> date:
    """The next month in which that day falls on that weekday ("Friday the 13th"); ValueError where none does."""
    for offset in range(14):
        year, month = month_after(today, offset)
        if day <= calendar.monthrange(year, month)[1]:
            found = date(year, month, day)
            if found >= today and found.weekday() == weekday:
                return found
    raise ValueError(day)


def within_named_month(month: int, year: int | None, day: int, today: date) -> date | None:
    """That day (0: the last) of a month named by itself; None where the month lies behind."""
    if year is None:
        ahead = (month - today.month) % 12
        if ahead > _FEW_MONTHS:
            return None
        year = today.year + (month < today.month)
    return date(year, month, day) if day else last_of_month(year, month)


def within_month(today: date, day: int, months: int | None) -> date:
    """That day of a month; of this one or, where it has gone by, of the next, where `months` is None."""
    if months is None:
        months = 0 if today.day <= day else 1
    return date(*month_after(today, months), day)


def early_in_month(today: date, months: int | None) -> date:
    """ "Early next month": the tenth."""
    return within_month(today, _EARLY_IN_MONTH, months)


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the anonymous algorithm of 1876)."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * k) // 451
    month, day = divmod(h + k - 7 * m + 114, 31)
    return date(year, month, day + 1)


def holiday(name: str, year: int | None, today: date) -> date:
    """The next feast written as "12-25", "easter-2" or, the fourth Thursday of November, "11.4.thu"."""
    years = (year,) if year else (today.year, today.year + 1)
    days = [_feast(name, y) for y in years]
    return next((day for day in days if day >= today), days[-1])


def _feast(name: str, year: int) -> date:
    if name.startswith("easter"):
        return easter(year) + timedelta(int(name[6:] or 0))
    if name.count(".") == 2:
        month, n, named = name.split(".")
        # Black Friday is the day after the fourth Thursday, which need not be the fourth Friday.
        weekday, _, more = named.partition("+")
        first = date(year, int(month), 1)
        ahead = (("mon", "tue", "wed", "thu", "fri", "sat", "sun").index(weekday) - first.weekday()) % 7
        return first + timedelta(ahead + 7 * (int(n) - 1) + int(more or 0))
    month, _, day = name.partition("-")
    return date(year, int(month), int(day))
