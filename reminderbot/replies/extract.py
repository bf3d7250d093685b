"""Decides which day, and which sum, the words of a customer mean, by the conventions of docs/replies.md.

Days are counted from the day of receipt in the customer's own offset; a promise's day is its last possible one.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from reminderbot.replies.tables import Table

MONDAY, WEDNESDAY, FRIDAY, SATURDAY, SUNDAY = 0, 2, 4, 5, 6

# In these places 4/2 is the second of April (CLDR short dates).
_MONTH_FIRST = frozenset({"en-us", "en", "en-ph", "es-us", "en-ca", "es-pr", "es-pa"})

_NUMERIC = re.compile(r"(\d{1,4})([./-])(\d{1,2})(?:\2(\d{2,4}))?\.?")
_CURRENCIES = frozenset(
    [
        "$",
        "€",
        "£",
        "¥",
        "₹",
        "₦",
        "₱",
        "r$",
        "a$",
        "us$",
        "c$",
        "nz$",
        "rs",
        "inr",
        "eur",
        "euro",
        "euros",
        "usd",
        "gbp",
        "chf",
        "aud",
        "cad",
        "nzd",
        "sek",
        "nok",
        "dkk",
        "pln",
        "brl",
        "mxn",
        "ars",
        "aed",
        "zar",
        "ngn",
        "reais",
        "real",
        "dollar",
        "dollars",
        "bucks",
        "pound",
        "pounds",
        "quid",
        "franken",
        "francs",
        "franc",
        "sfr",
        "pesos",
        "peso",
        "rupees",
        "naira",
        "rand",
        "stutz",
    ]
)


@dataclass(frozen=True, slots=True)
class Day:
    """A day named in words `start` to `end` of a sentence; `day` None where it lies in the past or cannot be told."""

    start: int
    end: int
    day: date | None
    past: bool = False


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount of money in words `start` to `end` of a sentence."""

    start: int
    end: int
    amount: Decimal


def days_in(words: Sequence[str], tables: Iterable[Table], today: date, locale: str) -> list[Day]:
    """Every day named, in order; where two readings overlap the longer one holds."""
    text = " " + " ".join(words) + " "
    found = [_numeric(index, word, today, locale) for index, word in enumerate(words) if word[0].isdigit()]
    days = [day for day in found if day]
    for table in tables:
        for phrase in table.days.candidates(set(words)):
            for match in phrase.pattern.finditer(text):
                start, end = text.count(" ", 0, match.start()) - 1, text.count(" ", 0, match.end()) - 1
                days.append(_resolved(phrase.group, match, table, today, start, end))
    return _longest(days)


def _resolved(rule: str, match: re.Match[str], table: Table, today: date, start: int, end: int) -> Day:
    if rule == "past":
        return Day(start, end, None, past=True)
    try:
        return Day(start, end, _RULES[rule](_Slots(match, table), today))
    except (ValueError, OverflowError):
        return Day(start, end, None)


def _longest(days: list[Day]) -> list[Day]:
    kept: list[Day] = []
    for day in sorted(days, key=lambda d: (d.start - d.end, d.start)):
        if all(day.end <= other.start or day.start >= other.end for other in kept):
            kept.append(day)
    return sorted(kept, key=lambda d: d.start)


class _Slots:
    """The blanks of a date pattern as numbers."""

    def __init__(self, match: re.Match[str], table: Table) -> None:
        self._found = match.groupdict()
        self._table = table

    @property
    def weekday(self) -> int:
        return self._table.weekdays[self._found["weekday"]]

    @property
    def month(self) -> int:
        return self._table.months[self._found["month"]] + 1

    @property
    def n(self) -> int:
        word = self._found["n"]
        return int(word) if word.isdigit() else self._table.numbers[word]

    @property
    def day(self) -> int:
        word = self._found.get("day") or self._found.get("ordinal") or ""
        digits = re.match(r"\d+", word)
        return int(digits[0]) if digits else 1

    @property
    def year(self) -> int | None:
        year = self._found.get("year")
        return int(year) if year else None


