"""How the command line speaks: slips of the pen, moments, plurals."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from datetime import date, datetime, timedelta, tzinfo

from reminderbot.core.ladder import Channel
from reminderbot.core.money import Money


def meant(word: str, known: Iterable[str]) -> str:
    """` Did you mean ...?`, or nothing where nothing known is near."""
    near = difflib.get_close_matches(word.lower(), {name.lower(): name for name in known}, n=3, cutoff=0.6)
    return f" Did you mean {' or '.join(near)}?" if near else ""


def moment(at: datetime, zone: tzinfo) -> str:
    """`Mon 23 Nov 2026 09:00 EST`."""
    return f"{at.astimezone(zone):%a %d %b %Y %H:%M %Z}"


def day(on: date) -> str:
    """`Mon 23 Nov 2026`."""
    return f"{on:%a %d %b %Y}"


def way(channel: str) -> str:
    """`e-mail` or `SMS`."""
    return "e-mail" if channel == Channel.EMAIL else "SMS"


def bare(money: Money) -> str:
    """`120.00`: a sum in a column that names its currency."""
    return str(money).split()[0]


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 invoice`, `2 invoices`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def ago(span: timedelta) -> str:
    """`3 minutes`, `26 hours`, `4 days`: how long that is, roughly."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < 120:
        return count(seconds, "second")
    if seconds < 2 * 3600:
        return count(seconds // 60, "minute")
    if seconds < 2 * 86400:
        return count(seconds // 3600, "hour")
    return count(seconds // 86400, "day")
