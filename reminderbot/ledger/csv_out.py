"""Writes sheets in which a cell is only ever a value, whatever program opens them (S7)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TextIO

# What makes a spreadsheet calculate (OWASP, CSV Injection, August 2025), and the wide forms that some take for them.
_CALCULATES = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

# A spreadsheet passes over them on its way to the formula.
_BLANKS = " \N{NO-BREAK SPACE}"

Cell = str | int | Decimal


def write_sheet(path: Path, columns: tuple[str, ...], rows: Iterable[Mapping[str, Cell]]) -> None:
    """A CSV file of `rows` under `columns`, which our own reader reads back as it was; what a row lacks stays empty."""
    with path.open("w", encoding="utf-8", newline="") as out:
        _write(out, columns, rows)


def sheet(columns: tuple[str, ...], rows: Iterable[Mapping[str, Cell]]) -> str:
    """The same as text."""
    out = io.StringIO(newline="")
    _write(out, columns, rows)
    return out.getvalue()


def _write(out: TextIO, columns: tuple[str, ...], rows: Iterable[Mapping[str, Cell]]) -> None:
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: harmless(cell) for name, cell in row.items()} for row in rows)


def harmless(cell: Cell) -> str:
    """The cell as text; text that a spreadsheet would calculate with gets an apostrophe before it, numbers do not."""
    if not isinstance(cell, str):
        return str(cell)
    # Python 3.11 does not quote a CR, and the rest of the cell would be a row of its own.
    cell = cell.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{cell}" if cell.lstrip(_BLANKS).startswith(_CALCULATES) else cell


def as_written(cell: str) -> str:
    """The cell without the apostrophe that `harmless`, or a careful program like us, has put before it."""
    if not cell.startswith("'"):
        return cell
    return cell[1:] if cell[1:].lstrip(_BLANKS).startswith(_CALCULATES) else cell
