"""Puts days together from signs: first those named by themselves, then what is said about them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from reminderbot.replies.dates import calendar as cal
from reminderbot.replies.dates.lexemes import Signs
from reminderbot.replies.dates.meanings import Told, span
from reminderbot.replies.dates.rules import DOUBTFUL, NUMBER, RULES, UNIT, compiled

# Signs of the days found: one that is known, one that cannot be told, one gone by.
KNOWN, UNKNOWN, PAST = "=", "v", "p"


@dataclass(frozen=True, slots=True)
class Day:
    """A day named in words `start` to `end` of a sentence; `day` None where it lies in the past or cannot be told."""

    start: int
    end: int
    day: date | None
    past: bool = False
    # Names a document ("your invoice of 3 March"), and so is no time to pay; such a day is past as well.
    reference: bool = False
    # Named, but no sure last day: "after the 15th", "Friday the 14th" where the next such is months ahead.
    doubtful: bool = False


@dataclass(slots=True)
class _Found:
    """An expression over signs `at` to `end`."""

    at: int
    end: int
    told: Told
    # Where the words that matter begin, behind articles.
    core: int = 0
    # "weekday", "day" or "".
    sort: str = ""
    doubtful: bool = False


def days_of(signs: Signs, today: date) -> list[Day]:
    """The days that a sentence in signs names, in order."""
    found = _longest(_named(signs, today))
    if not found:
        return []
    return [_as_day(one, signs) for one in _Sentence(signs, found, today).settled()]


def _as_day(one: _Found, signs: Signs) -> Day:
    start, end = signs.starts[one.at], signs.ends[one.end - 1]
    if one.told is False or one.sort == "reference":
        return Day(start, end, None, past=True, reference=one.sort == "reference")
    return Day(start, end, one.told if isinstance(one.told, date) else None, doubtful=one.doubtful)


def _named(signs: Signs, today: date) -> Iterable[_Found]:
    text = signs.text
    present = set(text)
    for rules, doubtful in ((RULES, False), (DOUBTFUL, True)):
        for sign, expression, rule in rules:
            if not sign or not present.isdisjoint(sign):
                for match in compiled(expression).finditer(text):
                    yield _found(match, signs, rule, today, doubtful)


def _found(
    match: re.Match[str], signs: Signs, rule: Callable[[Sequence[Any], date], Told], today: date, doubtful: bool
) -> _Found:
    values = [_value(match, group, signs) for group in range(1, (match.lastindex or 0) + 1)]
    values += [None] * (match.re.groups - len(values))
    try:
        told = rule(values, today)
    except (ValueError, OverflowError, StopIteration, TypeError):
        told = None
    core = match.start() + len(match[0]) - len(match[0].lstrip("<'gDJV%"))
    sort = _sort(match[0])
    before = match.string[:core]
    # "The 15th", "le 15", "la semana que viene" with their articles; "je hebt het vrijdag" without.
    at = len(before.rstrip("gDJ" if match.string[core] in "ebjkqQYXSCA" else "DJ"))
    far = isinstance(told, date) and sort == "weekday" and (told - today).days > 62
    return _Found(at, match.end(), told, core, sort, doubtful or far)


def _sort(expression: str) -> str:
    """ "weekday", "day" of a month, or nothing special."""
    if re.search("[MmZno*O]", expression) and not re.search("[kqQYdHBF]", expression):
        return "weekday" if re.search("[Ww]", expression) and not re.search("[MmZ]", expression) else "day"
    return "weekday" if re.search("[Ww]", expression) else ""


def _value(match: re.Match[str], group: int, signs: Signs) -> Any:
    if match[group] is None:
        return None
    value = signs.values[match.start(group)]
    return match[group] if value is None else value


def _longest(found: Iterable[_Found]) -> list[_Found]:
    kept: list[_Found] = []
    for one in sorted(found, key=lambda f: (f.core - f.end, f.at)):
        if all(one.end <= other.at or one.at >= other.end for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda f: f.at)


class _Sentence:
    """A sentence in which each day found has become one sign."""

    def __init__(self, signs: Signs, found: Sequence[_Found], today: date) -> None:
        self._signs = signs
        self._today = today
        self._items: list[_Found | int] = []
        at = 0
        for one in found:
            self._items.extend(range(at, one.at))
            self._items.append(one)
            at = one.end
        self._items.extend(range(at, len(signs.text)))

    def settled(self) -> list[_Found]:
        """The days after everything said about them has been applied."""
        for expression, apply in _ABOUT:
            pattern = compiled(expression)
            text = self._text()
            if KNOWN not in text and PAST not in text:
                break
            for match in reversed(list(pattern.finditer(text))):
                self._apply(match, apply)
        return [item for item in self._items if isinstance(item, _Found)]

    def _text(self) -> str:
        return "".join(self._signs.text[item] if isinstance(item, int) else self._sign(item) for item in self._items)

    def _sign(self, day: _Found) -> str:
        if day.told is False:
            return PAST
        # "Payday" and "COB" mean nothing by themselves beside a day.
        if self._signs.text[day.at : day.end] in ("U", "u"):
            return self._signs.text[day.at]
        return UNKNOWN if day.told is None else KNOWN

    def _apply(self, match: re.Match[str], apply: _About) -> None:
        items = self._items[match.start() : match.end()]
        days = [item for item in items if isinstance(item, _Found)]
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


_About = Callable[[list[_Found], list[Any], date], "_Found | None"]
_ = "[g%VDJ]{0,3}"


def _with(day: _Found, told: Told, **changes: Any) -> _Found:
    return _Found(0, 0, told, 0, changes.get("sort", day.sort), changes.get("doubtful", day.doubtful))


def _counted_on(days: list[_Found], values: list[Any], sign: int) -> _Found | None:
    base = days[-1].told
    return _with(days[-1], span(values[0], values[1], base, sign), sort="day") if isinstance(base, date) else None


def _one_of_two(days: list[_Found], _: list[Any], __: date) -> _Found | None:
    """ "Next Friday, 6 March": the date says which Friday; "tomorrow, Friday" is one day."""
    first, second = days[0].told, days[1].told
    if not (isinstance(first, date) and isinstance(second, date)):
        return None
    if first == second or (days[0].sort == "weekday" and first.weekday() == second.weekday()):
        return _with(days[1], second)
    if days[1].sort == "weekday" and first.weekday() == second.weekday():
        return _with(days[0], first)
    return None


def _a_week_later(days: list[_Found], _: list[Any], __: date) -> _Found:
    told = days[0].told
    return _with(days[0], told + timedelta(7) if isinstance(told, date) else None)


def _rather(days: list[_Found], _: list[Any], __: date) -> None:
    """ "Not Monday but Tuesday": both words stand, and both mean Tuesday."""
    days[0].told = days[1].told


def _day_before(days: list[_Found], _: list[Any], today: date) -> _Found | None:
    told = days[-1].told
    # "Voor morgen" is "by tomorrow", and nobody promises to have paid before a time to come in two weeks.
    if not isinstance(told, date) or told <= today + timedelta(1) or not days[-1].sort:
        return None
    return _with(days[-1], told - timedelta(1))


def _to_come(days: list[_Found], _: list[Any], today: date) -> _Found | None:
    told = days[-1].told
    if not isinstance(told, date) or told >= today:
        return None
    return _with(days[-1], cal.in_months(told, 12))


def _week_of(days: list[_Found], _: list[Any], __: date) -> _Found | None:
    told = days[-1].told
    return _with(days[-1], cal.of_week(cal.FRIDAY, told, 0)) if isinstance(told, date) else None


_ABOUT: list[tuple[str, _About]] = [
    # three days from Tuesday; two weeks before Christmas
    (f"({NUMBER}){_}({UNIT}){_}[a>z<']{_}=", lambda d, v, _t: _counted_on(d, v, 1)),
    (f"({NUMBER}){_}({UNIT}){_}f{_}=", lambda d, v, _t: _counted_on(d, v, -1)),
    # not Monday but Tuesday
    (f"!{_}[<'i]?{_}=,?&[-g<'DJ]{{0,2}}=", _rather),
    (
        f"!{_}=,?&?{_}1",
        _a_week_later,
    ),
    # morning of the 25th; tomorrow morning; COB Friday; end of Friday; first thing tomorrow
    (f"[sub]{_}=", lambda d, _v, _t: _with(d[-1], d[-1].told)),
    (f"e{_}=", lambda d, _v, _t: _with(d[0], d[0].told) if d[0].sort else None),
    ("=[g%VD]?[sub]", lambda d, _v, _t: _with(d[0], d[0].told)),
    # tomorrow, Friday; next Friday (6 March)
    (f"=,?{_}=", _one_of_two),
    # el próximo 12/05
    (f"X{_}=", _to_come),
    # the week of the 20th
    ("k[-]?[%VgzDJ]{1,3}=", _week_of),
    # your invoice of 3 March
    (f"(?:(?<=R)|(?<=R[-tn])|(?<=R[-tn]{{2}}))[%Vz]{_}[=p]", lambda d, _v, _t: _with(d[-1], None, sort="reference")),
    # before Friday; after the 15th; since Monday
    (f"f{_}=(?!l)", _day_before),
    (f"a{_}=", lambda d, _v, _t: _with(d[-1], d[-1].told, doubtful=True)),
    (f"~{_}=", lambda d, _v, _t: _with(d[-1], False)),
    ("U[-,g%VD<']{0,3}=", lambda d, _v, _t: _with(d[-1], d[-1].told)),
    # payday on the 28th; soon, Friday at the latest
    (
        "v[-,gD<'l]{0,3}l[-,gD<']{0,2}=|v[-,gD<']{0,3}=l|v[gDJ<'i]{0,2}=",
        lambda d, _v, _t: _with(d[-1], d[-1].told),
    ),
]
