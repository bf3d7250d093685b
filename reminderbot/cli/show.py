"""How answers are shown: as aligned text, as a table on a terminal, or as JSON for programs."""

from __future__ import annotations

import dataclasses
import json
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path

import click

as_json = click.option("--json", "as_json", is_flag=True, help="Answer in JSON, for programs.")
"""The option of every command that reads."""


# What could steer the terminal (ECMA-48 escapes, C0 and C1 controls) or turn the order of a line around (UAX 9).
_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    """`text`, which may hold a stranger's words, with a mark for everything a terminal would act upon."""
    return _STEERING.sub("\N{REPLACEMENT CHARACTER}", text)


def say(text: str = "") -> None:
    """Write a line to standard output in which a stranger's words can only be words."""
    click.echo(visible(text))


def emit(value: object) -> None:
    """Write `value` as JSON."""
    click.echo(json.dumps(value, indent=2, default=plain, ensure_ascii=False))


def plain(value: object) -> object:
    """A value of ours as one that json can write: moments in UTC, sums as text."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal | Path):
        return str(value)
    if isinstance(value, frozenset | set):
        return sorted(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def heading(text: str) -> None:
    """A line that opens a part of the answer, bold where a terminal is there."""
    click.secho(visible(text), bold=True)


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, right: frozenset[int] = frozenset()) -> None:
    """Rows under their headings; `right` names the columns of numbers."""
    if not rows:
        return
    rows = [[visible(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        _rich_table(headings, rows, right)
        return
    widths = [max(len(row[i]) for row in (headings, *rows)) for i in range(len(headings))]
    for row in (headings, *rows):
        cells = [c.rjust(w) if i in right else c.ljust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))]
        click.echo("  ".join(cells).rstrip())


def _rich_table(headings: Sequence[str], rows: Sequence[Sequence[str]], right: frozenset[int]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    made = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for i, name in enumerate(headings):
        made.add_column(name, justify="right" if i in right else "left")
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    Console().print(made)


def bullet(text: str, mark: str = "-") -> None:
    click.echo(f"  {mark} {text}")
