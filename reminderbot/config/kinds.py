"""What one value of the config must look like: each kind turns what stood there into what we use, or says why not."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from reminderbot.core.calendar import HARD_END, HARD_START

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Wrong(Exception):
    """One value cannot be used; the text says what it is and what to write."""


def seen(value: object) -> str:
    """The value as it stood in the file, cut to a readable length."""
    if isinstance(value, bool):
        return str(value).lower()
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def slip_for(word: str, known: Iterable[str]) -> str:
    """The one of `known` for which `word` may be a slip of the pen, or nothing."""
    by_lower = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[close[0]] if close else ""


def near(word: str, known: Sequence[str]) -> str:
    """What to do about a `word` that is none of `known`."""
    slip = slip_for(word, known)
    return f"did you mean {slip}?" if slip else f"take it out, or use one of {', '.join(known)}"


def text(value: object) -> str:
    """Some words, not blank."""
    if not isinstance(value, str):
        raise Wrong(f"{seen(value)} is not text: put it in double quotes")
    if not value.strip():
        raise Wrong("there is nothing in it: write it between the quotes")
    if any((ord(char) < 32 and char != "\n") or ord(char) == 127 for char in value):
        raise Wrong("it holds a control character: type it anew without it")
    if any(0xD800 <= ord(char) <= 0xDFFF for char in value):
        # What the command line makes of bytes that are not UTF-8 (PEP 383); no file and no mail could hold it.
        raise Wrong("it is not UTF-8: type it anew in a terminal that is set to UTF-8")
    return value.strip()


def one_line(value: object) -> str:
    """Text that goes into a header or a subject, so without a line break (RFC 5322 2.2)."""
    found = text(value)
    if "\n" in found:
        raise Wrong("it runs over more than one line: write it on one")
    return found


def optional(kind: Callable[[object], str]) -> Callable[[object], str]:
    """What `kind` takes, or nothing."""
    return lambda value: "" if value == "" else kind(value)


def flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise Wrong(f"{seen(value)} is neither true nor false: write one of them, without quotes")
    return value


def whole(low: int, high: int, why: str = "") -> Callable[[object], int]:
    """A whole number from `low` to `high`; `why` is added where a limit needs its reason."""
    reason = f" ({why})" if why else ""

    def check(value: object) -> int:
        if isinstance(value, str) and re.fullmatch(r"-?\d+", value.strip()):
            raise Wrong(f"{seen(value)} is text: write the number without quotes")
        if not isinstance(value, int) or isinstance(value, bool):
            raise Wrong(f"{seen(value)} is not a whole number: write one from {low} to {high}")
        if not low <= value <= high:
            raise Wrong(f"{value} is outside {low} to {high}{reason}: write a number within")
        return value

    return check


def amount(value: object) -> Decimal:
    """A sum of money of 0 or more, as a number or in quotes."""
    try:
        found = Decimal(str(value)) if isinstance(value, (int, str, Decimal)) and not isinstance(value, bool) else None
    except InvalidOperation:
        found = None
    if found is None or not found.is_finite() or found < 0:
        raise Wrong(f"{seen(value)} is not a sum: write digits with a decimal point, e.g. 2.50")
    return found


def share(value: object) -> Decimal:
    """A part of the whole, from 0 to 1."""
    found = amount(value)
    if found > 1:
        raise Wrong(f"{seen(value)} is more than the whole: write a number from 0 to 1, e.g. 0.5 for half")
    return found


def sums(value: object) -> tuple[tuple[str, Decimal], ...]:
    """A sum for each of some currencies."""
    if not isinstance(value, dict):
        raise Wrong(f"{seen(value)} names no currencies: write e.g. {{ JPY = 100, KWD = 0.500 }}")
    if wrong := [code for code in value if not re.fullmatch("[A-Z]{3}", code)]:
        raise Wrong(f"{seen(wrong[0])} is not a currency of three capital letters: write EUR, USD or the like")
    return tuple(sorted((code, amount(entry)) for code, entry in value.items()))


def one_of(choices: type[StrEnum]) -> Callable[[object], Any]:
    """One word of a fixed set."""
    listed = " or ".join(f'"{choice}"' for choice in choices)

    def check(value: object) -> Any:
        if not isinstance(value, str) or value not in set(choices):
            raise Wrong(f"{seen(value)} is not known: write {listed}")
        return choices(value)

    return check


def many(kind: Callable[[object], Any], example: str) -> Callable[[object], tuple[Any, ...]]:
    """A list whose every entry is of `kind`, none of them twice."""

    def check(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise Wrong(f"{seen(value)} is not a list: write it in square brackets, e.g. {example}")
        found = tuple(kind(entry) for entry in value)
        if len(set(found)) != len(found):
            raise Wrong(f"{seen(value)} names something twice: leave one out")
        return found

    return check


def folder(value: object) -> Path:
    """A path; a relative one counts from the folder of the config file."""
    return Path(one_line(value)).expanduser()


def window(value: object) -> tuple[dt.time, dt.time]:
    """Hours of the day as "09:00-17:00", inside the hours that no setting widens."""
    found = re.fullmatch(r"(\d\d?):(\d\d)\s*[-–]\s*(\d\d?):(\d\d)", one_line(value))
    try:
        hours = [int(part) for part in found.groups()] if found else []
        start, end = dt.time(hours[0], hours[1]), dt.time(hours[2], hours[3])
    except (IndexError, ValueError):
        raise Wrong(f'{seen(value)} is not a span of hours: write e.g. "09:00-17:00"') from None
    if start >= end:
        raise Wrong(f'{seen(value)} ends before it begins: write the earlier hour first, e.g. "09:00-17:00"')
    if start < HARD_START or end > HARD_END:
        raise Wrong(
            f"{seen(value)} goes beyond {HARD_START:%H:%M}-{HARD_END:%H:%M}, which no setting widens: stay within"
        )
    return start, end


def hour(value: object) -> dt.time | None:
    """A time of the day as "08:00"; empty: none."""
    if value == "":
        return None
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", one_line(value))
    if found is None:
        raise Wrong(f'{seen(value)} is not a time of the day: write e.g. "08:00", or "" for never')
    return dt.time(int(found[1]), int(found[2]))


def weekday(value: object) -> int:
    """A day of the week by three letters; Monday is 0, as in `date.weekday`."""
    if not isinstance(value, str) or value not in WEEKDAYS:
        raise Wrong(f"{seen(value)} is not a day: write mon, tue, wed, thu, fri, sat or sun, each in quotes")
    return WEEKDAYS.index(value)


def weekdays(value: object) -> frozenset[int]:
    found = frozenset(many(weekday, '["mon", "tue"]')(value))
    if not found:
        raise Wrong('it names no day, so nothing could ever be sent: write e.g. ["mon", "tue", "wed", "thu", "fri"]')
    return found


def day(value: object) -> dt.date:
    """A date in ISO order, with or without quotes."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    try:
        return dt.date.fromisoformat(value if isinstance(value, str) and len(value) == 10 else "")
    except ValueError:
        raise Wrong(f"{seen(value)} is not a date: write year-month-day, e.g. 2027-12-24") from None


def slug(value: object) -> str:
    """A short name that is also a file name."""
    found = one_line(value)
    if not re.fullmatch(r"[a-z0-9][a-z0-9_\-]{0,39}", found):
        raise Wrong(
            f"{seen(found)} is no name for a tier, letter or segment: use small letters, digits and -, e.g. check-in"
        )
    return found


Text = Annotated[str, text]
Line = Annotated[str, one_line]
OptionalLine = Annotated[str, optional(one_line)]
Flag = Annotated[bool, flag]
Amount = Annotated[Decimal, amount]
Folder = Annotated[Path, folder]
