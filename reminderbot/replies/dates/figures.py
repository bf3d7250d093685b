"""Tells what a word of figures is: a date, a day, a year, a time, a span such as 10-14, or just a number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from reminderbot.replies.dates.calendar import next_such

# In these places 4/2 is the second of April (CLDR short dates).
_MONTH_FIRST = frozenset({"en-us", "en", "en-ph", "es-us", "en-ca", "es-pr", "es-pa"})
_MONTH_FIRST_LANGUAGES = frozenset({"en", "es"})

_DATE = re.compile(r"(\d{1,4})([./-])(\d{1,2})(?:[./-]'?(\d{1,2}|\d{4}))?\.?")
_TIME = re.compile(r"\d{1,2}[:h]\d{2}(?::\d{2})?")
_SPAN = re.compile(r"(\d{1,3})\.?[-/](\d{1,3})\.?")
_ORDINAL = re.compile(r"(\d{1,2})([a-zºª]{1,4})\.?")
# A part of the sum, or "always".
NO_DATE = frozenset({"1/2", "1/3", "1/4", "2/3", "3/4", "24/7", "50/50"})


@dataclass(frozen=True, slots=True)
class Order:
    """How figures are to be read: where the customer is and what language is spoken."""

    today: date
    month_first: bool
    # A point parts day and month ("20.3."); in English it parts a sum or a time.
    point: bool


def order_of(language: str, locale: str, today: date) -> Order:
    """The reading of figures in a text of this language from that place."""
    place = locale.lower().replace("_", "-")
    return Order(today, place in _MONTH_FIRST and language in _MONTH_FIRST_LANGUAGES, language not in ("en", ""))


def figure(word: str, order: Order, endings: frozenset[str], after_day_word: bool) -> tuple[str, Any]:
    """The sign and the value of a word that starts with a digit; `after_day_word`: "on", a weekday stood before.

    `endings` make an ordinal of a number: 15th, 15e.
    """
    if word.isdigit() and len(word) <= 4:
        return _number(int(word))
    if (match := _ORDINAL.fullmatch(word)) and match[2] in endings:
        return ("o", int(match[1])) if 1 <= int(match[1]) <= 31 else ("-", None)
    if word[-1] == "." and word[:-1].isdigit():
        return ("n.", int(word[:-1])) if 1 <= int(word[:-1]) <= 31 else ("-", None)
    if _TIME.fullmatch(word):
        return ":", None
    if word not in NO_DATE or after_day_word:
        days = _numeric(word, order, after_day_word)
        if days:
            return "Z", days
    return span_of(word)


def span_of(word: str) -> tuple[str, Any]:
    """The sign and the end of a span such as 10-14."""
    match = _SPAN.fullmatch(word)
    return ("r", int(match[2])) if match and int(match[1]) < int(match[2]) else ("-", None)


def _number(n: int) -> tuple[str, Any]:
    if 1 <= n <= 31:
        return "n", n
    return ("y", n) if 2015 <= n <= 2060 else ("#", n) if n <= 999 else ("-", None)


def _numeric(word: str, order: Order, after_day_word: bool) -> tuple[date, ...]:
    """The day meant, and the other reading where there is one."""
    match = _DATE.fullmatch(word)
    if not match:
        return ()
    first, sign, second, third = match.groups()
    if len(first) == 4:
        return _possible([(third, second, first), (second, third, first)], order.today) if third else ()
    if len(first) == 3 or (not third and sign != "/" and not _is_plainly_a_date(word, sign, order, after_day_word)):
        return ()
    readings = [(first, second, third)] + [(second, first, third)] * (sign != "." or order.month_first)
    if order.month_first and not (sign == "." and third):
        readings.reverse()
    return _possible(readings, order.today)


def _is_plainly_a_date(word: str, sign: str, order: Order, after_day_word: bool) -> bool:
    """5.12 may be a sum, 5-12 a span."""
    if sign == "-":
        return after_day_word
    return after_day_word or word.endswith(".") or (order.point and len(word) >= 4)


def _possible(readings: list[tuple[str, str, str | None]], today: date) -> tuple[date, ...]:
    found = []
    for day, month, year in readings:
        try:
            found.append(next_such(int(day), int(month), _full_year(year), today))
        except (ValueError, StopIteration):
            continue
    return tuple(found)


def _full_year(year: str | None) -> int | None:
    if not year:
        return None
    return int(year) + (2000 if len(year) == 2 else 0)
