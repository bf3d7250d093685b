"""What a person writes on the command line: days, sums, numbers, folders."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click

# Beyond it a slip of the pen is likelier than a plan; the calendar itself ends in 9999.
_LAST_YEAR = 2100


class Day(click.ParamType[date]):
    """A day, as 2026-11-27."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            found = date.fromisoformat(value)
        except ValueError:
            self.fail(f"'{value}' is not a day: write it like 2026-11-27", param, ctx)
        if found.year > _LAST_YEAR:
            self.fail(f"'{value}' is after the year {_LAST_YEAR}: write a nearer day", param, ctx)
        return found


class Amount(click.ParamType[Decimal]):
    """A sum of money above 0, with a decimal point."""

    name = "amount"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        try:
            found = Decimal(value)
        except InvalidOperation:
            found = Decimal("NaN")
        if not found.is_finite() or found <= 0:
            self.fail(f"'{value}' is not a sum: write it like 120.50, without thousands separators", param, ctx)
        return found


class Hour(click.ParamType[datetime]):
    """An hour of a day, as 2026-11-27 10:00, by whichever clock is meant."""

    name = "hour"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            found = value if isinstance(value, datetime) else datetime.strptime(value, "%Y-%m-%d %H:%M")  # noqa: DTZ007  (by their clock)
        except ValueError:
            self.fail(f"'{value}' is not an hour of a day: write it like '2026-11-27 10:00'", param, ctx)
        if found.year > _LAST_YEAR:
            self.fail(f"'{value}' is after the year {_LAST_YEAR}: write a nearer day", param, ctx)
        return found


class Number(click.ParamType[int]):
    """The number of a case, or of what `noun` says and `command` lists."""

    name = "number"

    def __init__(self, noun: str = "case", command: str = "case list") -> None:
        self._noun, self._command = noun, command

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        # No longer than the databases' own integers.
        if not re.fullmatch(r"[0-9]{1,9}", str(value), re.ASCII):
            self.fail(f"'{value}' is not a {self._noun}'s number: `reminderbot {self._command}` shows them", param, ctx)
        return int(value)


class Folder(click.Path):
    """A folder that is named: nothing between the quotes would be the one we are in."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not str(value).strip():
            self.fail("it has no name: write one, or . for the folder you are in", param, ctx)
        return super().convert(value, param, ctx)


DAY = Day()
HOUR = Hour()
FOLDER = Folder()
AMOUNT = Amount()
NUMBER = Number()
REMINDER = Number("reminder", "uncertain list")


def about_in(words: str) -> int | str:
    """What a note or a call is about: the number of a case, or the words that mean a customer."""
    return int(words) if words.isascii() and words.isdecimal() and len(words) < 10 else words
