"""Applies what is said about the days found: "before", "COB", "the week of", "not ... but", "two weeks after"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from reminderbot.replies.dates import calendar as cal
from reminderbot.replies.dates.lexemes import Signs
from reminderbot.replies.dates.meanings import Told, span
from reminderbot.replies.dates.rules import NUMBER, UNIT, compiled

# Signs of the days found: one that is known, one that cannot be told, one gone by.
KNOWN, UNKNOWN, PAST = "=", "v", "p"


@dataclass(slots=True)
class Found:
    """An expression over signs `at` to `end`."""

    at: int
    end: int
    told: Told
    # Where the words that matter begin, behind articles.
    core: int = 0
    # "weekday", "day" or "".
    sort: str = ""
    doubtful: bool = False


class Sentence:
    """A sentence in which each day found has become one sign."""

    def __init__(self, signs: Signs, found: Sequence[Found], today: date) -> None:
        self._signs = signs
        self._today = today
        self._items: list[Found | int] = []
        at = 0
        for one in found:
            self._items.extend(range(at, one.at))
            self._items.append(one)
            at = one.end
        self._items.extend(range(at, len(signs.text)))

    def settled(self) -> list[Found]:
        """The days after everything said about them has been applied."""
        text = self._text()
        for sign, expression, apply in _ABOUT:
            if sign not in text:
                continue
            matches = list(compiled(expression).finditer(text))
            for match in reversed(matches):
                self._apply(match, apply)
            if matches:
                text = self._text()
        return [item for item in self._items if isinstance(item, Found)]

    def _text(self) -> str:
        return "".join(self._signs.text[item] if isinstance(item, int) else self._sign(item) for item in self._items)

    def _sign(self, day: Found) -> str:
        if day.told is False:
            return PAST
        # "Payday" and "COB" mean nothing by themselves beside a day.
        if self._signs.text[day.at : day.end] in ("U", "u", "2"):
            return self._signs.text[day.at]
        return UNKNOWN if day.told is None else KNOWN

    def _apply(self, match: re.Match[str], apply: _About) -> None:
        items = self._items[match.start() : match.end()]
        days = [item for item in items if isinstance(item, Found)]
        values = [self._value(index, match[g]) for g in range(1, match.re.groups + 1) if (index := match.start(g)) >= 0]
        try:
            new = apply(days, values, self._today)
        except (ValueError, OverflowError):
            return
        if new is not None:
            first, last = items[0], items[-1]
            new.at = first if isinstance(first, int) else first.at
            new.end = last + 1 if isinstance(last, int) else last.end
            self._items[match.start() : match.end()] = [new]

    def _value(self, index: int, sign: str) -> Any:
        item = self._items[index]
        value = self._signs.values[item] if isinstance(item, int) else None
        return sign if value is None else value


_About = Callable[[list[Found], list[Any], date], "Found | None"]
_ = "[g%VDJ]{0,3}"


def _with(day: Found, told: Told, **changes: Any) -> Found:
    return Found(0, 0, told, 0, changes.get("sort", day.sort), changes.get("doubtful", day.doubtful))


def _counted_on(days: list[Found], values: list[Any], sign: int) -> Found | None:
    base = days[-1].told
    return _with(days[-1], span(values[0], values[1], base, sign), sort="day") if isinstance(base, date) else None


def _one_of_two(days: list[Found], _: list[Any], __: date) -> Found | None:
    """ "Next Friday, 6 March": the date says which Friday; "tomorrow, Friday" is one day."""
    first, second = days[0].told, days[1].told
    if not (isinstance(first, date) and isinstance(second, date)):
        return None
    if first == second or (days[0].sort == "weekday" and first.weekday() == second.weekday()):
        return _with(days[1], second)
    if days[1].sort == "weekday" and first.weekday() == second.weekday():
        return _with(days[0], first)
    return None


def _following(days: list[Found], _: list[Any], __: date) -> None:
    """ "We meet on the 12th, and cheques are mailed the day after": both stand, and the second follows the first."""
    if isinstance(days[0].told, date):
        days[-1].told = days[0].told + timedelta(1)


def _the_same(days: list[Found], _: list[Any], __: date) -> None:
    """ "The day after tomorrow, that's payday": both words stand, and both mean that day."""
    days[1].told = days[0].told


def _a_week_later(days: list[Found], _: list[Any], __: date) -> Found:
    told = days[0].told
    return _with(days[0], told + timedelta(7) if isinstance(told, date) else None)


def _rather(days: list[Found], _: list[Any], __: date) -> None:
    """ "Not Monday but Tuesday": both words stand, and both mean Tuesday."""
    days[0].told = days[1].told


def _day_before(days: list[Found], _: list[Any], today: date) -> Found | None:
    told = days[-1].told
    # "Voor morgen" is "by tomorrow", and nobody promises to have paid before a time to come in two weeks.
    if not isinstance(told, date) or told <= today + timedelta(1) or not days[-1].sort:
        return None
    return _with(days[-1], told - timedelta(1))


def _to_come(days: list[Found], _: list[Any], today: date) -> Found | None:
    told = days[-1].told
    if not isinstance(told, date) or told >= today:
        return None
    return _with(days[-1], cal.in_months(told, 12))


def _week_of(days: list[Found], _: list[Any], __: date) -> Found | None:
    told = days[-1].told
    return _with(days[-1], cal.of_week(cal.FRIDAY, told, 0)) if isinstance(told, date) else None


_ABOUT: list[tuple[str, str, _About]] = [
    # (a sign that must be there, the expression, what it changes)
    # three days from Tuesday; two weeks before Christmas
    ("=", f"({NUMBER}){_}({UNIT}){_}[a>z<']{_}=", lambda d, v, _t: _counted_on(d, v, 1)),
    ("f", f"({NUMBER}){_}({UNIT}){_}f{_}=", lambda d, v, _t: _counted_on(d, v, -1)),
    # not Monday but Tuesday
    ("&", f"!{_}[<'i]?{_}=,?&[-g<'DJ]{{0,2}}=", _rather),
    ("1", f"!{_}=,?&?{_}1", _a_week_later),
    # meets on the 12th, and cheques are mailed the day after
    ("2", "=[^=vp2]{0,60}2", _following),
    # morning of the 25th; tomorrow morning; COB Friday; end of Friday; first thing tomorrow
    ("=", f"[sub]{_}=", lambda d, _v, _t: _with(d[-1], d[-1].told)),
    ("e", f"e{_}=", lambda d, _v, _t: _with(d[0], d[0].told) if d[0].sort else None),
    ("=", "=[g%VD]?[sub]", lambda d, _v, _t: _with(d[0], d[0].told)),
    # tomorrow, Friday; next Friday (6 March)
    ("=", f"=,?{_}=", _one_of_two),
    # el próximo 12/05
    ("X", f"X{_}=", _to_come),
    # the week of the 20th
    ("k", "k[-]?[%VgzDJ]{1,3}=", _week_of),
    # your invoice of 3 March
    (
        "R",
        f"(?:(?<=R)|(?<=R[-tn])|(?<=R[-tn]{{2}}))[%Vz]{_}[=p]",
        lambda d, _v, _t: _with(d[-1], None, sort="reference"),
    ),
    # before Friday; after the 15th; since Monday
    ("f", f"f{_}=(?!l)", _day_before),
    ("a", f"a{_}=", lambda d, _v, _t: _with(d[-1], d[-1].told, doubtful=True)),
    ("~", f"~{_}=", lambda d, _v, _t: _with(d[-1], False)),
    ("U", "U[-,g%VD<']{0,3}=", lambda d, _v, _t: _with(d[-1], d[-1].told)),
    ("U", "=[^=vpU|]{0,5}U", _the_same),
    # payday on the 28th; soon, Friday at the latest
    (
        "v",
        "v[-,gD<'l]{0,3}l[-,gD<']{0,2}=|v[-,gD<']{0,3}=l|v[gDJ<'i]{0,2}=",
        lambda d, _v, _t: _with(d[-1], d[-1].told),
    ),
]