def _weekday(slots: _Slots, today: date) -> date:
    return _coming(slots.weekday, today)


def _coming(weekday: int, today: date) -> date:
    """The next such weekday; said on that very day, a week later (the later reading)."""
    return today + timedelta((weekday - today.weekday() - 1) % 7 + 1)


def _this_weekday(slots: _Slots, today: date) -> date:
    return today + timedelta((slots.weekday - today.weekday()) % 7)


def _of_next_week(weekday: int, today: date) -> date:
    return today + timedelta(7 - today.weekday() + weekday)


def _day_of_month(slots: _Slots, today: date) -> date:
    """The next such day: this month's, or where it has gone by the following month's."""
    day = slots.day
    for offset in range(13):
        year, month = _month_after(today, offset)
        if day <= calendar.monthrange(year, month)[1] and date(year, month, day) >= today:
            return date(year, month, day)
    raise ValueError


def _day_month(slots: _Slots, today: date) -> date:
    return _next_such(slots.day, slots.month, slots.year, today)


def _next_such(day: int, month: int, year: int | None, today: date) -> date:
    if year is not None:
        return date(year, month, day)
    # "2 May" said on 5 May may be a slip or a day gone by, never next year's; eight months back is next year's.
    this = date(today.year, month, day)
    return this if this >= today - timedelta(60) else date(today.year + 1, month, day)


def _month_after(today: date, months: int) -> tuple[int, int]:
    count = today.year * 12 + today.month - 1 + months
    return count // 12, count % 12 + 1


def _month_end(today: date, months: int = 0) -> date:
    year, month = _month_after(today, months)
    return date(year, month, calendar.monthrange(year, month)[1])


def _named_month_end(slots: _Slots, today: date) -> date:
    year = slots.year or (today.year if slots.month >= today.month else today.year + 1)
    return date(year, slots.month, calendar.monthrange(year, slots.month)[1])


def _named_mid_month(slots: _Slots, today: date) -> date:
    return _next_such(15, slots.month, slots.year, today)


def _mid_month(_: _Slots, today: date) -> date:
    year, month = _month_after(today, 0 if today.day <= 15 else 1)
    return date(year, month, 15)


def _mid_next_month(_: _Slots, today: date) -> date:
    year, month = _month_after(today, 1)
    return date(year, month, 15)


def _first_of_next_month(_: _Slots, today: date) -> date:
    year, month = _month_after(today, 1)
    return date(year, month, 1)


def _week_end(_: _Slots, today: date) -> date:
    return today + timedelta((FRIDAY - today.weekday()) % 7)


def _weekend(_: _Slots, today: date) -> date:
    return today + timedelta(SUNDAY - today.weekday())


def _in_months(slots: _Slots, today: date) -> date:
    year, month = _month_after(today, slots.n)
    return date(year, month, min(today.day, calendar.monthrange(year, month)[1]))


def _in_working_days(slots: _Slots, today: date) -> date:
    day = today
    for _ in range(min(slots.n, 90)):
        day += timedelta(1)
        while day.weekday() >= SATURDAY:
            day += timedelta(1)
    return day


def _before(month: int, day: int) -> Callable[[_Slots, date], date]:
    return lambda _, today: _next_such(day, month, None, today)


def _unknown(_: _Slots, __: date) -> date:
    raise ValueError


