"""Puts days together from signs: first those named by themselves, then what is said about them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from reminderbot.replies.dates.about import Found, Sentence
from reminderbot.replies.dates.lexemes import Signs
from reminderbot.replies.dates.rules import DOUBTFUL, RULES, Rule, compiled

_ALL = [*RULES, *DOUBTFUL]
# The rules by the signs of which they need one.
_RULES_WITH: dict[str, list[int]] = {}
for _index, _entry in enumerate(_ALL):
    for _one in _entry[0]:
        _RULES_WITH.setdefault(_one, []).append(_index)
# Without one of these a sentence names no day, whatever numbers and articles it holds.
_TELLING = frozenset("2TuWwMmZ*kqQYEBHFGhvUpKdsnoOr9#")


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
    # Comes every month: a habit, and the day meant only where no other is named.
    repeated: bool = False


def days_of(signs: Signs, today: date) -> list[Day]:
    """The days that a sentence in signs names, in order."""
    found = _longest(_named(signs, today))
    if not found:
        return []
    return [_as_day(one, signs) for one in Sentence(signs, found, today).settled()]


def _as_day(one: Found, signs: Signs) -> Day:
    start, end = signs.starts[one.at], signs.ends[one.end - 1]
    if one.told is False or one.sort == "reference":
        return Day(start, end, None, past=True, reference=one.sort == "reference")
    day = one.told if isinstance(one.told, date) else None
    return Day(start, end, day, doubtful=one.doubtful, repeated=one.sort == "repeated")


def _named(signs: Signs, today: date) -> Iterable[Found]:
    present = set(signs.text)
    if present.isdisjoint(_TELLING):
        return
    for index in sorted({index for sign in present for index in _RULES_WITH.get(sign, ())}):
        _, expression, rule = _ALL[index]
        for match in compiled(expression).finditer(signs.text):
            yield _found(match, signs, rule, today, index >= len(RULES))


def _found(match: re.Match[str], signs: Signs, rule: Rule, today: date, doubtful: bool) -> Found:
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
    return Found(at, match.end(), told, core, sort, doubtful or far)


def _sort(expression: str) -> str:
    """ "weekday", "day" of a month, "repeated", or nothing special."""
    if "3" in expression:
        return "repeated"
    if re.search("[MmZno*O]", expression) and not re.search("[kqQYdHBF]", expression):
        return "weekday" if re.search("[Ww]", expression) and not re.search("[MmZ]", expression) else "day"
    return "weekday" if re.search("[Ww]", expression) else ""


def _value(match: re.Match[str], group: int, signs: Signs) -> Any:
    if match[group] is None:
        return None
    value = signs.values[match.start(group)]
    return match[group] if value is None else value


def _longest(found: Iterable[Found]) -> list[Found]:
    kept: list[Found] = []
    for one in sorted(found, key=lambda f: (f.core - f.end, f.at)):
        if all(one.end <= other.at or one.at >= other.end for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda f: f.at)