_RULES: dict[str, Callable[[_Slots, date], date]] = {
    "today": lambda _, today: today,
    "tomorrow": lambda _, today: today + timedelta(1),
    "day_after_tomorrow": lambda _, today: today + timedelta(2),
    "weekday": _weekday,
    "this_weekday": _this_weekday,
    "next_weekday": lambda s, today: _of_next_week(s.weekday, today),
    "weekday_after": lambda s, today: _coming(s.weekday, today) + timedelta(7),
    "this_week": _week_end,
    "week_end": _week_end,
    "weekend": _weekend,
    "next_weekend": lambda _, today: _of_next_week(SUNDAY, today),
    "early_next_week": lambda _, today: _of_next_week(WEDNESDAY, today),
    "mid_week": lambda _, today: _coming(WEDNESDAY, today),
    "next_week": lambda _, today: _of_next_week(FRIDAY, today),
    "week_after_next": lambda _, today: _of_next_week(FRIDAY, today) + timedelta(7),
    "in_days": lambda s, today: today + timedelta(s.n),
    "in_weeks": lambda s, today: today + timedelta(7 * s.n),
    "in_months": _in_months,
    "in_working_days": _in_working_days,
    "in_a_week": lambda _, today: today + timedelta(7),
    "in_two_weeks": lambda _, today: today + timedelta(14),
    "month_end": lambda _, today: _month_end(today),
    "next_month_end": lambda _, today: _month_end(today, 1),
    "named_month_end": _named_month_end,
    "mid_month": _mid_month,
    "mid_next_month": _mid_next_month,
    "named_mid_month": _named_mid_month,
    "first_of_next_month": _first_of_next_month,
    "day_of_month": _day_of_month,
    "day_of_next_month": lambda s, today: date(*_month_after(today, 1), s.day),
    "day_month": _day_month,
    "before_christmas": _before(12, 24),
    "before_new_year": _before(12, 31),
    "year_end": _before(12, 31),
    # Vague on purpose: a person decides what "mid-winter" is worth.
    "vague": _unknown,
}


def _numeric(index: int, word: str, today: date, locale: str) -> Day | None:
    """A date in figures: ISO, or day and month in the order of the locale."""
    match = _NUMERIC.fullmatch(word)
    if not match:
        return None
    first, sign, second, third = match.groups()
    if not third and (
        sign == "-" or len(first) > 2 or (sign == "." and locale.startswith("en") and not word.endswith("."))
    ):
        return None
    try:
        if len(first) == 4:
            return Day(index, index + 1, date(int(first), int(second), int(third or 1)))
        day, month = (int(second), int(first)) if _is_month_first(locale) and sign != "." else (int(first), int(second))
        # 13/12 cannot be the twelfth day of a thirteenth month.
        if month > 12 >= day:
            day, month = month, day
        year = None if not third else int(third) + (2000 if len(third) == 2 else 0)
        return Day(index, index + 1, _next_such(day, month, year, today))
    except ValueError:
        return None


def _is_month_first(locale: str) -> bool:
    return locale.lower().replace("_", "-") in _MONTH_FIRST


def sums_in(words: Sequence[str]) -> list[Sum]:
    """Every amount that stands beside a currency."""
    found: list[Sum] = []
    for index, word in enumerate(words):
        if not word[0].isdigit() or (found and index < found[-1].end):
            continue
        amount = amount_in(word)
        before = index > 0 and words[index - 1] in _CURRENCIES
        after = index + 1 < len(words) and words[index + 1] in _CURRENCIES
        if amount is not None and (before or after):
            found.append(Sum(index - before, index + 1 + (after and not before), amount))
    return found


def amount_in(number: str) -> Decimal | None:
    """The sum written as 1,250.00, 1.250,00, 1'250.-, 1250 or 12,5; None for anything else."""
    digits = number.rstrip(".,-'").replace("'", "")
    if not re.fullmatch(r"\d+(?:[.,]\d+)*", digits):
        return None
    last = max(digits.rfind("."), digits.rfind(","))
    if last >= 0 and (
        len(digits) - last - 1 != 3 or (digits.count(digits[last]) == 1 and len({".", ","} & set(digits)) == 2)
    ):
        digits = re.sub("[.,]", "", digits[:last]) + "." + digits[last + 1 :]
    else:
        digits = re.sub("[.,]", "", digits)
    try:
        return Decimal(digits).quantize(Decimal("0.01"))
    except InvalidOperation:
        return None
